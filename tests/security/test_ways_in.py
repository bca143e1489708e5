"""Ways in that are none. Each test has the number of its attack in docs/threat-model.md."""

import asyncio
import subprocess
import sys
import tracemalloc

import accounts
import httpx
import loops
import pytest
from accounts import API, FORM, HERE, OURS, PASSWORD
from fastapi.testclient import TestClient
from migrated import migrated
from stacks import PYTHON, environment
from waiting import until
from wire import say

from db.people import TokenRow
from db.session import Database
from netspace.stack import ports
from services.acting import audit
from services.acting.actor import Role
from services.acting.audit import Search
from services.people import links, passwords, users


@pytest.fixture
def database(tmp_path):
    database = Database(migrated(tmp_path / "netspace.db"))
    yield database
    database.dispose()


@pytest.fixture
def app(database, quick_passwords):
    app = accounts.application(database)
    with accounts.browser(app):
        yield app


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """A web process as a command starts it, which logs all it can: port, database, log."""
    folder = tmp_path_factory.mktemp("process")
    url = migrated(folder / "netspace.db")
    with ports.reserve() as reserved:
        port = reserved.getsockname()[1]
    own = environment(
        folder, NETSPACE_PORT=str(port), NETSPACE_AUTH="accounts", NETSPACE_LOG_LEVEL="debug"
    )
    with (folder / "log").open("w") as log:
        web = subprocess.Popen(
            [PYTHON, "-m", "netspace", "web"], env=own, stdout=log, stderr=log
        )
        try:
            assert until(lambda: ports.answers("127.0.0.1", port), 60)
            yield port, Database(url), folder / "log"
        finally:
            web.terminate()
            web.wait(30)


def attempt(app, name, password, **headers):
    data = {"name": name, "password": password}
    return accounts.browser(app).post("/auth/login", data=data, headers=OURS | headers)


@pytest.mark.parametrize("command", ["up", "web"])
def test_1_no_server_without_logins_begins_beyond_this_machine(tmp_path, command):
    own = environment(tmp_path, NETSPACE_HOST="0.0.0.0", NETSPACE_AUTH="none")
    ended = subprocess.run(
        [sys.executable, "-m", "netspace", command],
        env=own,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "whoever reaches 0.0.0.0 could do everything" in ended.stderr
    assert not (tmp_path / "netspace.db").exists()


@pytest.mark.parametrize(
    "reached",
    [{"host": "0.0.0.0"}, {"public_url": "https://lab.example"}, {"proxies": "10.0.0.1"}],
)
def test_1_beyond_this_machine_people_have_accounts_unless_told_otherwise(database, reached):
    app = accounts.application(database, auth=None, **reached)
    with accounts.browser(app) as nobody:
        assert nobody.post(f"{API}/jobs/1/cancel").status_code == 401


def test_5_there_is_no_account_and_no_password_to_begin_with(app, database):
    with database.read() as session:
        assert users.every(session) == []
    for name in ("admin", "root", "netspace", "administrator"):
        for password in ("", "admin", "password1234", "netspace"):
            assert attempt(app, name, password).status_code == 401


def test_7_a_session_is_a_row_and_no_signed_text(app, database):
    accounts.join(database, "max")
    max = accounts.logged_in(app, "max")
    secret = max.cookies.get("netspace-8050")
    for other in (secret[:-1], secret + "A", secret[::-1], "", "1", "null"):
        thief = accounts.browser(app)
        thief.cookies.set("netspace-8050", other)
        assert thief.get(f"{API}/me").status_code == 401


def test_12_nobody_makes_himself_more(app, database):
    id = accounts.join(database, "max")
    accounts.join(database, "ann", "admin")
    max = accounts.logged_in(app, "max")
    for path in (f"{API}/people/{id}", f"{API}/people/2"):
        assert max.patch(path, json={"role": "admin"}).status_code == 403
    assert max.post(f"{API}/invitations", json={"role": "admin"}).status_code == 403
    assert max.get(f"{API}/me").json()["role"] == "member"
    reader = accounts.script(
        app, database, 2, "read"
    )  # an administrator's, who let it only read
    assert reader.patch(f"{API}/people/{id}", json={"role": "admin"}).status_code == 403
    script = accounts.script(app, database, id, "read")
    assert script.patch(f"{API}/people/{id}", json={"role": "admin"}).status_code == 403
    with database.read() as session:
        refused = audit.found(session, Search(what="refused"))
    assert [(one.actor, one.detail["asked"]) for one in reversed(refused)] == [
        ("max", f"PATCH {API}/people/{id}"),
        ("max", f"PATCH {API}/people/2"),
        ("max", f"POST {API}/invitations"),
        ("ann", f"PATCH {API}/people/{id}"),
    ]


def test_13_a_token_that_is_cut_expired_or_revoked_opens_nothing(app, database, monkeypatch):
    id = accounts.join(database, "max")
    script = accounts.script(app, database, id, "read", days=1)
    assert script.get(f"{API}/spaces").status_code == 200
    token = script.headers["authorization"]
    for wrong in (token[:-1], token + "0", token.lower(), token.replace("ns_", "")):
        answer = accounts.browser(app).get(f"{API}/spaces", headers={"authorization": wrong})
        assert answer.status_code == 401
    with database.durable() as session:
        session.get_one(TokenRow, 1).expires_at = 1
    app.state.parts.credentials.forget()
    assert script.get(f"{API}/spaces").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://evil.127.0.0.1:8050"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": HERE, "sec-fetch-site": "same-site"},
    ],
)
def test_14_another_page_does_nothing_with_somebody_s_session(app, database, headers):
    accounts.join(database, "ann", "admin")
    ann = accounts.logged_in(app, "ann")
    for path in (f"{API}/jobs/1/cancel", "/app/_dash-update-component", "/auth/logout"):
        ann.headers.pop("origin", None)
        assert ann.post(path, headers=headers).status_code == 403
    assert ann.get(f"{API}/me").status_code == 200


def test_14_nor_with_a_body_that_a_form_can_send(app, database):
    accounts.join(database, "ann", "admin")
    ann = accounts.logged_in(app, "ann")
    for kind in (
        "text/plain",
        FORM["content-type"],
        "application/jsonx",
        "multipart/form-data",
    ):
        answer = ann.post(f"{API}/invitations", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415


def test_18_a_cookie_that_was_planted_is_nobody_after_the_login(app, database):
    accounts.join(database, "max")
    planted = "p" * 43
    browser = accounts.browser(app)
    answer = browser.post(
        "/auth/login",
        data={"name": "max", "password": PASSWORD},
        headers=OURS | {"cookie": f"netspace-8050={planted}"},
    )
    assert answer.status_code == 303
    assert planted not in answer.headers["set-cookie"]
    thief = accounts.browser(app)
    thief.cookies.set("netspace-8050", planted)
    assert thief.get(f"{API}/me").status_code == 401


def test_20_ten_thousand_passwords_on_one_account(app, database):
    accounts.join(database, "max")
    accounts.join(database, "mia")
    browser, tried = accounts.browser(app), 0
    data = {"name": "max"}
    codes = [
        browser.post("/auth/login", data=data | {"password": f"guess {n}"}, headers=OURS)
        for n in range(11)
    ]
    assert [one.status_code for one in codes] == [401] * 10 + [429]
    assert int(codes[-1].headers["retry-after"]) in range(1, 901)
    tracemalloc.start()
    for tried in range(300):
        answer = browser.post(
            "/auth/login", data=data | {"password": f"more {tried}"}, headers=OURS
        )
        assert answer.status_code == 429
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 5_000_000
    assert attempt(app, "max", PASSWORD).status_code == 429, "the right one, too"
    accounts.logged_in(app, "mia")


def test_20_one_password_on_all_accounts(app, database):
    codes = {attempt(app, f"person{n}", "summer holidays 2026").status_code for n in range(60)}
    assert codes == {401, 429}


def test_20_whoever_has_a_network_of_ipv6_has_one_address(app, database):
    def tried(n):
        client = TestClient(app, HERE, client=(f"2001:db8:0:1::{n:x}", 50_000))
        data = {"name": "max", "password": f"guess {n}"}
        return client.post("/auth/login", data=data, headers=OURS).status_code

    accounts.join(database, "max")
    assert [tried(n) for n in range(11)] == [401] * 10 + [429]


def test_20_wrong_passwords_of_an_account_are_in_the_audit_and_what_was_typed_is_not(
    app, database
):
    id = accounts.join(database, "max")
    attempt(app, "max", "summer holidays 2026")
    attempt(app, "a password in the wrong field", "max")
    with database.read() as session:
        (found,) = audit.found(session, Search(what="wrong"))
    assert (found.kind, found.object_id, found.address) == ("user", id, "testclient")
    assert found.detail == {"name": "max"}


def test_20_whoever_checks_passwords_holds_up_nobody(app, database, monkeypatch):
    accounts.join(database, "ann", "admin")
    cookies = accounts.logged_in(app, "ann").cookies
    monkeypatch.setattr(passwords, "_hashing", accounts.AS_SERVED)
    given = {"name": "ann", "password": "a wrong password here"}

    async def beside():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            guesses = [
                asyncio.create_task(client.post("/auth/login", data=given, headers=OURS))
                for _ in range(8)
            ]
            await asyncio.sleep(0)
            mine = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            answer = await client.get(f"{API}/spaces", headers=mine)
            waiting = [one for one in guesses if not one.done()]
            await asyncio.gather(*guesses)
        return answer.status_code, len(waiting)

    code, waiting = loops.run(beside())
    assert code == 200
    assert waiting >= 2, "it did not wait for them, who are checked two at a time"


def test_21_what_is_forwarded_by_nobody_known_says_nothing(app, database):
    accounts.join(database, "max")
    for n in range(10):
        attempt(app, "max", "wrong", **{"x-forwarded-for": f"10.0.0.{n}"})
    assert attempt(app, "max", "wrong", **{"x-forwarded-for": "10.9.9.9"}).status_code == 429


def test_21_nor_does_it_on_a_real_connection(process):
    port, _, _ = process

    def tried(n):
        head = f"/auth/login\nContent-Type: {FORM['content-type']}\nContent-Length: 18"
        head += f"\nX-Forwarded-For: 10.0.0.{n}\nForwarded: for=10.0.0.{n}"
        return say(port, head, b"name=max&password=", method="POST")[0]

    assert [tried(n) for n in range(11)] == [401] * 10 + [429]


def test_29_after_the_login_nobody_is_elsewhere(app, database):
    accounts.join(database, "max")
    for next in (
        "//evil.example/x",
        "/\\evil.example",
        "http://evil.example",
        "/\t/evil.example",
    ):
        answer = accounts.browser(app).post(
            "/auth/login",
            params={"next": next},
            data={"name": "max", "password": PASSWORD},
            headers=OURS,
        )
        assert answer.headers["location"] == "/"


def test_30_no_secret_is_in_an_answer_a_log_or_the_audit(app, database, caplog):
    caplog.set_level("DEBUG")
    accounts.join(database, "ann", "admin")
    ann = accounts.logged_in(app, "ann")
    session = ann.cookies.get("netspace-8050")
    token = ann.post(f"{API}/me/tokens", json={"name": "x\ty", "scopes": ["read"]})
    assert token.status_code == 422, "a tab is no part of a name"
    made = ann.post(f"{API}/me/tokens", json={"name": "x", "scopes": ["read"]})
    token = made.json()["secret"]
    with database.durable() as opened:
        link = links.create(opened, "invitation", Role.MEMBER)
    accounts.browser(app).post(
        f"/auth/link/{link}", data={"name": "bob", "password": PASSWORD + "!"}, headers=OURS
    )
    told = "".join(
        ann.get(path).text
        for path in (f"{API}/audit", f"{API}/sessions", f"{API}/tokens", f"{API}/people")
    )
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith("httpx")]
    for secret in (session, token, link, PASSWORD):
        assert secret not in told + "".join(logged)
    wrong = ann.post(f"{API}/me/password", json={"present": "my wrong one", "new": "short"})
    assert "my wrong one" not in wrong.text


def test_30_nor_is_one_that_stands_in_an_address(process):
    port, database, log = process
    with database.durable() as opened:
        secret = links.create(opened, "invitation", Role.MEMBER)
    assert say(port, f"/auth/link/{secret}")[0] == 200
    assert say(port, f"/auth/oidc/callback?code={secret}&state={secret}")[0] == 404
    assert say(port, f"{API}/spaces")[0] == 401
    assert until(lambda: f"GET {API}/spaces" in log.read_text())
    assert secret not in log.read_text()


def test_who_asks_without_a_pause_is_told_so_and_nobody_else(database, quick_passwords):
    app = accounts.application(database, requests_per_minute=50)
    accounts.join(database, "max")
    accounts.join(database, "mia")
    with accounts.browser(app):
        max, mia = accounts.logged_in(app, "max"), accounts.logged_in(app, "mia")
        codes = [max.get(f"{API}/spaces").status_code for _ in range(60)]
        assert codes[:40] == [200] * 40
        assert codes[-1] == 429
        assert mia.get(f"{API}/spaces").status_code == 200
