"""What watches over a server, as it is shipped: every query can be read, and asks for numbers
that there are."""

import json
import re
from pathlib import Path

import promql_parser
import promtool
import pytest
import yaml
from promql_parser import VectorSelector

from server.metrics.meters import Meters
from server.metrics.state import Disk, Said, families
from services.work.census import Census, Counted

OPS = Path("ops")
INSTANCE = {"instance", "job", "le"}
"""Labels that Prometheus adds, and those of a histogram's buckets."""
VARIABLES = {"$__rate_interval": "5m", "$instance": ".*"}


def dashboard():
    return json.loads((OPS / "grafana.json").read_text())


def alerts():
    groups = yaml.safe_load((OPS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries():
    """Every query of the dashboard and of the alerts, by what it is for."""
    asked = [
        (f"{panel['title']} {query['refId']}", query["expr"])
        for panel in dashboard()["panels"]
        for query in panel["targets"]
    ]
    return [*asked, *((rule["alert"], rule["expr"]) for rule in alerts())]


@pytest.fixture(scope="module")
def told():
    """The labels of each number that /metrics tells, by its name."""
    census = Census(
        {("train", "queued"): 1},
        {("train", "done"): 1},
        {"train": 1},
        1,
        1,
        [Counted("a worker", 1, 1)],
        {"sampled": 1},
        1,
    )
    meters = Meters()
    meters.requests.labels("/", "GET", "2xx").inc()
    meters.first_byte.labels("/", "GET").observe(1)
    found = [*meters.collect(), *families(Said(census, Disk(2, 1)))]
    return {one.name: set(one.labels) for family in found for one in family.samples}


def selectors(query):
    """What a query asks for."""
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    found = []

    def look(node):
        if isinstance(node, VectorSelector):
            found.append(node)
        for part in ("lhs", "rhs", "expr", "param", "vector_selector", "vs", "args"):
            inner = getattr(node, part, None)
            for one in inner if isinstance(inner, list) else [inner]:
                if isinstance(one, promql_parser.Expr):
                    look(one)

    look(promql_parser.parse(query))
    return found


@pytest.mark.parametrize(("about", "query"), queries())
def test_a_query_can_be_read_and_asks_for_numbers_that_there_are(told, about, query):
    asked = selectors(query)
    assert len(asked) == len(re.findall(r"netspace_\w+", query)) > 0
    for one in asked:
        assert one.name in told
        labels = {matcher.name for matcher in one.matchers.matchers}
        assert labels <= told[one.name] | INSTANCE, one.name
    grouped = {
        label.strip() for by in re.findall(r"by \(([^)]*)\)", query) for label in by.split(",")
    }
    assert grouped <= set.union(*(told[one.name] for one in asked)) | INSTANCE


def test_all_that_is_counted_is_shown(told):
    shown = {one.name for _, query in queries() for one in selectors(query)}
    parts = ("_sum", "_count", "_created")
    lacking = {name for name in told if not name.endswith(parts)} - shown
    assert lacking == {"netspace_populations"}


def test_no_two_panels_lie_on_each_other():
    places = [panel["gridPos"] for panel in dashboard()["panels"]]
    cells = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))


def test_each_alert_has_its_line_in_what_to_do():
    text = Path("docs/operations.md").read_text()
    assert not [rule["alert"] for rule in alerts() if f"`{rule['alert']}`" not in text]


def test_promtool_can_read_the_alerts():
    said = promtool.check("rules", OPS / "alerts.yml")
    assert said.returncode == 0, said.stderr
