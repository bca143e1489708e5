"""A page that was open while another database took the place of the one it read."""

import json
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect
from served import Served, problems_of

from netspace.backups import restoring, saving
from netspace.settings import Settings
from services.reading import identity

pytestmark = pytest.mark.browser

NAME = "population of one name"


@pytest.fixture
def servers(tmp_path):
    """Two labs at one address, one after the other; each has a population 1 of one name."""
    made = []

    def serve(folder, *errors):
        (tmp_path / folder).mkdir()
        one = Served(tmp_path / folder / "netspace.db")
        made.append(one)
        if errors:
            one.measured(NAME, *errors)
        one.port = made[0].port
        return one

    yield serve
    for one in made:
        one.close()


def settings_of(served, folder):
    return Settings(database_url=served.database.url, data_dir=folder)


def test_a_page_that_was_open_shows_what_was_restored_in_the_place_of_what_it_read(
    windows, servers, tmp_path
):
    lab = servers("old", 11.5, 12.5)
    lab.start()
    with windows.lent(lab) as window:
        page = window.new_page()
        problems = problems_of(page)
        page.goto(f"{lab.url}/app/?population=1")
        expect(page.locator("body")).to_contain_text("11.5", timeout=60_000)
        # Another lab, with other errors under the same ids, names and versions.
        other = servers("new", 21.5, 22.5)
        saving.save(settings_of(other, tmp_path / "new"), tmp_path / "other.tar")
        restoring.restore(settings_of(lab, tmp_path / "old"), tmp_path / "other.tar", True)
        expect(page.locator("body")).to_contain_text("21.5", timeout=60_000)
        expect(page.locator("body")).not_to_contain_text("11.5")
        expect(page.locator("#connection")).to_have_attribute("data-live", "true")
        away = ("Failed to load resource", "ERR_", "Failed to fetch")
        assert [one for one in problems if not any(said in one for said in away)] == []


@pytest.mark.long
def test_a_page_that_was_open_shows_what_another_server_at_its_address_has(windows, servers):
    lab = servers("old", 11.5, 12.5)
    lab.start()
    with windows.lent(lab) as window:
        page = window.new_page()
        page.goto(f"{lab.url}/app/?population=1")
        expect(page.locator("body")).to_contain_text("11.5", timeout=60_000)
        expect(page.locator("#connection")).to_have_attribute("data-live", "true")
        lab.stop()
        other = servers("new", 31.5, 32.5)
        with other.database.durable() as session:
            identity.bear(session)  # tests' databases are copies of one
        other.start()
        expect(page.locator("body")).to_contain_text("31.5", timeout=60_000)
        page.reload()
        expect(page.locator("body")).to_contain_text("31.5", timeout=60_000)
        with urlopen(f"{other.url}/api/v1/populations/1") as answer:
            assert json.load(answer)["name"] == NAME
