"""A real Chromium for the browser tests, and a blank page for the scripts alone."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from chromium import (  # noqa: F401  # fixtures
    browser,
    browser_type_launch_args,
    console,
    refusals,
    windows,
)
from places import ROOT

ASSETS = ROOT / "dashboard" / "assets"


@pytest.fixture(scope="module")
def files():
    """Bytes that a blank page may fetch, by name: the page's modules; a test adds its own."""
    modules = ASSETS.rglob("*.mjs")
    return {
        f"assets/{path.relative_to(ASSETS).as_posix()}": path.read_bytes() for path in modules
    }


@pytest.fixture(scope="module")
def site(files):
    """The address of a blank page; what it fetches from there is one of the files."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = unquote(self.path.removeprefix("/"))
            body = files.get(name, b"<!doctype html>")
            self.send_response(200)
            kind = "text/javascript" if name.endswith(".mjs") else "text/html"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def engine(browser, site):  # noqa: F811  # the fixture
    """A blank page with the engine, and `load(name)` for a table of one of the files."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)
    page.evaluate(
        """async () => {
          const { parse } = await import("/assets/engine/engine.mjs");
          window.load = async (name) => parse(await (await fetch(name)).arrayBuffer());
        }"""
    )
    yield page
    context.close()


@pytest.fixture(scope="module")
def module(browser, site):  # noqa: F811  # the fixture
    """`module(path, expression)`: what an expression says of a module of the page, `it`."""
    page = browser.new_page()
    page.goto(site)

    def said(path, expression, arg=None):
        module = f"await import('/assets/{path}')"
        return page.evaluate(
            f"async (arg) => {{ const it = {module}; return {expression}; }}", arg
        )

    yield said
    page.close()
