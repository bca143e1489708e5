"""The EDF and its bands, against their definitions and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom, binomtest

from population.basics.shares import clopper_pearson, wilson
from population.curves.edf import edf

INF = math.inf
error = st.integers(0, 20).map(float) | st.floats(0, 100) | st.just(INF)  # ties are the rule
errors_of_a_population = st.lists(error, min_size=1, max_size=20)


@given(errors_of_a_population, error)
def test_edf_is_the_fraction_of_networks_with_error_below_e(errors, e):
    # arXiv 2003.13678, equation 1: F(e) = 1/n sum 1[e_i < e]
    assert edf(errors)(e) == pytest.approx(np.mean(np.array(errors) < e))


@given(st.lists(st.tuples(error, st.integers(1, 4)), min_size=1, max_size=12), error)
def test_a_weight_of_k_counts_a_network_k_times(pairs, e):
    errors, weights = zip(*pairs, strict=True)
    repeated = np.repeat(errors, weights)
    weighted, drawn = edf(errors, weights), edf(repeated)
    assert weighted(e) == pytest.approx(drawn(e))
    assert weighted.median == drawn.median
    assert weighted.mean_of_finite == pytest.approx(drawn.mean_of_finite, nan_ok=True)


@given(errors_of_a_population, st.floats(0.001, 1000))
def test_equal_weights_change_nothing(errors, weight):
    plain, weighted = edf(errors), edf(errors, [weight] * len(errors))
    assert weighted.cumulative.tolist() == plain.cumulative.tolist()
    assert weighted.effective_n == len(errors)


@given(errors_of_a_population, st.randoms())
def test_the_order_of_the_networks_does_not_matter(errors, random):
    shuffled = random.sample(errors, len(errors))
    assert edf(shuffled).steps().share.tolist() == edf(errors).steps().share.tolist()
    weights = np.arange(1.0, len(errors) + 1)
    places = random.sample(range(len(errors)), len(errors))
    f, g = edf(errors, weights), edf(np.array(errors)[places], weights[places])
    assert g.steps().share == pytest.approx(f.steps().share)


@given(st.lists(st.integers(0, 20) | st.just(INF), min_size=1), st.integers(-9, 9))
def test_a_constant_added_to_all_errors_moves_the_curve_by_it(errors, constant):
    f, moved = edf(errors), edf(np.array(errors) + constant)
    at = np.arange(-30, 60)
    assert moved(at + constant).tolist() == f(at).tolist()


@given(errors_of_a_population)
def test_steps_are_the_distinct_finite_errors_with_the_share_just_right_of_each(errors):
    steps = edf(errors).steps()
    finite = [e for e in errors if e < INF]
    assert steps.error.tolist() == sorted(set(finite))
    expected = [np.mean(np.array(errors) <= e) for e in steps.error]
    assert steps.share == pytest.approx(expected)


@given(errors_of_a_population)
def test_cuts_show_the_first_and_the_last_step(errors):
    f = edf(errors)
    curve = f.at(f.cuts())
    if any(e < INF for e in errors):
        assert len(curve.error) == 512
        assert curve.share[0] == 0
        assert curve.share[-1] == pytest.approx(np.mean(np.array(errors) < INF))
        assert curve.error[0] >= 0
    else:
        assert len(curve.error) == 0


@given(errors_of_a_population, st.floats(0, 1))
def test_a_quantile_is_the_least_error_that_a_share_of_the_networks_does_not_exceed(errors, q):
    ordered = sorted(errors)
    reached = [e for e in ordered if np.mean(np.array(errors) <= e) >= q - 1e-12]
    assert edf(errors).quantile(q) == reached[0]


def test_diverged_networks_sort_last_and_keep_the_curve_below_1():
    f = edf([5, INF, 7, INF])
    assert f(1e9) == 0.5
    assert f.cumulative[-1] == 1
    assert (f.n, f.diverged, f.min, f.mean_of_finite) == (4, 2, 5, 6)
    assert f.median == 7
    assert f.quantile(0.75) == INF


def test_the_median_of_an_even_number_is_the_lower_of_the_two_in_the_middle():
    assert edf([1, 2, 3, 4]).median == 2


def test_a_quantile_is_reached_in_spite_of_rounded_weights():
    # Eight tenths sum to 0.7999999999999999 in floating point.
    assert edf(np.arange(9.0), [1] * 8 + [2]).quantile(0.8) == 7


def test_without_networks_there_is_no_curve_but_a_reason():
    f = edf([])
    assert (f.n, f.diverged) == (0, 0)
    assert f.reason == "no network has a result yet"
    assert np.isnan(f([5, 6])).all()
    assert np.isnan([f.median, f.min, f.mean_of_finite, f.quantile(0.9)]).all()
    assert len(f.steps().error) == len(f.cuts()) == 0
    band = f.band(f.at([5.0]))
    assert (band.lower.tolist(), band.upper.tolist()) == ([0], [1])


@pytest.mark.parametrize("errors", [[5], [5, 6], [5] * 30, [INF], [INF] * 30, [0], [INF, 5]])
def test_few_equal_and_diverged_networks_have_a_curve_and_a_band(errors):
    f = edf(errors)
    for curve in (f.at(f.cuts()), f.steps()):
        band = f.band(curve)
        assert (band.lower <= curve.share).all()
        assert (curve.share <= band.upper).all()
    assert f.reason is None
    assert f.median == sorted(errors)[(len(errors) - 1) // 2]


@pytest.mark.parametrize(
    ("errors", "weights"),
    [
        ([math.nan, 1], None),
        ([-INF], None),
        ([[1, 2]], None),
        ([1, 2], [1, -1]),
        ([1, 2], [0, 0]),
        ([1, 2], [1, math.nan]),
        ([1, 2], [1, INF]),
        ([1, 2], [1]),
    ],
)
def test_an_edf_of_pending_networks_or_of_no_weight_is_refused(errors, weights):
    with pytest.raises(ValueError, match="need"):
        edf(errors, weights)


def test_the_number_of_equal_networks_that_weights_are_worth_is_kish_s():
    # (2 + 1 + 1)^2 / (4 + 1 + 1)
    assert edf([1, 2, 3], [2, 1, 1]).effective_n == pytest.approx(16 / 6)


@pytest.mark.parametrize("n", [1, 2, 5, 30, 100, 256])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_band_is_the_exact_binomial_interval_at_every_count(n, level):
    counts = np.arange(n + 1)
    lower, upper = clopper_pearson(counts, n, level)
    for k in {0, 1, 2, n // 2, n - 1, n} & set(counts.tolist()):
        exact = binomtest(k, n).proportion_ci(level, method="exact")
        assert (lower[k], upper[k]) == pytest.approx((exact.low, exact.high), abs=1e-12)


@pytest.mark.parametrize("n", [257, 1_000, 20_000, 1_000_000])
def test_between_its_knots_the_band_stays_within_2e_5_and_0_3_percent_of_its_width(n):
    k = np.unique(np.concatenate([np.arange(40), np.geomspace(1, n, 300).round()]))
    k = np.unique(np.concatenate([k, n - k]))
    k = k[(k >= 0) & (k <= n)]
    inner = (k > 0) & (k < n)
    exact_lower, exact_upper = np.zeros(k.size), np.ones(k.size)
    exact_lower[inner] = beta.ppf(0.025, k[inner], n - k[inner] + 1)
    exact_upper[inner] = beta.ppf(0.975, k[inner] + 1, n - k[inner])
    exact_upper[0], exact_lower[-1] = beta.ppf(0.975, 1, n), beta.ppf(0.025, n, 1)
    lower, upper = clopper_pearson(k, n)
    off = np.maximum(abs(lower - exact_lower), abs(upper - exact_upper))
    assert off.max() < 2e-5
    assert (off / (exact_upper - exact_lower)).max() < 0.003


@pytest.mark.parametrize(("n", "width"), [(30, 0.368), (100, 0.202), (500, 0.089)])
def test_the_expected_width_of_the_band_at_one_half(n, width):
    # Measured over populations of a fully known space: .368, .202 and .089.
    k = np.arange(n + 1)
    lower, upper = clopper_pearson(k, n)
    assert binom.pmf(k, n, 0.5) @ (upper - lower) == pytest.approx(width, abs=5e-4)


@pytest.mark.parametrize("n", [1, 5, 30, 100, 500])
def test_the_band_covers_every_share_at_least_as_often_as_its_level_says(n):
    k = np.arange(n + 1)
    lower, upper = clopper_pearson(k, n)
    for share in np.linspace(0.01, 0.99, 99):
        covered = (lower <= share) & (share <= upper)
        assert binom.pmf(k, n, share) @ covered >= 0.95 - 1e-9


def test_the_band_is_named_and_contains_the_curve_and_narrows_with_n():
    rng = np.random.default_rng(0)
    widths = []
    for n in (50, 500, 5000):
        f = edf(rng.gamma(4, 3, n))
        curve = f.at(f.cuts())
        band = f.band(curve, level=0.9)
        assert band.name == "pointwise Clopper-Pearson 90 %"
        assert ((band.lower <= curve.share) & (curve.share <= band.upper)).all()
        assert (np.diff(band.lower) >= -1e-12).all()
        widths.append((band.upper - band.lower).max())
    assert widths == sorted(widths, reverse=True)


def test_weights_widen_the_band_to_that_of_the_effective_number_of_networks():
    errors = np.arange(100.0)
    f = edf(errors, np.where(errors < 50, 3.0, 1.0))
    lower, upper = clopper_pearson(f.effective_n * f(60.0), f.effective_n)
    band = f.band(f.at(np.array([60.0])))
    assert (band.lower[0], band.upper[0]) == (lower, upper)
    assert f.effective_n == pytest.approx(200**2 / (50 * 9 + 50))  # 80 of 100


@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (0, 30), (3, 30), (15, 30), (30, 30), (77, 500)]
)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_s_interval_is_scipy_s(k, n, level):
    expected = binomtest(k, n).proportion_ci(level, method="wilson")
    lower, upper = wilson(k, n, level)
    assert (lower, upper) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_s_interval_of_nothing_is_everything():
    lower, upper = wilson([0, 0], 0)
    assert (lower.tolist(), upper.tolist()) == ([0, 0], [1, 1])


def test_a_population_of_errors_in_order_is_not_sorted_again_and_reads_the_same():
    errors = np.array([1.0, 2.0, 2.0, 3.0, INF])
    weights = [1, 2, 3, 4, 5]
    assert edf(errors).steps().share.tolist() == edf(errors[::-1]).steps().share.tolist()
    backwards = edf(errors[::-1], weights[::-1])
    assert edf(errors, weights).steps().share == pytest.approx(backwards.steps().share)
