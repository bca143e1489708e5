"""How often a network of one space beats one of another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import brunnermunzel

from designspace.edf import edf
from designspace.pairs import Theta, effect, pooled, theta

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
    assert found.p == pytest.approx(expected.pvalue, rel=1e-6)


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
    assert np.isnan(found.p)


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
