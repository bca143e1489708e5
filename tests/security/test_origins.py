"""Attack 14: a page of another port or subdomain of this machine makes a browser send what
changes something. SameSite cookies do not stop it: both are the same site."""

import json

import pytest
from wire import say

API = "/api/v1"
UPDATE = "/app/_dash-update-component"
ACTS = [
    ("POST", f"{API}/populations/2/cancel", ""),
    ("PATCH", f"{API}/populations/2", '{"paused": true}'),
    ("POST", UPDATE, "{}"),
]
SEND = """async ([url, acts]) => {
  const said = [];
  for (const [method, path, body] of acts) {
    for (const type of ["text/plain", "multipart/form-data", "application/json"]) {
      for (const mode of ["no-cors", "cors"]) {
        const headers = body ? { "Content-Type": type } : {};
        const credentials = "include";
        try {
          const sent = { method, mode, headers, credentials, ...(body && { body }) };
          said.push((await fetch(url + path, sent)).type);
        } catch { said.push("refused"); }
      }
    }
  }
  return said;
}"""


@pytest.mark.browser
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "evil.localhost"])
def test_a_page_beside_ours_changes_nothing(served, elsewhere, page, name):
    before = served.standing(2)
    elsewhere.pages["/"] = "<!doctype html><title>beside</title>"
    page.goto(elsewhere.url(name=name))
    said = page.evaluate(SEND, [served.url, ACTS])
    assert {*said} <= {"refused", "opaque"}  # nor was any answer read
    assert served.standing(2) == before


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_beside_ours_changes_nothing(served, elsewhere, page, kind):
    before = served.standing(2)
    for method, path, _ in ACTS:
        if method != "POST":
            continue
        elsewhere.pages["/"] = f"""<!doctype html>
          <form method="post" enctype="{kind}" action="{served.url}{path}">
          <input name='{{"a":"' value='"}}'></form>"""
        page.goto(elsewhere.url())
        with page.expect_navigation() as navigation:
            page.evaluate("() => document.forms[0].submit()")
        assert navigation.value.status == 403
    assert served.standing(2) == before


@pytest.mark.parametrize(
    "lines",
    [
        "Sec-Fetch-Site: none\nSec-Fetch-Site: cross-site",
        "Origin: null",
        "Origin: http://127.0.0.1:1",
        "Origin: http://evil.localhost",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: cross-site",
        "Cookie: a=b",
        "Origin: http://127.0.0.1:{port}\nOrigin: http://127.0.0.1:1",
    ],
)
@pytest.mark.parametrize(("method", "path", "body"), ACTS)
def test_who_is_not_said_to_be_our_page_changes_nothing(served, method, path, body, lines):
    before = served.standing(2)
    sent = f"Content-Type: application/json\nContent-Length: {len(body)}" if body else ""
    head = "\n".join(filter(None, [path, lines.format(port=served.port), sent]))
    assert say(served.port, head, body.encode(), method=method)[0] == 403
    assert served.standing(2) == before


@pytest.mark.parametrize("kind", ["text/plain", "application/jsonx", "multipart/form-data", ""])
@pytest.mark.parametrize(("method", "path", "body"), ACTS)
def test_a_body_that_a_form_could_send_changes_nothing(served, method, path, body, kind):
    before = served.standing(2)
    body = (body or "{}").encode()
    head = f"{path}\nContent-Type: {kind}\nContent-Length: {len(body)}"
    assert say(served.port, head, body, method=method)[0] == 415
    assert served.standing(2) == before


def test_our_own_page_may(served):
    """What is refused above is refused for what it says, not for what it asks."""
    body = json.dumps({"priority": 3}).encode()
    lines = f"Origin: {served.url}\nSec-Fetch-Site: same-origin\nContent-Type: application/json"
    head = f"{API}/populations/2\n{lines}\nContent-Length: {len(body)}"
    assert say(served.port, head, body, method="PATCH")[0] in (200, 204)
