"""A login by a provider of OpenID Connect in a real browser, which comes from another site."""

import pytest
from nursery import nursery
from playwright.sync_api import expect
from provider import Provider
from served import Served
from waiting import until

from netspace.stack import ports

pytestmark = pytest.mark.browser


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path / "netspace.db")
    yield served
    served.close()


@pytest.fixture
def provider(tmp_path, served):
    provider = Provider(tmp_path, [f"{served.url}/auth/oidc/callback"])
    provider.say({"a1": {"preferred_username": "ann", "groups": ["staff"]}})
    yield provider
    provider.stop()


def test_a_person_logs_in_there_and_is_here(browser, served, provider):
    settings = provider.settings(oidc_members="staff", auth="accounts", port=served.port)
    served.process = nursery().serve(
        served.port,
        NETSPACE_DATABASE_URL=served.database.url,
        NETSPACE_BROKER_URL="redis://127.0.0.1:1/0",
        **{f"NETSPACE_{name.upper()}": str(value) for name, value in settings.items()},
    )
    assert until(lambda: ports.answers("127.0.0.1", served.port), 60)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.url}/app/queue")
    page.get_by_role("link", name="Log in with the university").click()
    assert page.url.startswith("http://localhost")
    page.get_by_placeholder("Enter any login").fill("a1")
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{served.url}/app/queue")
    me = page.evaluate("async () => await (await fetch('/api/v1/me')).json()")
    assert (me["name"], me["role"]) == ("ann", "member")
    cookies = {one["name"]: one for one in context.cookies(served.url)}
    assert [*cookies] == [f"netspace-{served.port}"]
    assert cookies[f"netspace-{served.port}"]["sameSite"] == "Lax"
    context.close()
