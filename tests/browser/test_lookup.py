"""Look up and the drawer's links: a network by name or text, as others write it."""

import pytest
from playwright.sync_api import expect
from served import Served, problems_of

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec

pytestmark = pytest.mark.browser

CELL = "|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|avg_pool_3x3~2|"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("lookup") / "netspace.db")
    with served.database.durable() as session:
        space = spaces.define(session, "cells", PRESETS["NAS-Bench-201"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(served.database, Spec("cells", space, regime, 3, {}))
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        problems = problems_of(page)
        yield page
        assert problems == []


def test_a_name_in_the_address_is_looked_up_and_another_text_after_it(page, served):
    page.goto(f"{served.url}/app/lookup?what=resnet18")
    expect(page.locator("#lookup-told")).to_contain_text("11,689,512")
    expect(page.locator("#lookup-more")).to_contain_text("BLOCK_TYPE: res_basic_block")
    expect(page.locator("#lookup-shape .scatterlayer .trace")).to_have_count(1)
    page.locator("#lookup-what").fill(CELL)
    expect(page.locator("#lookup-told")).to_contain_text("10 classes")
    expect(page.locator("#lookup-more")).to_contain_text("No population has drawn it.")
    page.locator("#lookup-what").fill("resnet")
    expect(page.locator("#lookup-what-error, .mantine-Textarea-error")).to_contain_text(
        "near: "
    )
    expect(page.locator("#lookup-told")).to_contain_text("Mend what is marked")


def test_the_drawer_offers_what_can_say_its_network_and_look_up_leads_there(page, served):
    page.goto(f"{served.url}/app/?population=1&network=2")
    expect(page.locator("#network-nb201")).to_be_visible()
    expect(page.locator("#network-yaml")).to_be_hidden()
    href = page.locator("#network-nb201").get_attribute("href")
    cell = page.request.get(served.url + href).text().strip()
    assert cell.count("~") == 6
    page.goto(f"{served.url}/app/lookup")
    page.locator("#lookup-what").fill(cell)
    page.locator("#lookup-more a", has_text="cells").click()
    expect(page.locator("#network .standing")).to_have_attribute("data-network", "2")
