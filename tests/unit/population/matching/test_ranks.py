"""The regression of ranks, against theta of pairs; and ways that disagree."""

import numpy as np
import pytest
from equal_covariates import theta_of
from hypothesis import given
from hypothesis import strategies as st

from population.basics.estimate import Estimate
from population.matching.ranks import compare_ranks, rank_theta
from population.matching.sample import Sample
from population.matching.sensitivity import Way, disagreement

error = st.integers(0, 9).map(float) | st.just(np.inf)


def side(errors, x, times=None):
    n = len(errors)
    w = np.ones(n) if times is None else np.asarray(times, float)
    return Sample(np.asarray(errors, float), np.asarray(x, float).reshape(n, -1), w / w.sum())


@given(st.lists(error, min_size=2, max_size=12), st.lists(error, min_size=2, max_size=12))
def test_without_a_covariate_that_varies_it_is_the_share_of_pairs(a, b):
    found = rank_theta(side(a, np.ones(len(a))), side(b, np.ones(len(b))))
    assert found == pytest.approx(theta_of(a, b))


def test_a_network_of_k_draws_counts_k_times():
    rng = np.random.default_rng(3)
    a, x, times = rng.integers(0, 9, 30), rng.integers(2, 9, 30), rng.integers(1, 4, 30)
    b = side(rng.integers(0, 9, 40), rng.integers(2, 9, 40))
    rows = np.repeat(np.arange(30), times)
    drawn = rank_theta(side(a[rows], x[rows]), b)
    assert rank_theta(side(a, x, times), b) == pytest.approx(drawn)


def test_what_goes_with_a_covariate_is_taken_out():
    rng = np.random.default_rng(5)
    x, y = np.exp(rng.normal(2.6, 0.4, 200)), np.exp(rng.normal(2.2, 0.4, 200))
    a, b = (6 * np.log(z / 9) ** 2 + rng.normal(0, 1, 200) for z in (x, y))
    found, p = compare_ranks(side(a, x), side(b, y), rng, draws=100)
    assert theta_of(a, b) < 0.45
    assert found.lo < 0.5 < found.hi
    assert p > 0.05
    assert found.method == "regression of ranks on means and squares"


def test_covariates_that_tell_the_spaces_apart_leave_a_reason():
    found, p = compare_ranks(
        side(np.arange(12), np.full(12, 2)), side(np.arange(12), np.full(12, 3)), None
    )
    assert "don't overlap" in found.reason
    assert np.isnan([found.value, found.lo, p]).all()


def way(name, value, lo, hi):
    return Way(name, Estimate(value, lo, hi, 100, "m"), 0.5)


def test_ways_that_answer_otherwise_are_said_to_disagree():
    one, near = way("bins", 0.52, 0.42, 0.62), way("exact strata", 0.55, 0.45, 0.65)
    none = way("regression", np.nan, np.nan, np.nan)
    assert disagreement([one, near, none]) is None
    far = way("overlap weights", 0.67, 0.55, 0.8)
    assert "bins and overlap weights exclude each other's share" in disagreement([one, far])
    sure = way("overlap weights", 0.6, 0.51, 0.7)
    assert disagreement([one, near, sure]) == (
        "The ways to match disagree: 50 % is excluded by overlap weights, and not by bins and "
        "exact strata."
    )
