"""A person's browser behind nginx: TLS, a path before all addresses, a session, live pages."""

import accounts
import nginx
import pytest
from playwright.sync_api import expect
from served import Served, problems_of

pytestmark = pytest.mark.skipif(
    not nginx.installed(), reason="no nginx: scripts/debian brings it"
)
PAGES = ("new", "compare", "trends", "speed", "views", "queue", "lookup", "import")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """nginx, and behind it a server with accounts and two populations."""
    folder = tmp_path_factory.mktemp("nginx")
    tls, plain = nginx.free_ports(2)
    served = Served(
        folder / "netspace.db",
        NETSPACE_AUTH="accounts",
        NETSPACE_PUBLIC_URL=f"https://{nginx.NAME}:{tls}/netspace",
        NETSPACE_PROXIES="127.0.0.1",
    )
    served.measured("easy", *range(5, 30))
    served.waiting = served.create("at work", 3, seed=7, training_seed=7)
    accounts.join(served.database, "max")
    served.start()
    proxy = nginx.Proxy(folder, tls, plain, served.port)
    proxy.served = served
    proxy.start()
    yield proxy
    proxy.stop()
    served.close()


@pytest.mark.timeout(180)
@pytest.mark.long
def test_a_session_from_the_login_to_the_logout(browser, proxy):
    window = browser.new_context(ignore_https_errors=True)
    window.set_default_timeout(60_000)
    page = window.new_page()
    problems = problems_of(page)

    page.goto(f"{proxy.url}/app/queue")
    page.fill("[name=name]", "max")
    page.fill("[name=password]", accounts.PASSWORD)
    page.click("button")
    page.wait_for_url(f"{proxy.url}/app/queue")
    expect(page.locator("#queue-populations tbody tr")).to_have_count(2)

    row = page.locator("#queue-populations tbody tr", has_text="at work")
    expect(row).not_to_contain_text("3/3")
    proxy.served.record(10, 20, 30, of=proxy.served.waiting)
    page.locator("#queue-populations tbody tr", has_text="at work").get_by_text(
        "complete"
    ).first.wait_for()

    for path in PAGES:
        page.click(f'nav a[href="/netspace/app/{path}"] >> visible=true')
        page.wait_for_url(f"{proxy.url}/app/{path}")
        expect(page.locator(f"#page-{path}")).to_be_visible()
    page.goto(f"{proxy.url}/app/?population=1&network=1")
    page.locator("#network[data-state=shown]").wait_for()
    page.locator("#explore[data-state=ready][data-drawn]").wait_for()
    assert problems == []
    window.close()
