"""Attacks 8 and 9: a name of somebody else's that leads to this machine (DNS rebinding), and a
Host that would make another address of a request's (Ray CVE-2025-62593, CVE-2026-27482,
Starlette CVE-2026-48710)."""

import pytest
from chromium import FLAGS
from wire import say

API = "/api/v1"
REBOUND = "evil.test"
REQUESTS = [
    ("GET", "/"),
    ("GET", "/app/"),
    ("GET", f"{API}/populations"),
    ("GET", f"{API}/events"),
    ("GET", "/app/figures/edf.html?population=1"),
    ("POST", f"{API}/populations/2/cancel"),
    ("PATCH", f"{API}/populations/2"),
    ("DELETE", f"{API}/watches/1"),
    ("POST", "/app/_dash-update-component"),
]
SOCKET = """Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="""


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_a_rebound_name_reaches_nothing(served, method, path):
    before = served.standing(2)
    origin = f"Origin: http://{REBOUND}:{served.port}\nSec-Fetch-Site: same-origin"
    status, _, body = say(
        served.port, f"{path}\n{origin}", method=method, host=f"{REBOUND}:{served.port}"
    )
    assert status == 400
    assert b"host" in body
    assert served.standing(2) == before


@pytest.mark.parametrize("path", ["/app/", "/app/_dash-ws-callback", f"{API}/events"])
def test_a_rebound_name_opens_no_websocket(served, path):
    head = f"{path}\n{SOCKET}\nOrigin: http://{REBOUND}:{served.port}"
    assert say(served.port, head, host=f"{REBOUND}:{served.port}")[0] == 400
    own = f"{path}x\n{SOCKET}\nOrigin: http://127.0.0.1:{served.port}"
    assert say(served.port, own)[0] == 404  # nor is there one for us


@pytest.mark.browser
def test_a_browser_that_was_led_here_by_another_name_sees_nothing(served, browser_type, launch):
    rules = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    browser = browser_type.launch(**launch | {"args": [*FLAGS, rules]})
    page, before = browser.new_page(), served.standing(2)
    answer = page.goto(f"http://{REBOUND}:{served.port}/app/")
    assert answer.status == 400
    seen = page.evaluate(
        """async (path) => {
          const answer = await fetch(path, { method: "POST" });
          return [answer.status, (await (await fetch("/api/v1/populations")).text()).length];
        }""",
        f"{API}/populations/2/cancel",
    )
    browser.close()
    assert seen[0] == 400
    assert seen[1] < 400  # a refusal, and no list of populations
    assert served.standing(2) == before


@pytest.fixture
def launch(browser_type_launch_args):
    return browser_type_launch_args


@pytest.mark.parametrize(
    "host",
    ["x/public?", "127.0.0.1/public?", "127.0.0.1:80/api/docs#", "a@127.0.0.1", "[::1]x"],
)
@pytest.mark.parametrize("path", [f"{API}/populations", "/app/", "/nowhere"])
def test_a_host_is_no_part_of_an_address(served, host, path):
    status, headers, _ = say(served.port, path, host=host)
    assert status == 400
    assert "location" not in headers
