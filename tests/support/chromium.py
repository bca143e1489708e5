"""A real Chromium, Debian's (scripts/debian installs it), and what it refuses to pages.

A page costs seconds of a processor before a test begins with it, most of them for what all
pages have in common. So windows are lent and come back, with the scripts in their caches; and a
test that needs no page of its own goes on with one that is open (`go`).

The fixtures are those of pytest-playwright. A test fails where its pages were refused something
by their Content-Security-Policy, whatever else it looks at: who expects that takes `refusals`
and empties it.
"""

import contextlib
import os
import re
import shutil

import pytest
from playwright.sync_api import Error, expect

PLAYWRIGHT_DISABLES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
"""As of Playwright 1.65; said again, as the last list of features is the one that counts."""
POPUP = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""The list below a window's address bar, which nobody sees: a web page of 500 modules of its
own, a second of a processor a window."""
FLAGS = [
    f"--disable-features={','.join(PLAYWRIGHT_DISABLES + POPUP)}",
    "--process-per-site",  # in a window: see there
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE = {"width": 1440, "height": 900}
REFUSED = re.compile(r"Content Security Policy|requires 'Trusted|TrustedTypePolicy")
"""What the console says of them."""
expect.set_options(timeout=60_000)  # ms; a page on a busy machine takes its time


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    if chromium is None:
        # A person without Debian may go on; continuous integration must not look green.
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no chromium on the path, and scripts/debian could not install it")
    return browser_type_launch_args | {"executable_path": chromium, "args": FLAGS}


class Windows:
    """Windows of a browser that are lent to tests, of which one that comes back is nobody's."""

    def __init__(self, browser):
        self._browser, self._free = browser, []

    @contextlib.contextmanager
    def lent(self, served):
        """A window for many pages of a server: its cache keeps the scripts, as a person's does.

        A page of the server stays open, so that the process does in which they are compiled:
        an origin has one of its own, as what it answers asks for (COOP and COEP).
        """
        window = self._free.pop() if self._free else self._browser.new_context(viewport=SIZE)
        kept = {page.evaluate("origin"): page for page in window.pages}
        if served.url not in kept:
            kept[served.url] = window.new_page()
            kept[served.url].goto(f"{served.url}/api/v1/populations")
        yield window
        for page in window.pages:
            if page not in kept.values():
                page.close()
        window.clear_cookies()
        kept[served.url].evaluate("localStorage.clear()")
        self._free.append(window)


@pytest.fixture(scope="session")
def windows(browser):
    """Those of all tests of this process."""
    return Windows(browser)


def go(page, path, query=""):
    """To another of our pages, as a link in them does, until it is shown instead."""
    page.evaluate(
        "to => dash_clientside.set_props('location', to)",
        {"pathname": f"/app/{path}", "search": query},
    )
    page.locator(f"[id='page-{path}']:not([hidden])").wait_for(timeout=60_000)


RESTS = """() => Object.values(window.dash_stores[0].getState().callbacks)
  .every((some) => !Array.isArray(some) || some.length === 0)"""


def rest(page):
    """Wait until all callbacks of a page have been answered: what comes late changes fields."""
    page.wait_for_function(RESTS)


@pytest.fixture(scope="session")
def console():
    """What was refused to pages since somebody emptied it."""
    return []


@pytest.fixture(scope="session")
def browser(browser, console):
    """The browser, all of whose consoles are heard."""

    def hear(message):
        if REFUSED.search(message.text):
            console.append(message.text)

    def heard(make, event):
        def made(**given):
            one = make(**given)
            one.on(event, hear)
            return one

        return made

    browser.new_context = heard(browser.new_context, "console")
    browser.new_page = heard(browser.new_page, "console")
    return browser


@pytest.fixture(autouse=True)
def refusals(console):
    """What was refused to pages in this test; nothing, unless the test expects it."""
    console.clear()
    yield console
    assert console == []


SHOWN = """() => {
  const { callbacks = {} } = window.dash_stores?.[0]?.getState() ?? {};
  const waiting = Object.entries(callbacks)
    .filter(([, some]) => Array.isArray(some) && some.length)
    .map(([step, some]) => `${step}: ${some.map((one) => one.callback?.output ?? one)}`);
  const states = [...document.querySelectorAll("[data-state]")]
    .map((one) => `#${one.id} ${one.dataset.state}`);
  return [location.href, document.title, ...states, ...waiting,
    document.body.innerText.slice(0, 1500)].join("\\n");
}"""


def shown(browser):
    """What the pages of a browser show, for whoever reads why a test has failed."""
    pages = [page for context in browser.contexts for page in context.pages]
    for page in pages:
        try:
            yield page.evaluate(SHOWN)
        except Error as error:  # it has gone, or does not answer
            yield f"{page.url}: {error}"
