"""Controls and columns of Explore: what a population has is offered in the field's units."""

import numpy as np
import pytest
from foreign_tables import THROUGHPUT

from columns.quantities import QUANTITIES, described, quantity
from columns.units import unit_of
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
    unit = unit_of(quantity(of.criterion), of.judged)
    return [column["headerName"] for column in table.columns(unit, constraints.controls(of))]


@pytest.fixture
def measured():
    return population(**MEASURED)


def test_a_header_is_a_symbol_and_a_unit(measured):
    assert headers(measured) == [
        *("✓", "#", "Network", "Error %", "d", "w₀", "Stage widths", "Stage depths"),
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


def test_no_quartile_is_offered_as_a_constraint():
    offered = {name for name, one in QUANTITIES.items() if constraints.offered(one)}
    assert set(QUANTITIES) - offered == {
        f"{name}_q{i}" for name in ("latency", "latency_64", "train_step") for i in (1, 3)
    }


def test_what_networks_are_judged_by_is_no_constraint_and_the_first_number_of_the_table(
    measured,
):
    def names(of):
        return {one.name for one in constraints.controls(of)}

    fast = measured.judged_by("latency")
    assert names(measured) - names(fast) == {"latency"}
    assert names(fast) - names(measured) == {"error"}
    assert headers(fast)[:5] == ["✓", "#", "Network", "t₁ ms", "d"]
    assert "e" in headers(fast)


def test_a_column_that_nobody_declared_is_offered_by_the_words_that_are_given_for_it():
    name = THROUGHPUT.name
    given = {"error": MEASURED["error"], name: RNG.uniform(100, 9000, 40)}
    speeds = population(**given)
    about = {one: described(one) for one in speeds.columns} | {name: THROUGHPUT}
    (found,) = (one for one in constraints.controls(speeds, {}, about) if one.name == name)
    assert (found.title, found.section) == ("Images per second", "result")


@pytest.mark.parametrize(
    ("values", "stops", "spacing"),
    [
        (np.repeat(np.arange(8.0, 2000.0, 8.0), 10), 101, 8.0),  # a hundred round stops
        (np.repeat(np.arange(3.0, 90.0, 3.0), 400), 29, 3.0),  # each value is one
        (np.repeat([5.0, 5.0], 2000), 1, 0.0),
        (np.array([1e300, 2e300, np.nan]), 101, 0.0),  # far beyond whole numbers
        (np.array([]), 0, 0.0),
    ],
)
def test_a_slider_is_of_the_ends_and_the_grid_of_its_values(values, stops, spacing):
    found = constraints.control(quantity("depth"), values)
    assert (len(found.stops), found.spacing) == (stops, spacing)


def test_few_values_among_many_rows_are_chips_and_more_than_a_dozen_are_none():
    about = quantity("group_width")
    rare = np.full(5000, 8.0)
    rare[4321] = 16.0
    assert constraints.control(about, rare).stops == [8.0, 16.0]
    assert constraints.control(about, np.arange(1.0, 5001.0)).kind == "range"


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
