"""The best range in closed form, against all draws of small populations and its definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from population.curves.bootstrap import (
    BestRange,
    best_pair,
    best_pairs,
    best_range,
    best_ranges,
    percentiles,
    win_probabilities,
)
from population.population import Population

INF = math.inf
error = st.integers(0, 12).map(float) | st.just(INF)  # ties are the rule


def box(found):
    """Least and largest x, then least and largest y, of a confidence region's points."""
    (x0, y0), (x1, y1) = found.points.min(axis=0), found.points.max(axis=0)
    return x0, x1, y0, y1


def by_network(winners, n):
    """Win probability of each of n networks, in their order."""
    probability = np.zeros(n)
    probability[winners.rows] = winners.probability
    return probability


def wins_of_all_draws(errors, m, p):
    """P(network wins) over all ordered draws of m networks; the first drawn of a tie wins."""
    n = len(errors)
    draws = np.indices((n,) * m).reshape(m, -1)
    first = np.asarray(errors)[draws].argmin(axis=0)
    winner = draws[first, np.arange(n**m)]
    return np.bincount(winner, weights=np.asarray(p)[draws].prod(axis=0), minlength=n)


@given(st.lists(error, min_size=8, max_size=8))
def test_win_probabilities_are_those_of_all_64_draws_of_2_of_8_networks(errors):
    expected = wins_of_all_draws(errors, 2, [1 / 8] * 8)
    assert by_network(win_probabilities(errors), 8) == pytest.approx(expected, abs=1e-12)


@given(st.lists(error, min_size=12, max_size=12))
def test_win_probabilities_are_those_of_all_1728_draws_of_3_of_12_networks(errors):
    expected = wins_of_all_draws(errors, 3, [1 / 12] * 12)
    assert by_network(win_probabilities(errors), 12) == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(error, min_size=10, max_size=10),
    st.lists(st.floats(0.8, 1.2), min_size=10, max_size=10),
)
def test_weights_are_the_probabilities_of_being_drawn(errors, weights):
    # Ten weights so near each other are worth more than eight and fewer than twelve: m = 2.
    p = np.array(weights) / np.sum(weights)
    assert 8 <= 1 / np.sum(p**2) < 12
    expected = wins_of_all_draws(errors, 2, p)
    assert by_network(win_probabilities(errors, weights), 10) == pytest.approx(
        expected, abs=1e-12
    )


@pytest.mark.parametrize("n", [1, 2, 3, 20, 199, 200, 201, 500, 5_000, 100_000])
def test_rank_k_wins_with_the_probability_of_the_closed_form(n):
    m = max(1, n // 4)
    errors = np.random.default_rng(n).permutation(n).astype(float)
    k = errors + 1  # rank
    expected = ((n - k + 1) / n) ** m - ((n - k) / n) ** m
    assert abs(by_network(win_probabilities(errors), n) - expected).max() < 1e-13


@pytest.mark.parametrize("n", [50, 300, 10_000])
def test_95_percent_of_the_weight_lies_on_the_best_12_networks_and_half_on_3_at_any_n(n):
    probability = win_probabilities(np.arange(n)).probability
    assert probability[:12].sum() == pytest.approx(0.95, abs=0.015)
    assert probability[:2].sum() < 0.5 < probability[:3].sum()
    assert probability.sum() == pytest.approx(1, abs=1e-12)


def test_tied_networks_share_equally_even_across_the_cut_after_200():
    errors = np.repeat(np.arange(10.0), 1000)
    winners = win_probabilities(errors)
    assert sorted(winners.rows.tolist()) == list(range(1000))
    assert winners.probability == pytest.approx(np.full(1000, 1 / 1000))
    all_equal = win_probabilities(np.zeros(777))
    assert by_network(all_equal, 777) == pytest.approx(np.full(777, 1 / 777))


def test_weights_that_nearly_vanish_on_the_best_do_not_lose_the_rest():
    n = 2_000
    weights = np.where(np.arange(n) < 900, 1e-9, 1.0)
    winners = win_probabilities(np.arange(n), weights)
    assert winners.probability.sum() == pytest.approx(1, abs=1e-12)
    assert winners.probability[winners.rows >= 900].sum() > 0.999


def test_networks_of_no_weight_never_win():
    errors, weights = np.arange(400.0), np.r_[np.zeros(100), np.ones(300)]
    expected = by_network(win_probabilities(errors[100:]), 300)
    assert by_network(win_probabilities(errors, weights), 400)[100:] == pytest.approx(expected)


@given(st.integers(20, 60), st.integers(0, 2**32 - 1))
def test_a_range_is_the_inverse_cdf_of_the_winners_values(n, seed):
    rng = np.random.default_rng(seed)
    errors, x = rng.integers(0, 15, n).astype(float), rng.integers(0, 9, n).astype(float)
    probability = by_network(win_probabilities(errors), n)

    def smallest(q):
        return min(v for v in x if probability[x <= v].sum() >= q - 1e-12)

    found = best_range(x, errors)
    assert found == BestRange(smallest(0.025), smallest(0.5), smallest(0.975), n)


def test_a_percentile_is_a_value_of_a_network_and_never_one_in_between():
    found = percentiles(np.array([[8.0, 16.0, 8.0, 32.0]]), np.array([0.3, 0.3, 0.2, 0.2]))
    assert found.tolist() == [[8, 8, 32]]


def test_the_range_agrees_with_the_draws_of_the_paper():
    # arXiv 2003.13678, section 3.1: 25 % of the pairs, 10^4 times.
    rng = np.random.default_rng(7)
    n = 200
    depth = rng.integers(4, 30, n).astype(float)
    errors = np.round(30 + 0.02 * (depth - 20) ** 2 + rng.gamma(2, 1, n), 1)
    draws = rng.integers(0, n, (10_000, n // 4))
    best = draws[np.arange(10_000), errors[draws].argmin(axis=1)]
    lo, median, hi = np.percentile(depth[best], [2.5, 50, 97.5], method="inverted_cdf")
    found = best_range(depth, errors)
    assert (found.lo, found.median, found.hi) == (lo, median, hi)


@given(st.integers(20, 80), st.integers(0, 2**32 - 1))
def test_the_order_of_networks_and_a_constant_on_the_errors_do_not_matter(n, seed):
    rng = np.random.default_rng(seed)
    errors, x = rng.integers(0, 15, n).astype(float), rng.random(n)
    weights = rng.integers(1, 4, n).astype(float)
    places = rng.permutation(n)
    expected = best_range(x, errors, weights)
    assert best_range(x[places], errors[places] + 40, weights[places]) == expected
    assert best_range(x, errors, np.ones(n)) == best_range(x, errors)


def test_below_20_networks_there_is_no_range():
    assert best_range(np.arange(19), np.arange(19)) is None
    assert best_range(np.arange(20), np.arange(20)) is not None
    assert best_range([], []) is None


def test_networks_that_lack_the_value_are_left_out_and_not_counted():
    rng = np.random.default_rng(3)
    errors, x = rng.random(60), rng.random(60)
    has = rng.random(60) < 0.6
    lacking = np.where(has, x, np.nan)
    found = best_range(lacking, errors)
    assert found == best_range(x[has], errors[has])
    assert found.n == has.sum()
    assert best_range(np.full(60, np.nan), errors) is None


def test_diverged_networks_count_but_a_population_of_them_has_no_range():
    x, errors = np.arange(40.0), np.r_[np.arange(10.0), np.full(30, INF)]
    # m = 10 of 40: (3/4)^10 of the draws hold no finite error.
    probability = by_network(win_probabilities(errors), 40)
    assert probability[10:] == pytest.approx(np.full(30, 0.75**10 / 30))
    assert best_range(x, errors).n == 40
    assert best_range(x, np.full(40, INF)) is None


def test_equal_errors_give_the_spread_of_all_networks():
    assert best_range(np.arange(1, 41), np.full(40, 7.0)) == BestRange(1, 20, 39, 40)


def test_errors_of_pending_networks_are_refused():
    with pytest.raises(ValueError, match="none nan"):
        best_range(np.arange(30), np.r_[np.nan, np.arange(29.0)])


def test_many_columns_at_once_are_each_as_alone():
    rng = np.random.default_rng(5)
    columns = {f"x{i}": rng.integers(0, 50, 700).astype(float) for i in range(6)}
    columns["lacking"] = np.where(rng.random(700) < 0.5, np.nan, rng.random(700))
    columns["nobody"] = np.full(700, np.nan)
    errors, weights = rng.integers(0, 90, 700) / 3, rng.integers(1, 3, 700)
    p = Population.from_columns({"error": errors, **columns}, multiplicity=weights)
    found = best_ranges(p, list(columns))
    assert list(found) == list(columns)
    for name, x in columns.items():
        assert found[name] == best_range(x, errors, weights)
    assert found["nobody"] is None
    few = p.take(slice(0, 19))
    assert best_ranges(few, ["x0", "lacking"]) == {"x0": None, "lacking": None}


# pairs of parameters


@given(st.integers(20, 60), st.integers(0, 2**32 - 1))
def test_a_pair_is_the_fewest_points_that_hold_95_percent(n, seed):
    rng = np.random.default_rng(seed)
    errors = rng.integers(0, 15, n).astype(float)
    x, y = rng.integers(0, 5, n).astype(float), rng.integers(0, 3, n).astype(float)
    probability = by_network(win_probabilities(errors), n)
    sums = {}
    for network in zip(x, y, probability, strict=True):
        sums[network[:2]] = sums.get(network[:2], 0) + network[2]
    falling = sorted(sums.values(), reverse=True)
    fewest = next(k for k in range(1, n + 1) if sum(falling[:k]) >= 0.95 - 1e-12)

    found = best_pair(x, y, errors)
    assert found.held >= 0.95 - 1e-12
    least = falling[fewest - 1]  # points as probable as the last one belong to them
    assert len(found.points) == sum(p >= least * (1 - 1e-9) for p in falling)
    assert found.probability == pytest.approx([sums[tuple(point)] for point in found.points])
    x0, x1, y0, y1 = box(found)
    assert (x0, x1) == (min(found.points[:, 0]), max(found.points[:, 0]))
    assert (y0, y1) == (min(found.points[:, 1]), max(found.points[:, 1]))
    assert found.x == best_range(x, errors).median
    assert found.y == best_range(y, errors).median


def test_without_ties_a_pair_is_a_dozen_networks_and_they_are_the_best():
    rng = np.random.default_rng(2)
    x, y, errors = rng.random(500), rng.random(500), rng.permutation(500)
    found = best_pair(x, y, errors)
    best = np.argsort(errors)[: len(found.points)]
    assert len(found.points) == 12
    assert found.points.tolist() == np.column_stack([x, y])[best].tolist()


def test_two_ranges_do_not_hold_together_what_a_pair_holds():
    # Half of the best are at (0, 1), half at (1, 0): no network is at (1, 1).
    errors = np.arange(400.0)
    x = np.arange(400.0) % 2
    found = best_pair(x, 1 - x, errors)
    assert sorted(found.points.tolist()) == [[0, 1], [1, 0]]
    assert box(found) == (0, 1, 0, 1)


def test_the_winners_of_the_papers_draws_lie_among_the_points_95_times_in_100():
    rng = np.random.default_rng(7)
    n = 200
    x, y, errors = rng.integers(0, 9, n), rng.integers(0, 9, n), rng.gamma(4, 3, n)
    draws = rng.integers(0, n, (10_000, n // 4))
    best = draws[np.arange(10_000), errors[draws].argmin(axis=1)]
    found = best_pair(x, y, errors)
    points = set(map(tuple, found.points))
    inside = np.mean([(a, b) in points for a, b in zip(x[best], y[best], strict=True)])
    assert inside == pytest.approx(found.held, abs=0.01)


@given(st.integers(0, 2**32 - 1))
def test_order_and_a_constant_do_not_matter_to_a_pair_and_weights_count_draws(seed):
    rng = np.random.default_rng(seed)
    errors, x, y = rng.integers(0, 15, 40) / 3, rng.integers(0, 6, 40), rng.integers(0, 6, 40)
    places = rng.permutation(40)
    plain, other = best_pair(x, y, errors), best_pair(x[places], y[places], errors[places] + 9)
    assert sorted(other.points.tolist()) == sorted(plain.points.tolist())
    assert (other.x, other.y, other.n) == (plain.x, plain.y, plain.n)
    equal = best_pair(x, y, errors, np.full(40, 3))
    assert equal.points.tolist() == plain.points.tolist()


def test_pairs_that_there_are_none_of():
    x, errors = np.arange(40.0), np.arange(40.0)
    assert best_pair(x[:19], x[:19], errors[:19]) is None
    assert best_pair([], [], []) is None
    assert best_pair(x, x, np.full(40, INF)) is None
    assert best_pair(x, np.full(40, np.nan), errors) is None
    lacking = np.where(x < 10, np.nan, x)
    assert best_pair(x, lacking, errors).n == 30
    all_equal = best_pair(x, x, np.full(40, 5.0))
    assert len(all_equal.points) == 40


def test_many_pairs_at_once_are_each_as_alone():
    rng = np.random.default_rng(5)
    columns = {name: rng.integers(0, 9, 300).astype(float) for name in "abc"}
    columns["lacking"] = np.where(rng.random(300) < 0.5, np.nan, 1.0)
    errors, weights = rng.integers(0, 90, 300) / 3, rng.integers(1, 3, 300)
    p = Population.from_columns({"error": errors, **columns}, multiplicity=weights)
    names = [("a", "b"), ("b", "c"), ("c", "lacking")]
    found = best_pairs(p, names)
    assert list(found) == names
    for x, y in names:
        alone = best_pair(columns[x], columns[y], errors, weights)
        assert found[x, y].points.tolist() == alone.points.tolist()
        assert (found[x, y].x, box(found[x, y])) == (alone.x, box(alone))
    assert best_pairs(p.take(slice(0, 19)), names) == dict.fromkeys(names)
