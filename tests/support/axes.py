"""What axe-core finds on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def found_by_axe(page):
    """(rule, element) of what is hard to reach or to read."""
    return [
        (rule["id"], node["html"][:300])
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
    ]


def found_in_both_themes(page):
    """(theme, rule, element) of what axe-core finds in light and in dark."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        root = page.locator("html")
        expect(root).to_have_attribute("data-mantine-color-scheme", theme)
        found += [(theme, *one) for one in found_by_axe(page)]
    return found
