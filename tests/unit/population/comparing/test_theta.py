"""How often a network of one space beats one of another."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, stdtr
from scipy.stats import brunnermunzel

from population.comparing.theta import Theta, effect, pooled, theta
from population.curves.edf import edf

INF = np.inf
errors = st.lists(st.integers(0, 12).map(float) | st.just(INF), min_size=1, max_size=12)


def of(a, b, weights_a=None, weights_b=None) -> Theta:
    return theta(pooled(edf(a, weights_a), edf(b, weights_b)))


@given(errors, errors)
def test_theta_is_the_share_of_pairs_that_a_wins_ties_half(a, b):
    won = [(x < y) + (x == y) / 2 for x, y in itertools.product(a, b)]
    assert of(a, b).value == pytest.approx(np.mean(won))


@given(errors, errors)
def test_what_a_wins_b_loses(a, b):
    assert of(a, b).value + of(b, a).value == pytest.approx(1)
    assert of(a, b).se == pytest.approx(of(b, a).se)


@given(errors, errors, st.lists(st.integers(1, 4), min_size=12, max_size=12))
def test_a_network_drawn_k_times_is_k_networks_to_theta(a, b, drawn):
    k = drawn[: len(a)]
    assert of(a, b, k).value == pytest.approx(of(np.repeat(a, k), b).value)


@given(errors, errors, st.permutations(range(12)))
def test_neither_order_nor_a_monotone_change_of_the_errors_matters(a, b, order):
    mixed = [a[i] for i in order if i < len(a)]
    assert of(mixed, b).value == pytest.approx(of(a, b).value)
    moved = of(np.exp(a) + 3, np.exp(b) + 3)
    assert (moved.value, moved.se) == pytest.approx((of(a, b).value, of(a, b).se))


@pytest.mark.parametrize(("n", "m", "ties"), [(40, 30, 1), (12, 200, 0), (500, 400, 2)])
def test_the_test_of_theta_is_scipy_s_brunnermunzel(n, m, ties):
    rng = np.random.default_rng(n)
    a, b = rng.gamma(4, 3, n).round(ties), rng.gamma(5, 3, m).round(ties)
    expected = brunnermunzel(a, b)
    found = of(a, b)
    assert (found.value - 0.5) / found.se == pytest.approx(expected.statistic, rel=1e-9)
    assert 2 * stdtr(found.df, -abs(expected.statistic)) == pytest.approx(
        expected.pvalue, rel=1e-6
    )


many = st.lists(st.integers(0, 12).map(float) | st.just(INF), min_size=6, max_size=30)
drawn = st.lists(st.integers(1, 3), min_size=30, max_size=30)


@given(many, many, drawn, st.sampled_from([0.8, 0.9, 0.95, 0.99, 1 - 0.05 / 6]))
def test_p_is_below_alpha_if_and_only_if_one_half_is_outside_the_interval(a, b, k, level):
    found = of(a, b, k[: len(a)], k[-len(b) :])
    lower, upper = found.confidence(level)
    assert lower <= found.value <= upper
    if math.isnan(found.p):
        assert (lower, upper) == (0, 1)
    elif found.p != pytest.approx(1 - level, rel=1e-9):
        assert (found.p < 1 - level) == (lower > 0.5 or upper < 0.5)


def test_ten_diverged_networks_don_t_show_that_their_space_is_worse_than_one_of_88_percent():
    # Fisher's exact test of how many diverged, 10 of 10 and 88 of 100, has p = .60.
    finite = 5 + np.arange(12.0)
    found = of([INF] * 10, np.concatenate([np.full(88, INF), finite]))
    lower, upper = found.confidence()
    assert lower < 0.5 < upper
    assert found.p > 0.05


@pytest.mark.parametrize(
    ("n", "m", "diverged"), [(10, 100, 0.9), (20, 200, 0.9), (100, 10, 0.6), (40, 40, 0.9)]
)
def test_equal_spaces_that_diverge_often_are_told_apart_at_most_5_times_of_100(n, m, diverged):
    rng = np.random.default_rng(21)

    def some(k):
        return np.where(rng.random(k) < diverged, INF, rng.random(k))

    runs = 1_000
    small = sum(of(some(n), some(m)).p < 0.05 for _ in range(runs))
    assert small / runs <= 0.05 + 2 * 0.0069  # and two Monte-Carlo errors


@pytest.mark.parametrize(("n", "m"), [(10, 10), (20, 20), (40, 40), (10, 100)])
@pytest.mark.parametrize("shift", [0.0, 1.295, 1.812])  # theta .5, .82, .90
def test_the_interval_covers_theta_near_separation_and_among_few_networks(n, m, shift):
    rng = np.random.default_rng(22)
    true, inside, runs = ndtr(shift / math.sqrt(2)), 0, 600
    for _ in range(runs):
        lower, upper = of(rng.normal(0, 1, n), rng.normal(shift, 1, m)).confidence()
        inside += lower <= true <= upper
    assert inside / runs > 0.95 - 2 * 0.0089


@pytest.mark.parametrize("k", [6, 10, 20, 60])
def test_networks_that_all_win_leave_unseen_what_k_of_them_may_miss(k):
    # Hanley and Lippman-Hand 1983: a share s stays out of k networks with chance (1 - s)^k.
    lower, _ = of(np.zeros(k), np.ones(200)).confidence()
    assert lower**k == pytest.approx(0.05)


def test_the_interval_covers_theta_95_times_of_100_also_for_unlike_shapes():
    # theta = 1/2 by symmetry about 0, with three times the spread: rank tests of equality fail.
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(1_000):
        lower, upper = of(rng.normal(0, 1, 30), rng.normal(0, 3, 40)).confidence()
        covered += lower <= 0.5 <= upper
    assert 930 <= covered <= 985


@pytest.mark.parametrize("n", [6, 10, 30])
def test_complete_separation_leaves_an_interval_of_positive_width_that_excludes_one_half(n):
    lower, upper = of(np.arange(n), 100 + np.arange(n)).confidence()
    assert 0.5 < lower < 0.95
    assert upper == 1


def test_all_tied_networks_are_even_and_undecided():
    found = of([5.0] * 30, [5.0] * 20)
    lower, upper = found.confidence()
    assert found.value == pytest.approx(0.5)
    assert lower < 0.5 < upper
    assert found.p == pytest.approx(1)


def test_diverged_networks_are_tied_with_each_other_and_worse_than_all_others():
    assert of([INF], [INF]).value == 0.5
    assert of([99.0], [INF]).value == 1


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 5), (1, 1), (2, 40), (5, 5)])
def test_without_enough_networks_nothing_is_excluded(n, m):
    assert of(np.arange(n), 50 + np.arange(m)).confidence() == (0, 1)


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.5, "negligible"), (0.57, "small"), (0.35, "medium"), (0.75, "large"), (0.1, "large")],
)
def test_effects_have_vargha_s_and_delaney_s_words(value, word):
    assert effect(value) == word
