"""Every view of the pages: its address, and what is there when all of it is."""

import pytest
from foreign_tables import stored, table
from playwright.sync_api import expect
from served import Served

from designspace.naming.members import member

WIDTHS = (390, 1440)
CHOSEN = "population=2&against=1&depth=3..8&bottleneck_ratio=1&pin=depth=5..8&lacks=1"
FULL = {
    "Explore": (f"?{CHOSEN}", "#explore[data-state=ready][data-drawn] #networks .ag-row"),
    "the network's drawer": ("?network=1", "#network[data-state=shown]"),
    "New": ("new", "#new-acceptance .headline"),
    "Refine": ("new?refine=2&depth=3..8", "#new-lineage li"),
    "Compare": ("compare?side=1&side=2&side=2;depth=3..8", ".verdict"),
    "Trends": ("trends?side=1&bins=3", "#trends-verdicts-text tbody tr"),
    "Speed": ("speed?population=1&time=loss", "#speed-fits-text .statement"),
    "Views": ("views", "#views-views h2"),
    "Queue": ("queue", "#queue-populations tbody tr"),
    "Look up": ("lookup?what=resnet18", "#lookup-more details"),
    "Import": ("import", "#import-file h2"),
    "My account": ("account", "#account-who h2"),
    "People": ("people", "#people-audit tbody tr"),
}
"""Of a database as `fill` leaves it."""
RIVALS = {
    "cells": (
        "?population=1&network=1",
        "#network[data-state=shown] #network-widths .scatterlayer",
    ),
    "inverted": ("?population=4&network=61", "#network[data-state=shown]"),
    "Compare": ("compare?side=1&side=4", ".verdict"),
}
"""Of a database of rivals' spaces as `fill_with_rivals` leaves it."""
TABLES = {
    "Explore": ("?population=1", "#explore[data-state=ready][data-drawn] #networks .ag-row"),
    "judged by another column": (
        "?population=1&of=images_per_second&depth=5..20",
        "#explore[data-state=ready][data-drawn] #networks .ag-row",
    ),
    "a row's drawer": ("?population=1&network=1", "#network[data-state=shown]"),
    "Compare": ("compare?side=1&side=2&of=images_per_second", ".verdict"),
    "Queue": ("queue", "#queue-populations tbody tr"),
}
"""Of a database as `fill_with_tables` leaves it."""
EMPTY = {
    "Explore": ("", "#explore[data-state=empty]"),
    "New": ("new", "#new-acceptance:has-text('There is no design space yet')"),
    "Compare": ("compare", ".compare-nothing:visible"),
    "Trends": ("trends", "#trends[data-state=nothing]"),
    "Speed": ("speed", "#speed[data-state=nothing]"),
    "Queue": ("queue", "#queue-populations:has-text('There is no population yet')"),
}


def fill(served):
    """Two populations with results, of which the second is at work."""
    served.measured("easy", *range(5, 30))
    id = served.create("at work", 40, seed=7, training_seed=7)
    served.record(*range(10, 32), None, float("inf"), of=id)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("full") / "netspace.db")
    fill(served)
    served.start()
    yield served
    served.close()


def fill_with_rivals(served):
    """Twenty cells on edges, as many on vertices, wired graphs, and inverted blocks."""
    for name in ("NAS-Bench-201", "NAS-Bench-101", "RandWire WS", "OFA MobileNetV3"):
        id = served.create(name, 20, space=f"{name} small", window={})
        served.record(*range(10, 30), of=id)


@pytest.fixture(scope="module")
def rivals(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("rivals") / "netspace.db")
    fill_with_rivals(served)
    served.start()
    yield served
    served.close()


def fill_with_tables(served, folder):
    """A table with errors, one row of which is a network, and one of timings alone."""
    networks = {0: member("regnet_x_400mf").network}
    stored(served.database, folder, "theirs", table(60, networks))
    stored(served.database, folder, "timings", table(60, error=None))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    served = Served(folder / "netspace.db")
    fill_with_tables(served, folder)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("empty") / "netspace.db")
    served.start()
    yield served
    served.close()


def shown(page, served, path, there):
    """Show a view in both themes and all widths."""
    page.goto(f"{served.url}/app/{path}")
    page.locator(there).first.wait_for(timeout=60_000)
    root = page.locator("html")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        expect(root).to_have_attribute("data-mantine-color-scheme", theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})


KINDS = {"full": FULL, "rivals": RIVALS, "tables": TABLES, "empty": EMPTY}
VIEWS = [(kind, view) for kind, views in KINDS.items() for view in views]


def of(request, kind, view):
    return request.getfixturevalue(kind), *KINDS[kind][view]
