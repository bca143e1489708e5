"""A real Chromium, Debian's (scripts/chromium installs it), and what it refuses to pages.

A page costs seconds of a processor before a test begins with it, most of them for what all
pages have in common: `window` is a browser's window where that is done once.

The fixtures are those of pytest-playwright. A test fails where its pages were refused something
by their Content-Security-Policy, whatever else it looks at: who expects that takes `refusals`
and empties it.
"""

import contextlib
import os
import re
import shutil

import pytest
from playwright.sync_api import expect

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
REFUSED = re.compile(r"Content Security Policy|requires 'Trusted|TrustedTypePolicy")
"""What the console says of them."""
expect.set_options(timeout=20_000)  # ms; a page on a busy machine takes its time


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    if chromium is None:
        # A person without Debian may go on; continuous integration must not look green.
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("no chromium on the path, and scripts/chromium could not install it")
    return browser_type_launch_args | {"executable_path": chromium, "args": FLAGS}


@contextlib.contextmanager
def window(browser, served, **given):
    """One browser window for many pages: its cache keeps the scripts, as a person's does.

    A page of the server stays open, so that the process does in which they are compiled.
    """
    context = browser.new_context(**given)
    context.new_page().goto(f"{served.url}/api/v1/populations")
    yield context
    context.close()


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
