"""Login: how people come in, what lets them in, and what ends it."""

import random
import threading

import accounts
import loops
import pytest
from accounts import API, FORM, HERE, OURS, PASSWORD
from starlette.websockets import WebSocketDisconnect

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.acting.actor import Role
from services.defining import regimes, spaces
from services.errors import Conflict
from services.people import links, sessions, users
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, roster


@pytest.fixture
def app(sqlite):
    app = accounts.application(sqlite)
    with accounts.browser(app):
        yield app


def link(database, purpose, **given):
    with database.durable() as session:
        return "/auth/link/" + links.create(session, purpose, **given)


def joined(browser, path, name="ann", password=PASSWORD):
    return browser.post(path, data={"name": name, "password": password}, headers=OURS)


def test_who_is_nobody_is_led_to_the_login_and_back(app, sqlite):
    accounts.join(sqlite, "max")
    browser = accounts.browser(app)
    led = browser.get("/app/queue?group=done", headers={"accept": "text/html"})
    assert led.status_code == 303
    assert led.headers["location"] == "/auth/login?next=%2Fapp%2Fqueue%3Fgroup%3Ddone"
    answer = browser.post(
        led.headers["location"], data={"name": "Max ", "password": PASSWORD}, headers=OURS
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/queue?group=done")
    assert browser.get(f"{API}/me").json()["name"] == "max"


@pytest.mark.parametrize(
    "next",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "javascript:alert(1)",
        "/a\nb",
        "",
    ],
)
def test_after_the_login_one_is_on_a_page_of_ours(app, sqlite, next):
    accounts.join(sqlite, "max")
    given = {"name": "max", "password": PASSWORD}
    answer = accounts.browser(app).post(
        "/auth/login", params={"next": next}, data=given, headers=OURS
    )
    assert answer.headers["location"] in ("/", "/%5Cevil.example")


def test_the_first_administrator_comes_by_a_link_that_works_once(app, sqlite):
    path = link(sqlite, "setup")
    browser = accounts.browser(app)
    assert browser.get(path).status_code == browser.get(path).status_code == 200
    assert joined(browser, path).status_code == 303
    assert browser.get(f"{API}/me").json()["role"] == "admin"
    assert accounts.browser(app).get(path).status_code == 410
    assert joined(accounts.browser(app), path, "bob").status_code == 410


def test_what_is_wrong_with_a_name_or_password_is_said_and_the_link_still_works(app, sqlite):
    path = link(sqlite, "setup")
    browser = accounts.browser(app)
    assert "at least" not in (said := joined(browser, path, "a b").text) or "a-z" in said
    refused = joined(browser, path, password="short")
    assert refused.status_code == 422
    assert "15 to 1,000 characters" in refused.text
    assert joined(browser, path).status_code == 303


def test_there_is_no_setting_up_beside_an_administrator(app, sqlite):
    path = link(sqlite, "setup")
    accounts.join(sqlite, "ann", "admin")
    assert joined(accounts.browser(app), path, "eve").status_code == 410


def test_who_is_invited_joins_with_the_role_that_was_given(app, sqlite):
    accounts.join(sqlite, "ann", "admin")
    ann = accounts.logged_in(app, "ann")
    invitation = ann.post(f"{API}/invitations", json={"role": "viewer"}).json()
    vera = accounts.browser(app)
    assert joined(vera, invitation["path"], "vera").status_code == 303
    assert vera.get(f"{API}/me").json()["role"] == "viewer"


def test_a_forgotten_password_is_chosen_anew_and_all_sessions_end(app, sqlite):
    accounts.join(sqlite, "ann", "admin")
    id = accounts.join(sqlite, "max")
    ann, before = accounts.logged_in(app, "ann"), accounts.logged_in(app, "max")
    path = ann.post(f"{API}/people/{id}/password-link").json()["path"]
    browser = accounts.browser(app)
    assert joined(browser, path, password="six other words for max now").status_code == 303
    assert browser.get(f"{API}/me").json()["name"] == "max"
    assert before.get(f"{API}/me").status_code == 401
    refused = accounts.browser(app).post(
        "/auth/login", data={"name": "max", "password": PASSWORD}, headers=OURS
    )
    assert refused.status_code == 401


def test_logging_in_begins_another_session_whatever_the_browser_had(app, sqlite):
    accounts.join(sqlite, "max")
    browser = accounts.browser(app)
    browser.cookies.set("netspace-8050", "planted-by-somebody-else-before-the-login")
    data = {"name": "max", "password": PASSWORD}
    browser.post("/auth/login", data=data, headers=OURS)
    first = browser.cookies.get("netspace-8050", domain="127.0.0.1")
    assert first not in (None, "planted-by-somebody-else-before-the-login")


def test_after_the_logout_the_session_is_nobodys(app, sqlite):
    accounts.join(sqlite, "max")
    one, other = accounts.logged_in(app, "max"), accounts.browser(app)
    other.cookies = one.cookies
    assert one.post("/auth/logout").status_code == 303
    assert other.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize(
    "other", ['a={"b":1}', "=; a b=1", "name=\xe9", "flag", 'open="unended', "a=1,2;;; b=[3]"]
)
def test_cookies_of_another_server_of_the_host_keep_nobody_out(app, sqlite, other):
    accounts.join(sqlite, "max")
    ours = "netspace-8050=" + accounts.logged_in(app, "max").cookies["netspace-8050"]
    for cookies in (f"{other}; {ours}", f"{ours}; {other}"):
        headers = {"cookie": cookies.encode("latin-1")}
        assert accounts.browser(app).get(f"{API}/me", headers=headers).status_code == 200


def test_an_administrator_ends_anybodys_session_at_once(app, sqlite):
    accounts.join(sqlite, "ann", "admin")
    accounts.join(sqlite, "max")
    ann, max = accounts.logged_in(app, "ann"), accounts.logged_in(app, "max")
    assert max.get(f"{API}/spaces").status_code == 200
    (id,) = [
        one["id"] for one in ann.get(f"{API}/sessions").json()["items"] if one["user"] == "max"
    ]
    assert ann.delete(f"{API}/sessions/{id}").status_code == 204
    assert max.get(f"{API}/spaces").status_code == 401


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"disabled": True}])
def test_who_becomes_less_is_out_at_once(app, sqlite, change):
    accounts.join(sqlite, "ann", "admin")
    id = accounts.join(sqlite, "max")
    ann, max = accounts.logged_in(app, "ann"), accounts.logged_in(app, "max")
    script = accounts.script(app, sqlite, id, "read", "submit")
    assert script.get(f"{API}/spaces").status_code == 200
    assert ann.patch(f"{API}/people/{id}", json=change).status_code == 200
    assert max.get(f"{API}/spaces").status_code == 401
    answer = script.post(f"{API}/populations/1/cancel")
    assert answer.status_code == (401 if "disabled" in change else 403)


def test_a_token_is_never_more_than_its_owner_is_now(app, sqlite):
    accounts.join(sqlite, "ann", "admin")
    id = accounts.join(sqlite, "bob", "admin")
    script = accounts.script(app, sqlite, id, "read", "admin")
    assert script.get(f"{API}/me/tokens").status_code == 200
    changed = accounts.logged_in(app, "ann").patch(
        f"{API}/people/{id}", json={"role": "viewer"}
    )
    assert changed.status_code == 200
    assert script.get(f"{API}/me").json()["scopes"] == ["read"]
    assert script.get(f"{API}/me/tokens").status_code == 403


def test_somebody_has_to_look_after_the_lab(app, sqlite):
    id = accounts.join(sqlite, "ann", "admin")
    ann = accounts.logged_in(app, "ann")
    for change in ({"role": "member"}, {"disabled": True}):
        assert ann.patch(f"{API}/people/{id}", json=change).status_code == 409
    assert ann.get(f"{API}/me").json()["role"] == "admin"


def test_a_token_does_what_its_scopes_say_until_it_is_revoked(app, sqlite):
    accounts.join(sqlite, "max")
    max = accounts.logged_in(app, "max")
    made = max.post(f"{API}/me/tokens", json={"name": "notebook", "scopes": ["read"]}).json()
    script = accounts.browser(app)
    script.headers["authorization"] = f"Bearer {made['secret']}"
    assert script.get(f"{API}/spaces").status_code == 200
    assert script.post(f"{API}/populations/1/cancel").status_code == 403
    assert script.get(f"{API}/me/tokens").status_code == 403
    assert made["secret"] not in max.get(f"{API}/me/tokens").text
    assert max.delete(f"{API}/me/tokens/{made['token']['id']}").status_code == 204
    assert script.get(f"{API}/spaces").status_code == 401


def test_nobody_gives_a_token_more_than_he_has(app, sqlite):
    accounts.join(sqlite, "max")
    max = accounts.logged_in(app, "max")
    for scope in ("admin", "worker", "metrics"):
        answer = max.post(f"{API}/me/tokens", json={"name": "x", "scopes": [scope]})
        assert answer.status_code == 403


def test_a_token_that_was_shown_counts_and_not_the_cookie(app, sqlite):
    accounts.join(sqlite, "max")
    max = accounts.logged_in(app, "max")
    assert max.get(f"{API}/me", headers={"authorization": "Bearer ns_wrong"}).status_code == 401


def test_a_key_lets_a_browser_in_once(sqlite):
    app = accounts.application(sqlite, auth="key")
    with accounts.browser(app) as browser:
        assert browser.get("/app/").status_code == 401
        path = link(sqlite, "key")
        assert browser.post(path, data={}, headers=OURS).status_code == 303
        assert browser.get(f"{API}/me").json()["role"] == "admin"
        assert accounts.browser(app).post(path, data={}, headers=OURS).status_code == 410


def test_what_a_key_let_in_is_nobody_among_accounts(sqlite):
    with sqlite.durable() as session:
        secret = sessions.begin(session, None, "a browser", "127.0.0.1")
    for mode, code in (("key", 200), ("accounts", 401)):
        app = accounts.application(sqlite, auth=mode)
        with accounts.browser(app) as browser:
            browser.cookies.set("netspace-8050", secret)
            assert browser.get(f"{API}/me").status_code == code


def test_a_server_without_logins_answers_no_proxy(sqlite):
    with accounts.browser(accounts.application(sqlite, auth="none")) as browser:
        assert browser.get(f"{API}/spaces").status_code == 200
        for name in (
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-prefix",
            "x-forwarded-server",
            "x-original-forwarded-for",
            "x-real-ip",
            "x-client-ip",
        ):
            assert browser.get(f"{API}/spaces", headers={name: "1.2.3.4"}).status_code == 400


def test_the_cookie_is_of_this_host_and_of_no_script(app, sqlite):
    accounts.join(sqlite, "max")
    data = {"name": "max", "password": PASSWORD}
    cookie = (
        accounts.browser(app).post("/auth/login", data=data, headers=OURS).headers["set-cookie"]
    )
    assert cookie.startswith("netspace-8050=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    tls = accounts.application(sqlite, public_url="https://lab.example")
    with accounts.browser(tls) as browser:
        headers = {"host": "lab.example", "origin": "https://lab.example"}
        cookie = browser.post("/auth/login", data=data, headers=headers).headers["set-cookie"]
    assert cookie.startswith("__Host-netspace=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_no_account_is_told_from_another_by_the_answer(app, sqlite):
    accounts.join(sqlite, "max")
    said = [
        accounts.browser(app).post(
            "/auth/login", data={"name": name, "password": "x"}, headers=OURS
        )
        for name in ("max", "nobody")
    ]
    assert [one.status_code for one in said] == [401, 401]
    assert said[0].text.replace("max", "nobody") == said[1].text


def test_a_form_that_is_no_form_is_refused(app):
    browser = accounts.browser(app)
    assert browser.post("/auth/login", content=b"a" * 9_000, headers=FORM).status_code == 422
    assert browser.post("/auth/login", json={}, headers={"origin": HERE}).status_code == 415
    many = "&".join(f"a{i}=1" for i in range(50))
    assert browser.post("/auth/login", content=many, headers=FORM).status_code == 422


def test_roles_are_told_apart_by_what_they_may(sqlite):
    with accounts.people(sqlite) as (_, browsers):
        verbs = {name: browsers[name].get(f"{API}/me").json()["verbs"] for name in browsers}
    assert "people" in verbs["ann"]
    assert "create" in verbs["max"]
    assert verbs["vera"] == ["see", "account"]
    assert Role.of("viewer") < Role.of("member") < Role.of("admin")


def test_an_address_that_is_no_text_is_led_to_the_login_too(app):
    async def asked(query):
        said = []
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/app/",
            "query_string": query,
            "headers": [(b"host", b"127.0.0.1:8050"), (b"accept", b"text/html")],
        }

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            said.append(message)

        await app(scope, receive, send)
        return said[0]["status"]

    assert loops.run(asked(b"depth=\xff\xfe")) == 303


def test_no_websocket_is_opened_by_who_is_nobody(app):
    with pytest.raises(WebSocketDisconnect), accounts.browser(app).websocket_connect("/app/"):
        pass


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", ["ma%00x", "max%1b[2J", "%ff", "max%ed%a0%80"])
def test_a_form_holds_no_text_that_nothing_is_called_by(request, database, name):
    app = accounts.application(request.getfixturevalue(database))
    with accounts.browser(app) as browser:
        answer = browser.post("/auth/login", content=f"name={name}&password=x", headers=FORM)
    assert answer.status_code == 422


def test_who_follows_his_own_password_link_while_he_is_in_is_in_again(app, sqlite):
    id = accounts.join(sqlite, "max")
    max = accounts.logged_in(app, "max")
    path = link(sqlite, "password", user_id=id)
    assert joined(max, path, password="six other words for max now").status_code == 303
    assert max.get(f"{API}/me").json()["name"] == "max"


def test_a_password_link_of_a_disabled_account_does_not_work(app, sqlite):
    accounts.join(sqlite, "ann", "admin")
    id = accounts.join(sqlite, "max")
    path = link(sqlite, "password", user_id=id)
    changed = accounts.logged_in(app, "ann").patch(
        f"{API}/people/{id}", json={"disabled": True}
    )
    assert changed.status_code == 200
    browser = accounts.browser(app)
    assert browser.get(path).status_code == 410
    assert joined(browser, path, password="six other words for max now").status_code == 410


def test_whoever_has_chosen_a_password_need_fear_no_link_that_was_made_before(app, sqlite):
    id = accounts.join(sqlite, "max")
    path = link(sqlite, "password", user_id=id)
    changed = {"present": PASSWORD, "new": "six other words for max now"}
    answer = accounts.logged_in(app, "max").post(f"{API}/me/password", json=changed)
    assert answer.status_code == 204
    thief = accounts.browser(app)
    assert thief.get(path).status_code == 410
    assert joined(thief, path, password="seven words of a thief are here").status_code == 410


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"disabled": True}])
def test_who_is_no_administrator_any_more_lets_nobody_in_by_links_that_he_made(
    app, sqlite, change
):
    ann = accounts.join(sqlite, "ann", "admin")
    bob = accounts.join(sqlite, "bob", "admin")
    browser, of_ann = accounts.logged_in(app, "bob"), accounts.logged_in(app, "ann")
    invitation = browser.post(f"{API}/invitations", json={"role": "admin"}).json()["path"]
    hers = of_ann.post(f"{API}/invitations", json={"role": "member"}).json()["path"]
    password = browser.post(f"{API}/people/{ann}/password-link").json()["path"]
    assert of_ann.patch(f"{API}/people/{bob}", json=change).status_code == 200
    for path in (invitation, password):
        assert accounts.browser(app).get(path).status_code == 410
        assert joined(accounts.browser(app), path, "eve").status_code == 410
    assert accounts.browser(app).get(hers).status_code == 200


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_name_that_nobody_could_have_is_a_wrong_one_like_any_other(request, database):
    """An index of PostgreSQL holds 2,704 bytes of what can't be packed."""
    app = accounts.application(request.getfixturevalue(database))
    name = random.Random(1).randbytes(3_000).hex()
    data = {"name": name, "password": PASSWORD}
    with accounts.browser(app) as browser:
        codes = [
            browser.post("/auth/login", data=data, headers=OURS).status_code for _ in range(11)
        ]
    assert codes == [401] * 10 + [429]


def test_a_cookie_of_tls_is_let_go_of_as_it_was_set(sqlite):
    accounts.join(sqlite, "max")
    app = accounts.application(sqlite, public_url="https://lab.example")
    ours = {"host": "lab.example", "origin": "https://lab.example"}
    with accounts.browser(app) as browser:
        data = {"name": "max", "password": PASSWORD}
        set_cookie = browser.post("/auth/login", data=data, headers=ours).headers["set-cookie"]
        session = {"cookie": set_cookie.partition(";")[0]}
        ended = browser.post("/auth/logout", headers=ours | session).headers["set-cookie"]
    assert ended.startswith("__Host-netspace=")
    assert "Secure" in ended
    assert "Path=/" in ended


def test_of_two_administrators_who_make_each_other_less_one_stays(postgresql):
    one, two = (accounts.join(postgresql, name, "admin") for name in ("ann", "bob"))
    outcomes = []

    def second():
        try:
            with postgresql.durable() as session:
                users.set_role(session, one, Role.MEMBER)
            outcomes.append("less")
        except Conflict:
            outcomes.append("refused")

    with postgresql.durable() as session:
        users.set_role(session, two, Role.MEMBER)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)  # it waits, or it has gone wrong
    thread.join(30)
    assert outcomes == ["refused"]


def test_a_guest_sees_no_machine_of_the_lab(sqlite):
    with sqlite.durable() as session:
        roster.report(session, "gpu0", "H200", True, 1, [])
        given = {"visibility": "public"}
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"], **given)
        regime = regimes.define(session, "digits", DIGITS, **given)
    id = populations.create(sqlite, Spec("p", space, regime, 1, {}, **given))
    with sqlite.durable() as session:
        leases.claim(session, "train", "gpu0", 30)
    app = accounts.application(sqlite, public=True)
    accounts.join(sqlite, "vera", "viewer")
    with accounts.browser(app) as guest:
        for path in ("jobs", "jobs/1", f"populations/{id}/networks/1"):
            assert "gpu0" not in guest.get(f"{API}/{path}").text
            assert "gpu0" in accounts.logged_in(app, "vera").get(f"{API}/{path}").text
        assert guest.get(f"{API}/workers").json()["items"] == []
        seen = accounts.logged_in(app, "vera").get(f"{API}/workers").json()["items"]
    assert [one["name"] for one in seen] == ["gpu0"]
