"""A plan says one thing of each column, and nothing that can't be read."""

import pytest
from pydantic import ValidationError

from columns.quantities import declared
from services.exchange.tables.names import RESERVED, own
from services.exchange.tables.plan import ColumnPlan, Plan


def column(**changes):
    return ColumnPlan(**({"source": "x", "role": "result", "quantity": "mine"} | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": ""}, "a name"),
        ({"role": "ignored"}, "ignored"),
        ({"quantity": "error"}, "error"),
        ({"role": "error", "quantity": "mine"}, "error"),
        ({"quantity": "Mine"}, "pattern"),
        ({"quantity": "1st"}, "pattern"),
        ({"quantity": "ordinal"}, "another meaning"),
        ({"quantity": "limit"}, "another meaning"),
        ({"quantity": "latency", "unit": "ms"}, "unit: 's'"),
        ({"factor": 0}, "not 0"),
        ({"factor": float("inf")}, "finite"),
        ({"source": "a\x00b"}, "control"),
        ({"role": "name", "quantity": "depth"}, "texts"),
        ({"role": "name", "factor": 2}, "texts"),
        ({"label": "x" * 201}, "200"),
        ({"colour": "red"}, "permitted"),
    ],
)
def test_a_columns_plan_is_refused_with_its_field(changes, said):
    with pytest.raises(ValidationError, match=said):
        column(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": []}, "at least 1"),
        ({"columns": [column(), column(quantity="other")]}, "source 'x'"),
        ({"columns": [column(), column(source="y")]}, "quantity 'mine'"),
        ({"columns": [column(role="ignored", quantity="")]}, "not ignored"),
        ({"decimal": ",", "thousands": ","}, "thousands"),
        ({"resolution": 3}, "resolution"),
        ({"format": "xlsx"}, "format"),
        ({"skip": -1}, "skip"),
    ],
)
def test_a_plan_is_refused_with_its_field(changes, said):
    with pytest.raises(ValidationError, match=said):
        Plan(**({"format": "csv", "columns": [column()]} | changes))


def test_a_plan_is_its_own_json():
    plan = Plan(format="csv", columns=(column(), column(source="y", quantity="other")))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_name_of_its_own_is_none_of_ours_none_that_is_taken_and_none_of_addresses():
    taken = set()
    assert own("lr", taken) == "lr"
    assert own("lr", taken) == "lr_no2"
    assert own("flops", taken) == "x_flops"
    assert own("limit", taken) == "x_limit"
    assert own("5th", taken) == "x_5th"
    assert own("é", taken) == "x"
    assert len(own("y" * 100, taken)) < 63
    assert not declared("lr_2")
    assert not RESERVED & taken
