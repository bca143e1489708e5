"""What the page's scripts are checked against (dashboard/types/) is what the server says."""

import re
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import get_args

import pytest

from columns.units import ERRORS, described
from dashboard.pages.explore.constraints import Control
from server.schemas import (
    comparisons,
    events,
    keeping,
    networks,
    people,
    populations,
    queue,
    statistics,
    tables,
    trends,
)
from services.exchange.tables import plan

ROOT = Path(__file__).parents[3]
TYPES = (ROOT / "dashboard/types/server.d.ts").read_text()
SCHEMAS = [
    populations.ProgressRead,
    populations.PopulationRead,
    populations.DeedBrief,
    keeping.NoteRead,
    keeping.TagRead,
    keeping.ShownRead,
    keeping.ViewRead,
    queue.RunningJobRead,
    queue.DiskRead,
    queue.WorkerRead,
    queue.JobLineRead,
    queue.JobListRead,
    events.LastFailureRead,
    events.Activity,
    people.MeRead,
    people.SessionRead,
    people.TokenRead,
    people.NewTokenRead,
    people.UserRead,
    people.LinkRead,
    people.DeedRead,
    people.DeedsRead,
    plan.Plan,
    plan.ColumnPlan,
    tables.ColumnLookRead,
    tables.TableLookRead,
    tables.RefusedRowRead,
    tables.DifferenceRead,
    tables.ReportRead,
    tables.TableRead,
    networks.QuantityRead,
    comparisons.EstimateRead,
    comparisons.SideRead,
    statistics.RangeRead,
    statistics.EdfRead,
    trends.AtRead,
    trends.TrendRead,
    trends.NetworksRead,
    trends.TrendsRead,
    trends.CoefficientRead,
    trends.FitRead,
    trends.PointsRead,
    trends.UnderConditionRead,
    trends.SpeedRead,
    trends.ImportanceRead,
    trends.ImportancesRead,
]


def interface(name: str) -> dict[str, str]:
    """Types of an interface's fields by name, as written."""
    [body] = re.findall(rf"^interface {name} {{\n(.*?)^}}", TYPES, re.S | re.M)
    return dict(re.findall(r"^  (\w+): (.+);$", body, re.M))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_the_page_expects_no_field_that_the_server_does_not_say(schema):
    assert set(interface(schema.__name__)) <= set(schema.model_fields)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_the_page_expects_null_where_the_server_may_say_it(schema):
    for name, written in interface(schema.__name__).items():
        may_be_none = NoneType in get_args(schema.model_fields[name].annotation)
        assert written.endswith("| null") == may_be_none, name


def test_a_control_is_described_whole():
    assert set(interface("Control")) == {one.name for one in fields(Control)} | {"title"}


def test_what_networks_are_judged_by_is_described_whole():
    assert set(interface("Criterion")) == set(described(ERRORS))


def test_the_lock_of_what_checks_the_scripts_names_no_registry():
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "registry" not in lock
