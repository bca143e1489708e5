"""Comparing two populations: differences, distance, dominance, and the sentence about them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, ttest_ind

from columns.quantities import quantity
from columns.units import unit_of
from population.comparing.comparison import compare, percentages, probability, verdict
from population.comparing.differences import (
    area_between,
    median_difference,
    resampled_medians,
    usual_cut,
)
from population.comparing.dominance import dominance
from population.comparing.equality import kolmogorov_smirnov, permutation_p
from population.comparing.theta import pooled
from population.curves.edf import edf

INF = np.inf
samples = st.lists(st.integers(0, 30).map(float), min_size=2, max_size=25)


def draw(n: int, scale: float = 1.0, seed: int = 0):
    return edf(np.random.default_rng(seed).gamma(4, 3 * scale, n))


# ---------------------------------------------------------------- differences


def test_the_bootstrap_of_a_median_needs_no_resampling():
    errors = np.random.default_rng(0).gamma(4, 3, 35)
    rng = np.random.default_rng(1)
    drawn = np.sort(errors[rng.integers(0, 35, (20_000, 35))], axis=1)[:, 17]
    ours = np.concatenate([resampled_medians(edf(errors), rng) for _ in range(20)])
    for q in (0.025, 0.25, 0.5, 0.75, 0.975):
        at, same = np.quantile(drawn, q), np.quantile(ours, q)
        ranks = np.searchsorted(np.sort(errors), [at, same])
        assert abs(ranks[0] - ranks[1]) <= 1


def test_the_interval_of_a_difference_of_medians_covers_it():
    rng = np.random.default_rng(3)
    true, covered = np.log(2) * 2, 0  # medians of exponentials of mean 4 and 2
    for _ in range(500):
        a, b = edf(rng.exponential(4, 40)), edf(rng.exponential(2, 40))
        found = median_difference(a, b)
        covered += found.lo <= true <= found.hi
    assert 0.92 <= covered / 500 <= 0.99


@given(samples, samples, st.floats(1, 35))
def test_the_area_between_two_edfs_is_the_difference_of_restricted_means(a, b, cut):
    fa, fb = edf(a), edf(b)
    ends = [0.0, *sorted({x for x in [*a, *b] if x < cut}), cut]
    area = sum(
        (fa(right) - fb(right)) * (right - left)
        for left, right in zip(ends, ends[1:], strict=False)
    )
    assert area_between(fa, fb, cut).value == pytest.approx(float(area), abs=1e-9)


def test_the_area_s_interval_is_welch_s_of_the_errors_up_to_the_cut():
    a, b = draw(40), draw(60, 1.3, 1)
    found = area_between(a, b, 20.0)
    welch = ttest_ind(np.minimum(b.errors, 20), np.minimum(a.errors, 20), equal_var=False)
    limits = welch.confidence_interval(0.95)
    assert (found.lo, found.hi) == pytest.approx((limits.low, limits.high))


def test_the_cut_is_where_nine_tenths_of_all_networks_stay_below():
    assert usual_cut([edf(np.arange(1, 51)), edf(np.arange(51, 101))]) == 90
    assert usual_cut([edf([5.2, 8.3, INF, INF])]) == 9
    assert np.isnan(usual_cut([edf([INF]), edf([])]))


def test_diverged_medians_have_no_difference_but_no_error_either():
    found = median_difference(edf([INF] * 20), edf([INF] * 20))
    assert np.isnan(found.value)
    assert (found.lo, found.hi) == (-INF, INF)
    assert median_difference(edf([5.0] * 20), edf([INF] * 20)).value == -INF


# ---------------------------------------------------------------- distance


@pytest.mark.parametrize(("n", "m", "decimals"), [(7, 9, 9), (40, 30, 0), (90, 100, 1)])
def test_kolmogorov_and_smirnov_s_test_is_scipy_s_exact_one(n, m, decimals):
    rng = np.random.default_rng(n)
    a, b = rng.gamma(4, 3, n).round(decimals), rng.gamma(5, 3, m).round(decimals)
    expected = ks_2samp(a, b, method="exact")
    found = kolmogorov_smirnov(pooled(edf(a), edf(b)))
    assert (found.d, found.p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    assert found.error == expected.statistic_location


def test_large_populations_have_the_asymptotic_p():
    a, b = draw(3000), draw(2000, 1.05, 1)
    expected = ks_2samp(a.errors, b.errors, method="asymp")
    found = kolmogorov_smirnov(pooled(a, b))
    assert found.d == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, rel=0.1)


def test_permutations_reject_equal_populations_at_most_at_their_level():
    rng = np.random.default_rng(4)
    p = [
        permutation_p(edf(rng.integers(0, 6, 12)), edf(rng.integers(0, 6, 15)), seed)
        for seed in range(60)
    ]
    assert np.mean(np.array(p, dtype=float) < 0.05) <= 0.1
    assert permutation_p(edf([1.0]), edf([2.0, 3.0])) is None


# ---------------------------------------------------------------- dominance


def test_a_population_that_is_better_everywhere_dominates():
    found = dominance(pooled(draw(200), draw(200, 1.6, 1)))
    assert found.order == "A"
    assert found.p < 0.05
    both = np.concatenate([draw(200).errors, draw(200, 1.6, 1).errors])
    assert (found.lower, found.upper) == pytest.approx(np.quantile(both, [0.1, 0.9]), abs=0.2)


def test_edfs_that_cross_are_said_to():
    rng = np.random.default_rng(5)
    narrow, wide = edf(rng.normal(20, 1, 300)), edf(rng.normal(20, 6, 300))
    assert dominance(pooled(narrow, wide)).order == "cross"


def test_dominance_is_seldom_claimed_of_spaces_that_touch_at_one_error():
    # F_A = F_B at x = 0.5 and F_A > F_B elsewhere: the worst case of "nowhere worse".
    rng = np.random.default_rng(6)
    claimed = 0
    for _ in range(400):
        x = rng.random(100)
        a = np.where(x < 0.5, 0.5 * (x / 0.5) ** 2, 0.5 + 0.5 * ((x - 0.5) / 0.5) ** 2)
        claimed += dominance(pooled(edf(a), edf(rng.random(100)))).order == "A"
    assert claimed / 400 < 0.07


@pytest.mark.parametrize("errors", [[], [1.0], [INF] * 30, [5.0] * 30])
def test_few_equal_or_diverged_networks_dominate_nobody(errors):
    found = dominance(pooled(edf(errors), edf(errors)))
    assert found.order == "none"


# ---------------------------------------------------------------- the verdict


def test_the_verdict_names_the_winner_its_effect_and_how_sure_it_is():
    a, b = edf(np.arange(0, 30.0)), edf(np.arange(20, 50.0))
    found = compare(a, b, 45)
    assert found.outcome == "A"
    assert found.effect == "large"
    # theta: of 900 pairs all but those with b <= a; 10 errors are shared: (45 + 10/2) are lost.
    won = 100 * (1 - 50 / 900)
    assert verdict(found, "C", "A").startswith(f"C is better: {won:.0f} % [")
    assert "median 20.0 points lower" in verdict(found, "C", "A")
    assert verdict(compare(b, a, 45), "A", "C") == verdict(found, "C", "A")


def test_the_verdict_names_what_networks_are_judged_by_in_its_unit():
    found = compare(edf(np.arange(0, 30.0)), edf(np.arange(20, 50.0)), 45)
    won = 100 * (1 - 50 / 900)  # as above
    latency = unit_of(quantity("latency"), [])  # stored in seconds, told in milliseconds
    said = verdict(found, "C", "A", unit=latency)
    assert said.startswith(f"C has the lower latency of 1 image: {won:.0f} % [")
    assert "median 20,000.00 ms lower" in said
    assert "better" not in said
    open_ = compare(draw(12), draw(12, seed=1), 30)
    assert "A has the lower latency of 1 image in " in verdict(open_, unit=latency)


def test_equal_spaces_are_not_decided_with_few_and_the_same_with_very_many_networks():
    assert compare(draw(50), draw(50, seed=1), 20).outcome == "open"
    large = compare(draw(3000), draw(3000, seed=1), 20)
    assert large.outcome == "same"
    assert verdict(large, "X", "Y").startswith("No difference that matters: X wins ")


def test_of_no_pairs_there_is_no_share():
    assert percentages(compare(edf([]), draw(30), 20).theta_interval) == "–"


def test_nine_networks_are_too_few_to_say():
    found = compare(edf(np.arange(9)), edf(np.arange(20, 50)), 40)
    assert found.outcome == "few"
    assert verdict(found, "A", "E").startswith("Too few networks to say: 9 of A and 30 of E")


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([3.0] + [1.0] * 11, "12 (worth 9.8)"),  # 14^2 / 20
        ([1.0] * 9 + [3.7], "10 (worth 7.1)"),  # 12.7^2 / 22.69 = 7.108
        ([1.2] + [1.0] * 9, "10 (worth 9.9)"),  # 9.966, which is told as no more
    ],
)
def test_networks_that_weigh_unequally_are_told_with_what_they_are_worth(weights, said):
    found = compare(edf(np.arange(len(weights)), weights), edf(np.arange(20, 50)), 40)
    assert found.outcome == "few"
    assert verdict(found, "A", "E").startswith(
        f"Too few networks to say: {said} of A and 30 of"
    )


def test_the_winner_of_a_fixed_comparison_is_false_in_at_most_5_percent():
    rng = np.random.default_rng(8)
    wrong = sum(
        compare(edf(rng.gamma(2, 3, 30)), edf(rng.gamma(2, 3, 30)), 15).outcome in ("A", "B")
        for _ in range(600)
    )
    assert wrong / 600 < 0.07  # 5 % and two Monte-Carlo errors


@pytest.mark.parametrize("a", [[], [4.0], [4.0, 5.0], [INF] * 40, [7.0] * 40])
@pytest.mark.parametrize("b", [[], [INF], [7.0] * 12])
def test_nothing_of_a_comparison_fails_on_few_equal_or_diverged_networks(a, b):
    found = compare(edf(a), edf(b), 10)
    assert verdict(found)
    for part in (
        found.theta_interval,
        found.medians,
        found.area,
        found.distance,
        found.dominance,
    ):
        assert part is not None


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.034, "p = 0.034"),
        (0.5, "p = 0.5"),
        (3.2e-4, "p = 0.00032"),
        (1e-4, "p = 0.0001"),
        (9e-5, "p < 0.0001"),
        (1e-30, "p < 0.0001"),
    ],
)
def test_a_probability_is_written_as_short_as_it_is_known(p, text):
    assert probability(p) == text


@pytest.mark.parametrize("seed", range(10))
def test_a_sentence_reads_as_its_numbers_decide(seed):
    """Also where an end of the interval, and p, are close to what decides."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(20, 5, 60), rng.normal(20, 5, 60)
    near, far = -20.0, 20.0  # A is not better, and is
    while far - near > 0.05:
        middle = (near + far) / 2
        better = compare(edf(a), edf(b + middle), cut=30).outcome == "A"
        near, far = (near, middle) if better else (middle, far)
    for by in (near, far):
        found = compare(edf(a), edf(b + by), cut=30)
        said = re.search(r"\[([\d.]+), ([\d.]+)\] .*p = ([\d.]+)", verdict(found))
        assert said
        lo, hi, p = (float(one) for one in said.groups())
        assert lo < 55  # it is close
        assert (by == far) == (lo > 50) == (p < 0.05)
        assert hi > 50


@pytest.mark.parametrize(
    ("p", "said"), [(0.05, "0.05"), (0.0496, "0.0496"), (0.05004, "0.05004"), (0.2, "0.2")]
)
def test_a_p_that_is_not_a_twentieth_is_not_told_as_one(p, said):
    assert probability(p) == f"p = {said}"
