"""Logins by a provider of OpenID Connect, a real one: who comes in, and who does not.

Attacks 15 and 16 of the list in docs/threat-model.md. What the provider would never say is put
into its answers on their way.
"""

import base64
import json
import logging
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import accounts
import httpx2
import pytest
from accounts import API, HERE, OURS
from fastapi import FastAPI
from joserfc.jwk import OctKey, RSAKey
from provider import CLIENT, Provider
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select

from db.migrations import upgrade
from db.people import AuditRow, SessionRow, UserRow
from db.session import Database
from netspace import way_in
from netspace.settings import Settings
from server.oidc import Attempt
from services.acting.actor import Role
from services.people import links, passwords, users

COOKIE, ATTEMPT = "netspace-8050", "netspace-8050-oidc"
ANN = {"email": "ann@lab.org", "email_verified": True, "preferred_username": "Ann"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    provider = Provider(tmp_path_factory.mktemp("provider"), [f"{HERE}/auth/oidc/callback"])
    yield provider
    provider.stop()


@pytest.fixture(autouse=True)
def _says(provider):
    """What it says of people, unless a test has it say something else."""
    provider.say({"a1": ANN, "b2": {"preferred_username": "bob"}})


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch):
    """A hash costs 0.2 s by design; the tests of passwords themselves are elsewhere."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hashing", quick)


@pytest.fixture(scope="module")
def empty(tmp_path_factory, provider):
    """The one application of all tests, since making it takes a second; its database's file,
    and what is in it before anybody comes."""
    file = tmp_path_factory.mktemp("oidc") / "netspace.db"
    upgrade(f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    app = accounts.application(database, **provider.settings(), allowed_hosts="lab.example")
    database.shrink_log()
    yield app, file, file.read_bytes()
    app.state.parts.database.dispose()


@pytest.fixture
def database(empty):
    """The application's database, in which nobody is yet."""
    app, file, nothing = empty
    app.state.parts.database.dispose()
    for name in (f"{file}-wal", f"{file}-shm"):
        Path(name).unlink(missing_ok=True)
    file.write_bytes(nothing)
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()


@pytest.fixture
def serve(empty, database, provider):
    """The application as it would be if it had just been started with other settings."""

    def serve(**more):
        settings = Settings(auth="accounts", port=8050, **provider.settings(**more))
        way_in.require(settings)
        fresh = FastAPI()
        way_in.include_provider(fresh, settings)
        app = empty[0]
        app.state.provider, app.state.doorman = fresh.state.provider, way_in.door(settings)
        return app

    return serve


@pytest.fixture
def app(serve):
    return serve()


@pytest.fixture
def on_the_way(monkeypatch):
    """Answers to us are changed on their way: `on_the_way(path, change of the JSON)`."""
    real = httpx2.AsyncHTTPTransport.handle_async_request
    changes = {}

    async def handle(self, request):
        answer = await real(self, request)
        change = changes.get(request.url.path)
        if change is None:
            return answer
        body = json.loads(await answer.aread())
        return httpx2.Response(200, json=change(body))

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", handle)
    return changes.__setitem__


def led_back(browser, provider, login="a1", next="/app/queue"):
    """Where a browser that begins a login is led back to, once its person is known there."""
    begun = browser.get("/auth/oidc", params={"next": next})
    assert begun.status_code == 303, begun.text
    return provider.log_in(begun.headers["location"], login)


def entered(app, provider, login="a1"):
    """A browser that somebody has logged in with."""
    browser = accounts.browser(app)
    answer = browser.get(led_back(browser, provider, login))
    assert answer.status_code == 303, answer.text
    return browser


def me(browser):
    return browser.get(f"{API}/me").json()


def counted(database, table):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def refused(answer, database, code=400):
    """A page says no, and nobody has come in."""
    assert answer.status_code == code, answer.text
    assert "text/html" in answer.headers["content-type"]
    assert COOKIE not in {one.name for one in answer.cookies.jar}
    assert counted(database, SessionRow) == counted(database, UserRow) == 0
    return True


def changed(address, **parameters):
    """An address with other parameters; None: without."""
    whole = urlsplit(address)
    given = {k: v[0] for k, v in parse_qs(whole.query).items()} | parameters
    query = urlencode({k: v for k, v in given.items() if v is not None})
    return whole._replace(query=query).geturl()


def test_who_logs_in_there_is_in_here_where_he_was_going(app, database, provider):
    browser = accounts.browser(app)
    answer = browser.get(led_back(browser, provider))
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/queue")
    assert (me(browser)["name"], me(browser)["role"]) == ("ann", "viewer")
    with database.read() as session:
        (ann,) = session.scalars(select(UserRow))
        assert (ann.issuer, ann.subject, ann.password) == (provider.issuer, "a1", None)
        deeds = [row.what for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert deeds == ["account created", "logged in"]


def test_the_login_page_leads_there_and_keeps_the_form(app):
    page = accounts.browser(app).get("/auth/login?next=/app/queue").text
    assert "Log in with the university" in page
    assert f"{HERE}/auth/oidc?next=%2Fapp%2Fqueue" in page
    assert 'type="password"' in page


def test_where_the_provider_alone_lets_in_there_is_no_form_but_links_work(serve, database):
    app = serve(oidc_only=True)
    accounts.join(database, "max")
    assert 'type="password"' not in accounts.browser(app).get("/auth/login").text
    given = {"name": "max", "password": accounts.PASSWORD}
    assert (
        accounts.browser(app).post("/auth/login", data=given, headers=OURS).status_code == 403
    )
    with database.durable() as session:
        path = f"/auth/link/{links.create(session, 'setup')}"
    browser = accounts.browser(app)
    assert browser.post(path, data=given | {"name": "root"}, headers=OURS).status_code == 303
    assert me(browser)["role"] == "admin"


def test_the_next_login_is_of_the_same_account_whatever_he_is_called_now(
    app, database, provider
):
    id = me(entered(app, provider))["id"]
    provider.say({"a1": {"preferred_username": "anna", "email": "anna@elsewhere.org"}})
    assert me(entered(app, provider))["id"] == id
    assert counted(database, UserRow) == 1


def test_anothers_e_mail_and_name_make_nobody_another(app, database, provider):
    ann = me(entered(app, provider))
    provider.say({"b2": ANN})
    bob = me(entered(app, provider, "b2"))
    assert bob["id"] != ann["id"]
    assert (ann["name"], bob["name"]) == ("ann", "ann-2")


def test_an_account_with_a_password_is_not_entered_by_its_name(app, database, provider):
    accounts.join(database, "ann", "admin")
    ann = me(entered(app, provider))
    assert (ann["name"], ann["role"]) == ("ann-2", "viewer")


def test_a_callback_of_another_browser_is_nobodys(app, database, provider):
    back = led_back(accounts.browser(app), provider)
    assert refused(accounts.browser(app).get(back), database)
    other = accounts.browser(app)
    other.get("/auth/oidc")
    assert refused(other.get(back), database)


def test_a_callback_works_once(app, database, provider):
    browser = accounts.browser(app)
    begun = browser.get("/auth/oidc")
    shown = begun.cookies[ATTEMPT]
    back = provider.log_in(begun.headers["location"], "a1")
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400
    robber = accounts.browser(app)
    robber.cookies.set(ATTEMPT, shown)
    assert robber.get(back).status_code == 400
    assert counted(database, SessionRow) == 1


def test_a_code_of_another_login_has_another_verifier(app, database, provider):
    victim, eve = accounts.browser(app), accounts.browser(app)
    back = led_back(victim, provider)
    stolen = parse_qs(urlsplit(led_back(eve, provider, "b2")).query)["code"][0]
    assert refused(victim.get(changed(back, code=stolen)), database)


@pytest.mark.parametrize("iss", ["https://evil.example", None])
def test_what_another_provider_answers_is_not_believed(app, database, provider, iss):
    browser = accounts.browser(app)
    assert refused(browser.get(changed(led_back(browser, provider), iss=iss)), database)


@pytest.mark.parametrize("given", [{"state": "x"}, {"state": None}, {"code": None}])
def test_half_an_answer_is_none(app, database, provider, given):
    browser = accounts.browser(app)
    assert refused(browser.get(changed(led_back(browser, provider), **given)), database)


OTHER = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "its-own"})
FORGED = {
    "another issuer": ({"iss": "https://evil.example"}, {}, None),
    "for another server": ({"aud": "another"}, {}, None),
    "for another server, by way of ours": (
        {"aud": "another", "azp": CLIENT["client_id"]},
        {},
        None,
    ),
    "for many, of which none is ours": ({"aud": ["one", "two"], "azp": "one"}, {}, None),
    "another login": ({"nonce": "another"}, {}, None),
    "no login": ({"nonce": None}, {}, None),
    "too old": ({"exp": 1_000_000_000}, {}, None),
    "without an end": ({"exp": None}, {}, None),
    "of nobody": ({"sub": None}, {}, None),
    "of another person": ({"sub": "b2"}, {}, None),
    "another key": ({}, {}, OTHER),
    "its own key": ({}, {"jwk": OTHER.as_dict(private=False)}, OTHER),
    "a key by address": ({}, {"jku": "https://evil.example/jwks"}, OTHER),
    "the secret as key": (
        {},
        {"alg": "HS256"},
        OctKey.import_key(CLIENT["client_secret"].encode()),
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_an_id_token_that_is_forged_is_not_believed(app, database, provider, on_the_way, what):
    claims, header, key = FORGED[what]
    browser, back, right = asked(app, provider)
    said = {k: v for k, v in (right | claims).items() if v is not None}
    forged = provider.sign(said, {"alg": "RS256", "kid": "its-own"} | header, key)
    answer(on_the_way, forged)
    assert refused(browser.get(back), database)


def test_but_the_same_token_as_it_should_be_is(app, provider, on_the_way):
    browser, back, right = asked(app, provider)
    answer(on_the_way, provider.sign(right))
    assert browser.get(back).status_code == 303


def asked(app, provider):
    """A browser that has begun a login, where it would be led back to, and the claims of an ID
    token for it."""
    browser = accounts.browser(app)
    browser.get("/auth/oidc")
    attempt = Attempt.of(browser.cookies[ATTEMPT])
    back = {"code": "x", "state": attempt.state, "iss": provider.issuer}
    now = int(time.time())
    right = {"iss": provider.issuer, "aud": CLIENT["client_id"], "sub": "a1"}
    right |= {"nonce": attempt.nonce, "iat": now, "exp": now + 60}
    return browser, f"/auth/oidc/callback?{urlencode(back)}", right


def answer(on_the_way, token):
    """What the provider would answer to any code, if it were another's."""
    given = {"access_token": "x", "token_type": "Bearer", "expires_in": 3600}
    on_the_way("/token", lambda _: given | {"id_token": token})
    on_the_way("/me", lambda _: {"sub": "a1"})


@pytest.mark.parametrize("offered", [None, ["none"], ["none", "HS256", "RS256"]])
def test_an_id_token_without_signature_is_not_believed(
    serve, database, provider, on_the_way, offered
):
    if offered is not None:
        on_the_way(
            "/.well-known/openid-configuration",
            lambda said: said | {"id_token_signing_alg_values_supported": offered},
        )
    browser, back, right = asked(serve(), provider)
    parts = [{"alg": "none"}, right]
    texts = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in parts)
    bare = ".".join([*(text.rstrip("=") for text in texts), ""])
    answer(on_the_way, bare)
    assert refused(browser.get(back), database)


@pytest.mark.parametrize("token", [None, "x", "a.b.c", {}])
def test_no_id_token_is_none(app, database, provider, on_the_way, token):
    browser, back, _ = asked(app, provider)
    answer(on_the_way, token)
    assert browser.get(back).status_code in (400, 503)
    assert counted(database, UserRow) == counted(database, SessionRow) == 0


def test_userinfo_of_somebody_else_is_not_believed(app, database, provider, on_the_way):
    on_the_way("/me", lambda said: said | {"sub": "b2"})
    browser = accounts.browser(app)
    assert refused(browser.get(led_back(browser, provider)), database)


def test_a_provider_that_calls_itself_otherwise_is_away(serve, database, provider, on_the_way):
    on_the_way(
        "/.well-known/openid-configuration", lambda said: said | {"issuer": "https://evil.org"}
    )
    assert refused(accounts.browser(serve()).get("/auth/oidc"), database, 503)


def test_addresses_of_a_provider_by_tls_are_by_tls(serve, database, provider, on_the_way):
    for name in ("token_endpoint", "jwks_uri"):
        on_the_way(
            "/.well-known/openid-configuration",
            lambda said, name=name: said | {name: "ftp://x"},
        )
        assert refused(accounts.browser(serve()).get("/auth/oidc"), database, 503)


@pytest.mark.parametrize(
    ("said", "comes_in"),
    [
        ({"email": "a@lab.org", "email_verified": True}, True),
        ({"email": "a@lab.org.evil.org", "email_verified": True}, False),
        ({"email": "a@lab.org"}, False),
        ({"groups": ["others", "netspace"]}, True),
    ],
)
def test_those_of_the_lab_come_in(serve, database, provider, said, comes_in):
    provider.say({"a1": said})
    browser = accounts.browser(serve(oidc_allowed="@Lab.org, group:netspace"))
    answer = browser.get(led_back(browser, provider))
    if comes_in:
        assert answer.status_code == 303
    else:
        assert refused(answer, database, 403)
        with database.read() as session:
            (deed,) = session.scalars(select(AuditRow))
        assert (deed.what, deed.detail["subject"]) == ("login refused", "a1")


def test_groups_say_at_each_login_what_somebody_is(serve, database, provider):
    app = serve(oidc_admins="bosses, owners", oidc_members="staff")
    roles = []
    for groups in (["staff", "owners"], ["staff"], []):
        provider.say({"a1": {"groups": groups}})
        browser = entered(app, provider)
        roles.append(me(browser)["role"])
        provider.say({"a1": {"groups": []}})
    assert roles == ["admin", "member", "viewer"]


def test_who_becomes_less_there_is_less_here_in_all_browsers(serve, provider):
    app = serve(oidc_admins="bosses", oidc_role="member")
    provider.say({"a1": {"groups": ["bosses"]}})
    before = entered(app, provider)
    assert me(before)["role"] == "admin"
    provider.say({"a1": {}})
    assert me(entered(app, provider))["role"] == "member"
    assert before.get(f"{API}/me").status_code == 401


def test_without_such_groups_people_are_told_their_roles_here(app, database, provider):
    id = me(entered(app, provider))["id"]
    with database.durable() as session:
        users.set_role(session, id, Role.MEMBER, lead=False)
    assert me(entered(app, provider))["role"] == "member"


def test_who_is_disabled_stays_out(app, database, provider):
    accounts.join(database, "root", "admin")
    id = me(entered(app, provider))["id"]
    with database.durable() as session:
        users.set_disabled(session, id, True)
    browser = accounts.browser(app)
    answer = browser.get(led_back(browser, provider))
    assert answer.status_code == 403
    assert "disabled" in answer.text
    assert browser.get(f"{API}/me").status_code == 401


def test_who_gives_up_there_is_told_so_and_nothing_that_was_sent(app, database, provider):
    browser = accounts.browser(app)
    state = parse_qs(urlsplit(browser.get("/auth/oidc").headers["location"]).query)["state"][0]
    answer = browser.get(
        "/auth/oidc/callback",
        params={"state": state, "error": "access_denied<script>", "error_description": "x"},
    )
    assert refused(answer, database, 403)
    assert "access_denied" in answer.text
    assert "<script>" not in answer.text


def test_a_provider_that_is_away_is_a_page(serve, database, provider):
    browser, back, _ = asked(serve(), provider)
    gone = serve(oidc_issuer="http://localhost:1")
    answer = accounts.browser(gone).get("/auth/oidc")
    assert refused(answer, database, 503)
    assert "No answer from the university" in answer.text
    assert refused(browser.get(back), database, 503)


def test_a_wrong_secret_is_refused_there_and_told_nowhere(serve, database, provider, caplog):
    caplog.set_level(logging.DEBUG)
    browser = accounts.browser(serve(oidc_client_secret="not-the-secret"))
    answer = browser.get(led_back(browser, provider))
    assert refused(answer, database)
    assert "not-the-secret" not in caplog.text + answer.text
    assert "invalid_client" in caplog.text


def test_the_cookie_is_of_this_host_and_of_no_script(app, serve):
    cookie = accounts.browser(app).get("/auth/oidc").headers["set-cookie"]
    assert cookie.startswith(f"{ATTEMPT}=")
    for word in ("HttpOnly", "SameSite=lax", "Max-Age=600"):
        assert word in cookie
    tls = accounts.browser(serve(public_url="https://lab.example"))
    begun = tls.get("/auth/oidc", headers={"host": "lab.example"})
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-netspace-oidc=")
    assert "Secure" in cookie
    assert "Path=/;" in cookie + ";"
    back = parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"]
    assert back == ["https://lab.example/auth/oidc/callback"]


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/" + "a" * 5_000])
def test_one_ends_on_a_page_of_ours(app, provider, next):
    browser = accounts.browser(app)
    assert browser.get(led_back(browser, provider, next=next)).headers["location"] == "/"


def test_a_login_begins_another_session_whatever_the_browser_had(app, database, provider):
    browser = accounts.browser(app)
    browser.cookies.set(COOKIE, "planted-by-somebody-else-before-the-login", domain="127.0.0.1")
    browser.get(led_back(browser, provider))
    assert "planted" not in browser.cookies.get(COOKIE, domain="127.0.0.1")


def test_no_secret_of_a_login_is_in_the_address_or_again_in_another(app):
    browser = accounts.browser(app)
    first = browser.get("/auth/oidc")
    second = browser.get("/auth/oidc")
    secret = first.cookies[ATTEMPT].partition(".")[0]
    attempt = Attempt(secret)
    assert secret not in first.headers["location"]
    assert attempt.verifier not in first.headers["location"]
    assert "code_challenge_method=S256" in first.headers["location"]
    for name in ("state", "nonce", "code_challenge"):
        one, other = (
            parse_qs(urlsplit(answer.headers["location"]).query)[name]
            for answer in (first, second)
        )
        assert one != other


def test_the_secret_may_be_in_a_file(serve, provider, tmp_path):
    file = tmp_path / "secret"
    file.write_text(CLIENT["client_secret"] + "\n")
    app = serve(oidc_client_secret=None, oidc_secret_file=file)
    assert me(entered(app, provider))["name"] == "ann"
