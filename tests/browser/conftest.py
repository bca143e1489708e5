"""A real Chromium, Debian's, for the browser tests; scripts/chromium installs it."""

import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from places import ROOT
from playwright.sync_api import expect

ASSETS = ROOT / "dashboard" / "assets"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=20_000)  # ms; a page on a busy machine takes its time


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    if chromium is None:
        # A person without Debian may go on; continuous integration must not look green.
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no chromium on the path, and scripts/chromium could not install it")
    return browser_type_launch_args | {"executable_path": chromium, "args": FLAGS}


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
def engine(browser, site):
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
