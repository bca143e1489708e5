"""A study that was imported stands beside the live one on Explore."""

import pytest
from playwright.sync_api import expect
from served import Served, problems_of

from services.exchange import archives, exports, imports, provenance

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A live population, and after it the archive of a finished study."""
    folder = tmp_path_factory.mktemp("served")
    elsewhere = Served(folder / "elsewhere.db")
    study = elsewhere.create("Study: AnyNetX_A (digits)", 24, "AnyNetX_A small")
    elsewhere.record(*range(10, 34))
    with elsewhere.database.read() as session:
        file = archives.pack(exports.archive(session, [study]))
    elsewhere.close()
    served = Served(folder / "netspace.db")
    served.live = served.create("RegNetX · digits", 24)
    served.record(*range(5, 25))
    [served.study] = imports.load(served.database, file).population_ids
    served.start()
    yield served
    served.close()


def test_the_page_opens_on_the_live_population_and_shows_the_study_on_request(served, browser):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    problems = problems_of(page)
    page.goto(f"{served.url}/app/")
    picked = page.locator("input#population")
    expect(picked).to_have_value("RegNetX · digits · 24 networks", timeout=20_000)
    badge = page.locator("#data-badge")
    expect(badge).to_have_text("digits")
    page.goto(f"{served.url}/app/?population={served.study}")
    expect(picked).to_have_value("Study: AnyNetX_A (digits) · 24 networks", timeout=20_000)
    expect(page.locator("[data-number=n] > span")).to_have_text("24", timeout=20_000)
    expect(badge).to_have_text("digits · imported")
    assert f"torch {provenance.here()['torch']}" in badge.get_attribute("title")
    assert served.study > served.live
    assert problems == []
    page.close()
