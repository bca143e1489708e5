"""Bands around an EDF: their level at a point and as a whole, and quantiles with intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom, kstwo

from columns.arrays import Floats
from population.basics.shares import clopper_pearson, endless, hypergeometric, wilson
from population.curves.bands import band, dkw, local_level
from population.curves.edf import edf

INF = np.inf


def chance_inside(lower: Floats, upper: Floats) -> float:
    """P(lower[k(t)] <= t <= upper[k(t)] at all t), k(t) of n uniform numbers below t; exactly.

    Between two ends of intervals the count moves by a binomial, and what it may be there
    doesn't change. Noe 1972.
    """
    n = lower.size - 1
    ends = np.unique(np.clip(np.concatenate([[0.0, 1.0], lower, upper]), 0, 1))
    k = np.arange(n + 1)
    chance = (k == 0).astype(float)  # of k below the current end
    for before, end in zip(ends, ends[1:], strict=False):
        step = binom.pmf(k[None, :] - k[:, None], n - k[:, None], (end - before) / (1 - before))
        chance = ((chance * (upper >= end)) @ step) * (lower <= before)
    return float(chance.sum())


@pytest.mark.parametrize("n", [2, 5, 20, 50])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_equal_precision_band_holds_as_a_whole_exactly_as_often_as_it_says(n, level):
    limits = band(np.arange(n + 1) / n, n, level, "simultaneous")
    assert chance_inside(limits.lower, limits.upper) == pytest.approx(level, abs=0.001)


def test_two_networks_have_the_local_level_that_one_finds_by_hand():
    # Of 2 uniform numbers: U_(1), U_(2) in [g/2 quantiles]; solved for 95 %.
    assert local_level(1) == pytest.approx(0.05)
    assert local_level(2) == pytest.approx(0.02653, abs=1e-5)


@pytest.mark.parametrize(("n", "known"), [(75, 0.0025), (7_000, 0.00071), (300_000, 0.00042)])
def test_between_and_beyond_the_table_the_local_level_goes_on_falling(n, known):
    assert local_level(n) == pytest.approx(known, rel=0.05)
    assert local_level(n) > local_level(n + 10)


def test_a_simultaneous_band_of_another_level_is_refused_and_told_which_there_are():
    with pytest.raises(ValueError, match=r"0\.9, 0\.95, 0\.99.*got 0\.8"):
        band([0.5], 10, 0.8, "simultaneous")


def test_simulated_curves_lie_in_the_simultaneous_band_94_to_97_times_of_100():
    rng = np.random.default_rng(1)
    n, at = 100, np.linspace(0, 1, 2001)
    inside = {"pointwise": 0, "simultaneous": 0, "kolmogorov": 0}
    for _ in range(2000):
        seen = np.searchsorted(np.sort(rng.random(n)), at) / n
        for method in inside:
            limits = band(seen, n, 0.95, method)
            inside[method] += bool(((limits.lower <= at) & (at <= limits.upper)).all())
    assert 0.94 <= inside["simultaneous"] / 2000 <= 0.97
    assert inside["kolmogorov"] / 2000 >= 0.94
    assert inside["pointwise"] / 2000 < 0.6  # so its name says pointwise


def test_dkw_s_bound_is_massart_s_and_close_to_the_exact_one():
    assert dkw(100) == pytest.approx(0.1358, abs=1e-4)
    for n in (30, 100, 1000):
        assert kstwo.isf(0.05, n) <= dkw(n) <= 1.03 * kstwo.isf(0.05, n)


@pytest.mark.parametrize("n", [30, 100, 500])
def test_equal_precision_is_tighter_than_dkw_in_the_tails(n):
    shares = np.array([0.01, 0.05, 0.5])
    equal, one = band(shares, n, 0.95, "simultaneous"), band(shares, n, 0.95, "kolmogorov")
    tighter = (equal.upper - shares) < (one.upper - shares)
    assert tighter.tolist() == [True, True, False]


# ---------------------------------------------------- all networks that there are, N


@pytest.mark.parametrize(("n", "among"), [(1, 4), (12, 40), (39, 40), (40, 40), (200, 210)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_of_n_of_all_holds_each_share_that_neither_tail_refutes(n, among, level):
    lower, upper = hypergeometric(np.arange(n + 1), n, among, level)
    good, tail = np.arange(among + 1), (1 - level) / 2 + 1e-12  # 1 of 40 is 2.5 %, no more
    for k in range(n + 1):
        possible = (k <= good) & (good <= among - n + k)
        few, many = (
            hypergeom.cdf(k, among, good, n),
            hypergeom.sf(k - 1, among, good, n),
        )
        left = good[possible & (few > tail) & (many > tail)] / among
        assert (lower[k], upper[k]) == pytest.approx((left.min(), left.max()))


@pytest.mark.parametrize(
    ("n", "among"),
    [
        *((n, 300) for n in (30, 150, 290, 299)),
        *((n, 700) for n in (257, 500, 650, 690, 699, 700)),
        *((n, 2_000) for n in (300, 1_990)),
        *((n, 15_625) for n in (15_000, 15_600, 15_610)),
        (32_700, 32_768),
    ],
)
def test_the_interval_of_n_of_all_holds_every_share_at_least_as_often_as_it_says(n, among):
    lower, upper = hypergeometric(np.arange(n + 1), n, among)
    every = range(among + 1) if among <= 700 else range(0, among + 1, among // 60)
    for good in every:
        k = np.arange(max(0, good - among + n), min(n, good) + 1)
        inside = (lower[k] <= good / among + 1e-12) & (good / among <= upper[k] + 1e-12)
        assert hypergeom.pmf(k, among, good, n) @ inside >= 0.95 - 1e-9


@pytest.mark.parametrize(("n", "among"), [(690, 700), (1_990, 2_000), (2_000, 5_000)])
def test_limits_of_n_of_all_are_whole_networks_that_the_tails_just_leave(n, among):
    lower, upper = hypergeometric(np.arange(n + 1), n, among)
    for k in range(0, n + 1, 37):
        least, most = lower[k] * among, upper[k] * among
        assert (least, most) == pytest.approx((round(least), round(most)))
        least, most = round(least), round(most)
        assert hypergeom.cdf(k, among, most, n) > 0.025
        assert hypergeom.cdf(k, among, most + 1, n) <= 0.025 or most == among - n + k
        assert hypergeom.sf(k - 1, among, least, n) > 0.025
        assert hypergeom.sf(k - 1, among, least - 1, n) <= 0.025 or least == k


@pytest.mark.parametrize("method", ["pointwise", "simultaneous", "kolmogorov"])
def test_the_band_of_all_networks_has_no_width_once_each_is_measured(method):
    shares = np.array([0.0, 0.2, 0.5, 1.0])
    limits = band(shares, 40, 0.95, method, among=40)
    assert limits.lower.tolist() == limits.upper.tolist() == shares.tolist()
    assert limits.name.endswith("95 %, 40 of 40")
    width = [
        float(
            np.ptp([getattr(band([0.5], n, 0.95, method, 40), s) for s in ("lower", "upper")])
        )
        for n in (0, 10, 20, 30, 38, 40)
    ]
    assert width == sorted(width, reverse=True)


def test_of_very_many_networks_the_band_is_that_of_endlessly_many():
    shares = np.arange(31) / 30
    some, all_there_are = band(shares, 30), band(shares, 30, among=1_000_000)
    assert all_there_are.lower == pytest.approx(some.lower, abs=1e-4)
    assert all_there_are.upper == pytest.approx(some.upper, abs=1e-4)


@pytest.mark.parametrize(("n", "at_most"), [(30, 0.985), (100, 0.985), (180, 0.999)])
def test_curves_of_n_of_all_lie_in_the_simultaneous_band_as_often_as_it_says(n, at_most):
    rng, among, runs = np.random.default_rng(2), 200, 1_000
    ranks = np.arange(1, among + 1)
    inside = {"simultaneous": 0, "kolmogorov": 0}
    for _ in range(runs):
        seen = np.sort(rng.permutation(among)[:n])
        share = np.searchsorted(seen, ranks) / n  # of errors that are ranks, from 0
        for method in inside:
            limits = band(share, n, 0.95, method, among)
            good = (limits.lower <= ranks / among + 1e-12) & (
                ranks / among <= limits.upper + 1e-12
            )
            inside[method] += bool(good.all())
    assert 0.935 <= inside["simultaneous"] / runs <= at_most
    assert inside["kolmogorov"] / runs >= 0.935


def test_n_of_all_say_as_much_as_more_of_endlessly_many():
    # Cochran 1977: the variance of a share is (N - n) / (N - 1) times that of endless draws.
    assert endless(100, None) == 100
    assert endless(100, 199) == pytest.approx(100 * 198 / 99)
    assert endless(40, 40) == np.inf
    lower, upper = wilson(0.3 * endless(20, 40), endless(20, 40))
    assert upper - lower < np.ptp(wilson(6, 20))


def test_more_networks_than_there_are_or_weights_that_differ_are_refused():
    with pytest.raises(ValueError, match="at most 3 networks, each once, got 4"):
        edf([1.0, 2, 3, 4], among=3)
    with pytest.raises(ValueError, match="each once"):
        edf([1.0, 2], [1, 2], among=3)
    with pytest.raises(ValueError, match="100 networks can't come from 99"):
        band([0.3], 100, among=99)


def test_the_median_of_all_is_known_once_each_is_measured():
    errors = np.arange(1.0, 41.0)
    known = edf(errors, among=40).quantile_interval(0.5)
    assert (known.lo, known.value, known.hi) == (20, 20, 20)
    some, more = edf(errors[::2], among=40), edf(errors[::2])
    assert some.quantile_interval(0.5).lo >= more.quantile_interval(0.5).lo
    assert some.below(10).hi < more.below(10).hi


@pytest.mark.parametrize("q", [0.1, 0.5, 0.73])
@pytest.mark.parametrize(
    ("n", "among"),
    [(199, 200), (198, 200), (190, 200), (100, 200), (40, 41), (39, 41), (1_990, 2_000)],
)
def test_a_quantile_s_interval_holds_that_of_all_networks_as_often_as_it_says(n, among, q):
    # The least error that a share q is at or below is number `place` of the N; errors of the
    # n are their ranks, so limits are ranks among them: below it (lower limit above it) are
    # fewer than `lo` of the first `place`, or (upper) `hi` of those before it.
    found = edf(np.arange(1.0, n + 1), among=among).quantile_interval(q)
    place = math.ceil(round(q * among, 9))
    too_high = hypergeom.cdf(found.lo - 1, among, place, n)
    too_low = hypergeom.sf(found.hi - 1, among, place - 1, n)
    assert too_high <= 0.025 + 1e-9
    assert too_low <= 0.025 + 1e-9
    assert found.lo <= found.value <= found.hi


@pytest.mark.parametrize(
    ("n", "ranks"),
    [(6, (1, 6)), (10, (2, 9)), (30, (10, 21)), (100, (40, 61)), (500, (228, 273))],
)
def test_the_median_lies_between_errors_of_known_ranks(n, ranks):
    median = edf(np.arange(1.0, n + 1)).quantile_interval(0.5)
    assert (median.lo, median.hi) == ranks
    assert median.value == n // 2


def test_the_median_of_five_networks_is_not_bounded():
    median = edf([1, 2, 3, 4, 5]).quantile_interval(0.5)
    assert (median.lo, median.value, median.hi) == (-INF, 3, INF)


@given(
    n=st.integers(1, 60),
    q=st.floats(0.02, 0.98),
    level=st.sampled_from([0.9, 0.95, 0.99]),
)
def test_the_ranks_of_a_quantile_s_limits_are_those_of_the_binomial(n, q, level):
    # The largest l with P(Bin(n, q) <= l - 1) <= alpha / 2, and its mirror image.
    alpha, ranks = 1 - level, np.arange(1, n + 1)
    low = ranks[binom.cdf(ranks - 1, n, q) <= alpha / 2 + 1e-9]
    high = ranks[binom.sf(ranks - 1, n, q) <= alpha / 2 + 1e-9]
    found = edf(np.arange(1.0, n + 1)).quantile_interval(q, level)
    assert found.lo == (low[-1] if low.size else -INF)
    assert found.hi == (high[0] if high.size else INF)


def test_a_quantile_in_the_diverged_networks_is_infinite_and_bounded_below():
    median = edf([5, 6] + [INF] * 18).quantile_interval(0.5)
    assert (median.value, median.lo, median.hi) == (INF, INF, INF)


def test_ties_leave_a_quantile_s_limits_at_errors_that_networks_have():
    found = edf([3] * 50 + [4] * 50).quantile_interval(0.25)
    assert (found.lo, found.value, found.hi) == (3, 3, 3)
    assert edf([3] * 50 + [4] * 50).quantile_interval(0.5).hi == 4


def test_the_chance_of_an_error_below_a_threshold_has_the_exact_interval():
    found = edf(np.arange(100.0)).below(30.0)
    lower, upper = clopper_pearson(30, 100)
    assert (found.value, found.lo, found.hi) == (0.3, lower, upper)
    nothing = edf([]).below(30.0)
    assert np.isnan(nothing.value)
    assert (nothing.lo, nothing.hi) == (0, 1)
