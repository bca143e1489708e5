"""Controls and columns of Explore: what a population has is offered in the field's units."""

import numpy as np
import pytest

from columns.quantities import QUANTITIES
from dashboard.pages.explore import constraints, table
from population.population import Population

RNG = np.random.default_rng(0)
DRAWN = {
    "depth": RNG.integers(3, 18, 40),
    "w0": RNG.integers(1, 8, 40) * 8,
    "flops": RNG.uniform(300e6, 400e6, 40),
    "params": RNG.uniform(20e3, 90e3, 40),
    "activations": RNG.uniform(1e6, 5e6, 40),
    "e_fit": RNG.uniform(0, 0.1, 40),
}
MEASURED = {
    "error": RNG.uniform(4, 30, 40),
    "loss": RNG.uniform(0.1, 2, 40),
    "training_seconds": RNG.uniform(3, 20, 40),
    "latency": RNG.uniform(1e-3, 9e-3, 40),
    "latency_q1": RNG.uniform(1e-3, 9e-3, 40),
    "latency_q3": RNG.uniform(1e-3, 9e-3, 40),
    "peak_memory": RNG.uniform(2e6, 90e6, 40),
}


def population(**columns):
    return Population.from_columns(DRAWN | columns)


def headers(of):
    """Titles of the table's columns, in their order."""
    return [column["headerName"] for column in table.columns(constraints.controls(of))]


@pytest.fixture
def measured():
    return population(**MEASURED)


def test_a_header_is_a_symbol_and_a_unit(measured):
    assert headers(measured) == [
        *("#", "Network", "Error %", "d", "w₀", "Stage widths", "Stage depths"),
        *("Flops M", "Params k", "Acts M"),
        *("loss", "t s", "t₁ ms", "mem MB"),
        "e_fit",
    ]


def test_what_was_measured_has_controls_where_a_population_has_it(measured):
    def names(of):
        found = constraints.controls(of)
        return {one.name for one in found if one.section == "result"}

    assert names(measured) == {"loss", "training_seconds", "latency", "peak_memory"}
    assert names(population(error=MEASURED["error"])) == set()


def test_neither_the_error_nor_a_quartile_is_offered_as_a_constraint():
    offered = {name for name in QUANTITIES if constraints.offered(name)}
    assert set(QUANTITIES) - offered == {
        "error",
        *(f"{name}_q{i}" for name in ("latency", "latency_64", "train_step") for i in (1, 3)),
    }


def test_digit_keys_stay_where_they_are_when_results_come(measured):
    def first(of):
        return [one.name for one in constraints.controls(of)][: len(DRAWN)]

    assert first(measured) == first(population(error=MEASURED["error"])) == list(DRAWN)


def test_a_column_of_one_result_has_no_control_yet_but_is_counted():
    one = np.full(40, np.nan)
    one[3] = 2e-3
    waiting = population(error=one * 1e4, latency=one)
    assert not any(one.name == "latency" for one in constraints.controls(waiting))
    assert constraints.measured(waiting) == {"latency": 1}


def test_a_slider_over_what_was_measured_stops_at_round_values_between_its_ends(measured):
    (latency,) = (x for x in constraints.controls(measured) if x.name == "latency")
    ends = MEASURED["latency"].min(), MEASURED["latency"].max()
    assert (latency.stops[0], latency.stops[-1]) == ends
    assert latency.stops == sorted(set(latency.stops))
    # Evenly on the axis, so that a handle stands over its value: within half a step.
    even = np.geomspace(*ends, len(latency.stops))
    step = np.log(even[1] / even[0])
    assert np.abs(np.log(latency.stops / even)).max() < step / 2
    assert max(len(f"{stop * 1e3:.6g}") for stop in latency.stops[1:-1]) <= 5


def test_units_have_one_source_for_sliders_table_and_plots(measured):
    marks = {one.name: one.mark for one in constraints.controls(measured)}
    assert marks == {
        "depth": "",
        "w0": "",
        "e_fit": "",
        "loss": "",
        "flops": "M",
        "params": "k",
        "activations": "M",
        "training_seconds": "s",
        "latency": "ms",
        "peak_memory": "MB",
    }
