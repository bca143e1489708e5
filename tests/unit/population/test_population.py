"""A population: what became of its networks, and which of them statistics may read."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.constraints import ConstraintError, Range, parse_all
from population.population import Population, Status

NAN, INF = math.nan, math.inf
P, F, M, D = Status.PENDING, Status.FAILED, Status.MEASURED, Status.DIVERGED


def population(**more):
    """Two measured networks, one out of memory, one diverged, one pending, one measured."""
    return Population.from_columns(
        {"error": [5.0, 7.0, NAN, INF, NAN, 6.0], "depth": [4, 9, 12, 18, 17, 8]},
        failures=[None, "", "out_of_memory", None, None, None],
        **more,
    )


def test_errors_and_failures_tell_what_became_of_each_network():
    assert population().status.tolist() == [M, M, F, D, P, M]


def test_every_network_is_counted_once():
    counts = population().counts
    assert (counts.n, counts.measured, counts.diverged, counts.pending) == (6, 3, 1, 1)
    assert counts.failed_by_cause == {"out_of_memory": 1}
    assert counts.n == counts.measured + counts.diverged + counts.pending + counts.failed


@given(st.lists(st.sampled_from(list(Status)), max_size=20))
def test_the_prefix_is_all_final_and_ends_where_the_first_pending_network_stands(status):
    errors = [50.0 if s == M else NAN for s in status]
    prefix = Population.from_columns({"error": errors}, status=status).prefix()
    assert P not in status[: len(prefix)]
    assert len(prefix) == len(status) or status[len(prefix)] == P


@given(st.lists(st.sampled_from(list(Status)), max_size=20))
def test_counts_add_up_in_every_population(status):
    errors = [50.0 if s == M else NAN for s in status]
    counts = Population.from_columns({"error": errors}, status=status).counts
    assert counts.failed == status.count(F)
    assert counts.n == counts.measured + counts.diverged + counts.pending + counts.failed


def test_finished_networks_behind_a_pending_one_wait():
    # The sixth is measured, but the fifth is not: small networks finish first.
    assert population().prefix().error.tolist() == pytest.approx([5, 7, NAN, INF], nan_ok=True)


def test_statistics_read_measured_and_diverged_networks_and_no_failed_ones():
    assert population().prefix().results().error.tolist() == [5, 7, INF]


def test_the_place_in_the_sampling_order_can_be_constrained_and_lasts():
    behind = {"ordinal": Range(2, math.inf)}
    errors = [30.0, 20.0, 10.0, INF]
    whole = Population.from_columns({"error": errors, "depth": [4, 5, 6, 7]})
    assert whole.constrained(behind).error.tolist() == [10, INF]
    assert whole.by_error().constrained(behind).error.tolist() == [10, INF]
    both = behind | {"depth": Range(5, 6)}
    assert whole.results().constrained(both).error.tolist() == [10]
    # A table that somebody brings may have a column of that name.
    own = Population.from_columns({"error": errors, "ordinal": [9, 8, 1, 0]})
    assert own.constrained(behind).error.tolist() == [30, 20]


def test_a_population_of_times_without_errors_is_measured_where_it_has_a_time():
    columns = {
        "error": [math.nan] * 4,
        "flops": [2e8, 4e8, 8e8, 9e8],
        "inference_seconds": [1e-3, 2e-3, 3e-3, math.nan],
    }
    p = Population.from_columns(columns)
    assert p.status.tolist() == [M, M, M, P]
    found = p.prefix().results()
    assert found.columns["inference_seconds"].tolist() == [1e-3, 2e-3, 3e-3]
    assert found.counts.measured == 3
    # A benchmark that comes before the first training leaves the network waiting for its error.
    assert len(Population.from_columns(columns, awaits_errors=True).prefix()) == 0
    # What is only counted is no measurement.
    counted = {"error": [math.nan], "flops": [2e8], "depth": [3]}
    assert len(Population.from_columns(counted).results()) == 0


def test_constraints_keep_the_sampling_order_and_all_columns():
    p = population(ids=["a", "b", "c", "d", "e", "f"])
    some = p.constrained(parse_all({"depth": "5..12"}, p.columns))
    assert some.ids.tolist() == ["b", "c", "f"]
    assert some.columns["depth"].tolist() == [9, 12, 8]
    assert some.status.tolist() == [M, F, M]
    assert some.counts.failed_by_cause == {"out_of_memory": 1}
    assert list(some.columns) == ["error", "depth"]
    assert len(p.constrained({})) == 6


def test_under_constraints_statistics_are_read_from_the_prefix_of_the_whole_population():
    p = population()
    deep = parse_all({"depth": "..9"}, p.columns)
    # Network six passes, yet is not read: network five, which fails them, is pending.
    assert p.prefix().constrained(deep).results().error.tolist() == [5, 7]


def test_any_chain_of_selections_gives_the_same_networks_as_one_mask():
    rng = np.random.default_rng(1)
    columns = {name: rng.integers(0, 9, 500).astype(float) for name in ("error", "depth", "w0")}
    p = Population.from_columns(columns, multiplicity=rng.integers(1, 4, 500))
    texts = {"depth": "2..7", "w0": "1,3,5,6"}
    one_by_one = p.take(slice(0, 400))
    for name, text in texts.items():
        one_by_one = one_by_one.constrained(parse_all({name: text}, p.columns))
    chosen = np.flatnonzero(
        (columns["depth"] >= 2) & (columns["depth"] <= 7) & np.isin(columns["w0"], [1, 3, 5, 6])
    )
    chosen = chosen[chosen < 400]
    for name, column in columns.items():
        assert one_by_one.columns[name].tolist() == column[chosen].tolist()
    assert one_by_one.multiplicity.tolist() == p.multiplicity[chosen].tolist()
    assert (
        one_by_one.take(slice(0, 10)).error.tolist() == columns["error"][chosen[:10]].tolist()
    )


def test_by_error_puts_the_best_first_and_changes_nothing_else():
    p = population().by_error()
    assert p.error.tolist() == pytest.approx([5, 6, 7, INF, NAN, NAN], nan_ok=True)
    assert p.columns["depth"].tolist() == [4, 8, 9, 18, 12, 17]
    assert p.counts == population().counts


def test_by_error_leaves_ties_in_sampling_order():
    p = Population.from_columns({"error": np.arange(100) % 2, "depth": np.arange(100)})
    assert p.by_error().columns["depth"].tolist() == [*range(0, 100, 2), *range(1, 100, 2)]


def test_a_network_at_or_above_chance_has_diverged():
    p = Population.from_columns({"error": [10.0, 89.9, 90.0, 95.0]}, chance=90)
    assert p.error.tolist() == [10, 89.9, INF, INF]
    assert p.counts.diverged == 2


def test_an_error_before_the_end_of_training_is_no_result():
    p = Population.from_columns({"error": [30.0, 20.0]}, status=[P, M])
    assert p.error.tolist() == pytest.approx([NAN, 20], nan_ok=True)
    assert p.results().error.tolist() == [20]


def test_failures_are_counted_by_cause_and_a_silent_one_as_unknown():
    p = Population.from_columns(
        {"error": [NAN] * 5},
        status=[F, F, F, F, P],
        failures=["timeout", None, NAN, "timeout", ""],  # nan: an empty cell of a CSV file
    )
    assert p.counts.failed_by_cause == {"timeout": 2, "unknown": 2}


def test_a_population_is_read_from_a_csv_file(tmp_path):
    path = tmp_path / "networks.csv"
    path.write_text("depth,error\n4,31.5\n7,28.25\n9,nan\n")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    p = Population.from_columns({name: [row[name] for row in rows] for name in rows[0]})
    assert p.columns["depth"].tolist() == [4, 7, 9]
    assert p.prefix().results().error.tolist() == [31.5, 28.25]


def test_a_network_may_lack_a_value():
    p = Population.from_columns({"error": [1, 2], "w0": [None, 8], "depth": [3, 4]})
    assert np.isnan(p.columns["w0"][0])
    assert p.complete == {"error", "depth"}


def test_two_draws_of_one_network_are_one_row_of_two_draws():
    p = Population.from_columns({"error": [5, 6]}, multiplicity=[2, 1])
    assert (p.counts.n, p.counts.draws) == (2, 3)


def test_a_population_does_not_change():
    errors = np.array([5.0, 6.0])
    p = Population.from_columns({"error": errors})
    errors[0] = 99
    assert p.error[0] == 5
    for arrays in (p, p.take(np.array([1])), p.take(slice(0, 1)), p.by_error()):
        with pytest.raises(ValueError, match="read-only"):
            arrays.error[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            arrays.status[0] = P


def test_no_networks_is_a_population_too():
    p = Population.from_columns({"error": []})
    assert len(p.prefix().constrained(parse_all({"error": ".."}, p.columns)).results()) == 0
    assert p.counts.n == 0
    assert len(p.by_error()) == 0


def test_a_constraint_on_a_column_that_the_population_lacks_is_refused():
    with pytest.raises(ConstraintError, match="its columns error, depth"):
        population().constrained(parse_all({"wm": "2..3"}, ["wm"]))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"columns": {"depth": [1]}}, "needs a column 'error'"),
        ({"columns": {"error": [1, 2], "depth": [1]}}, "'depth' has shape"),
        ({"columns": {"error": [[1, 2]]}}, "'error' has shape"),
        ({"columns": {"error": [1], "kind": ["x"]}}, "x"),
        ({"columns": {"error": [1], "kind": [object()]}}, "column 'kind' is not numbers"),
        ({"columns": {"error": [-INF]}}, "-inf"),
        ({"columns": {"error": [NAN]}, "status": [M]}, "measured network needs a finite error"),
        ({"columns": {"error": [1]}, "status": [7]}, "a status is one of"),
        ({"columns": {"error": [1]}, "multiplicity": [0]}, "positive"),
        ({"columns": {"error": [1]}, "ids": ["a", "b"]}, "'ids' has shape"),
        ({"columns": {"error": [1]}, "failures": ["x", "y"]}, "'failures' has shape"),
    ],
)
def test_what_is_no_population_is_refused(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        Population.from_columns(**arguments)
