"""The factor on the error, against statsmodels and against recorded results of it."""

import math

import numpy as np
import pytest

from population.matching import rows as models
from population.matching.regression import least_absolute, least_squares_factor, median_factor
from population.matching.sample import Sample

INF = math.inf
NAMES = ["depth", "flops"]


def regression_model(names, a, x, b, y, chance, times_a=None, times_b=None):
    """The plain linear model; which terms and networks are taken by default has tests below."""
    samples = (
        Sample.of(a, x if names else None, times_a),
        Sample.of(b, y if names else None, times_b),
    )
    return models.regression_model(names, *samples, chance, terms="means", trim=False)


def populations(seed=0, n=30, m=40, factor=0.8):
    """Errors and covariates of A and of B: A errs `factor` times as much at equal ones."""
    rng = np.random.default_rng(seed)
    x, y = np.exp(rng.normal([0.5, 3], 1, (n, 2))), np.exp(rng.normal([0, 3], 1, (m, 2)))
    powers = np.array([-0.4, -0.1])
    a = factor * 30 * np.prod(x**powers, axis=1) * np.exp(rng.standard_t(3, n) / 5)
    b = 30 * np.prod(y**powers, axis=1) * np.exp(rng.standard_t(3, m) / 5)
    return a, x, b, y


def model(seed=0, **options):
    return regression_model(NAMES, *populations(seed, **options), chance=90)


def rows(a, x, b, y):
    """Design and response of the definition: constant, ln x_j, is A; ln e."""
    is_a = np.repeat([1.0, 0.0], [len(a), len(b)])
    covariates = np.log(np.concatenate([x, y]))
    return np.column_stack([np.ones(is_a.size), covariates, is_a]), np.log(np.r_[a, b])


def test_the_factor_is_what_statsmodels_0_15_said_where_it_is_not_installed():
    found = least_squares_factor(model(0))
    expected = (0.8734576285674, 0.7540075121062, 1.0118310715122, 0.0707308307540)
    numbers = found.factor.value, found.factor.lo, found.factor.hi, found.p_value
    assert numbers == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_factor_and_its_interval_are_those_of_statsmodels(seed):
    sm = pytest.importorskip("statsmodels.api")
    design, y = rows(*populations(seed))
    expected = sm.OLS(y, design).fit(cov_type="HC3", use_t=True)
    found = least_squares_factor(model(seed))
    lo, hi = np.exp(expected.conf_int()[-1])
    assert found.factor.value == pytest.approx(math.exp(expected.params[-1]))
    assert (found.factor.lo, found.factor.hi) == pytest.approx((lo, hi))
    assert found.p_value == pytest.approx(expected.pvalues[-1])
    assert list(found.slopes.values()) == pytest.approx(expected.params[1:-1])


def test_the_factor_of_six_networks_by_hand():
    # Two groups without covariates: delta is the difference of mean logs, h = 1 / n_group.
    a, b = np.exp([0.0, 1, 2]), np.exp([2.0, 4, 6])
    found = least_squares_factor(regression_model([], a, [], b, [], chance=90))
    assert found.factor.value == pytest.approx(math.exp(1 - 4))
    # HC3: sum of r^2 / (1 - 1/3)^2 / 3^2 over both groups.
    variance = (2 * 1 + 2 * 4) / (2 / 3) ** 2 / 9
    t = 2.7764451051977987  # 97.5 % of t with 4 degrees of freedom
    assert found.factor.hi == pytest.approx(math.exp(-3 + t * math.sqrt(variance)))


def test_multiplicities_are_weights_as_in_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    data = populations(3)
    design, y = rows(*data)
    times = np.random.default_rng(3).integers(1, 4, 70)
    # A's and B's multiplicities are each relative to their mean.
    scale = np.repeat([times[:30].mean(), times[30:].mean()], [30, 40])
    expected = sm.WLS(y, design, times / scale).fit(cov_type="HC3", use_t=True)
    weighted = regression_model(NAMES, *data, 90, times[:30], times[30:])
    found = least_squares_factor(weighted)
    assert found.factor.value == pytest.approx(math.exp(expected.params[-1]))
    assert found.p_value == pytest.approx(expected.pvalues[-1])
    equal = regression_model(NAMES, *data, 90, [2] * 30, [2] * 40)
    assert least_squares_factor(equal) == least_squares_factor(model(3))


@pytest.mark.parametrize("seed", range(3))
def test_the_median_regression_is_that_of_statsmodels(seed):
    sm = pytest.importorskip("statsmodels.api")
    design, y = rows(*populations(seed))
    expected = sm.QuantReg(y, design).fit(q=0.5, max_iter=10_000, p_tol=1e-10).params
    beta = least_absolute(design, y, np.ones(70))
    assert beta == pytest.approx(expected, abs=5e-3)  # its steps stop short of the least sum
    assert abs(y - design @ beta).sum() <= abs(y - design @ expected).sum() + 1e-9


def test_the_median_regression_has_the_least_sum_of_absolute_residuals():
    design, y = rows(*populations(7))
    w = np.random.default_rng(7).integers(0, 4, 70).astype(float)
    beta = least_absolute(design, y, w)
    least = w @ abs(y - design @ beta)
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1e-2, 1e-1):
        for _ in range(50):
            other = beta + scale * rng.normal(size=4)
            assert w @ abs(y - design @ other) >= least - 1e-9
    # It passes through as many networks as it has coefficients.
    assert np.sum(abs(y - design @ beta) < 1e-9) >= 4


def test_without_covariates_the_median_factor_is_the_ratio_of_medians():
    a, b = [2.0, 8, 4, 99, 3] * 3, [10.0, 20, 5, 1, 7] * 3
    found = median_factor(
        regression_model([], a, [], b, [], chance=90), np.random.default_rng(0), draws=20
    )
    assert found.factor.value == pytest.approx(4 / 7)


@pytest.mark.parametrize(
    "fit",
    [least_squares_factor, lambda m: median_factor(m, np.random.default_rng(1), draws=60)],
)
def test_the_interval_holds_the_factor_that_was_put_in(fit):
    found = fit(model(1, n=100, m=100))
    assert found.factor.lo < 0.8 < found.factor.hi
    assert found.factor.lo < found.factor.value < found.factor.hi
    assert found.factor.n == 200


def test_the_interval_covers_the_factor_as_often_as_its_level_says():
    covered = 0
    for seed in range(400):
        factor = least_squares_factor(model(seed, n=20, m=20)).factor
        covered += factor.lo <= 0.8 <= factor.hi
    assert 370 <= covered <= 396  # measured .97 at 20 a space; nominal 380, sd 4.4


def test_the_order_of_networks_and_the_units_do_not_matter():
    a, x, b, y = populations(2)
    places = np.random.default_rng(2).permutation(len(a))
    plain = least_squares_factor(model(2))
    shuffled = least_squares_factor(
        regression_model(NAMES, a[places] / 100, x[places] * 1e6, b / 100, y * 1e6, chance=0.9)
    )
    assert shuffled.factor.value == pytest.approx(plain.factor.value)
    assert (shuffled.factor.lo, shuffled.factor.hi) == pytest.approx(
        (plain.factor.lo, plain.factor.hi)
    )


def test_diverged_networks_count_as_chance_and_are_counted():
    a, x, b, y = populations(2)
    a[:3] = INF
    found = least_squares_factor(regression_model(NAMES, a, x, b, y, chance=90))
    a[:3] = 90
    assert (
        found.factor
        == least_squares_factor(regression_model(NAMES, a, x, b, y, chance=90)).factor
    )
    assert (found.at_chance, found.at_zero, found.lacking) == (3, 0, 0)


def test_networks_without_an_error_count_as_half_the_least():
    a, x, b, y = populations(2)
    least = min(a[1:].min(), b.min())
    a[0] = 0
    zero = least_squares_factor(regression_model(NAMES, a, x, b, y, chance=90))
    a[0] = least / 2
    half = least_squares_factor(regression_model(NAMES, a, x, b, y, chance=90))
    assert zero.factor.value == pytest.approx(half.factor.value)
    assert zero.at_zero == 1


def test_covariates_that_say_nothing_new_are_dropped_and_named():
    a, x, b, y = populations(4)
    names = ["depth", "constant", "flops", "twice", "product"]

    def wide(z):
        columns = (z[:, 0], np.full(len(z), 7.0), z[:, 1], z[:, 0] * 2, z[:, 0] * z[:, 1])
        return np.column_stack(columns)

    found = least_squares_factor(regression_model(names, a, wide(x), b, wide(y), chance=90))
    assert found.dropped == ("constant", "twice", "product")
    assert list(found.slopes) == ["depth", "flops"]
    assert found.factor.value == pytest.approx(least_squares_factor(model(4)).factor.value)


def test_a_covariate_that_only_one_network_has_otherwise_is_dropped():
    a, x, b, y = populations(5)
    lone = np.ones(len(a) + len(b))
    lone[3] = 8
    with_lone = np.c_[x, lone[: len(a)]], np.c_[y, lone[len(a) :]]
    found = least_squares_factor(
        regression_model([*NAMES, "lone"], a, with_lone[0], b, with_lone[1], chance=90)
    )
    assert found.dropped == ("lone",)
    assert found.factor.value == pytest.approx(least_squares_factor(model(5)).factor.value)


def test_a_space_of_one_network_has_a_factor_but_no_interval():
    found = least_squares_factor(regression_model([], [5.0], [], [4.0, 6, 9], [], chance=90))
    assert found.factor.value == pytest.approx(5 / 6)
    assert found.factor.reason == "a coefficient hangs on one network"
    assert math.isnan(found.factor.lo)


def test_a_covariate_that_tells_the_spaces_apart_leaves_no_factor():
    names, x, y = ["kind"], np.full((9, 1), 2.0), np.full((9, 1), 3.0)
    for fit in (least_squares_factor, lambda m: median_factor(m, np.random.default_rng(0))):
        found = fit(
            regression_model(names, np.arange(1, 10), x, np.arange(1, 10), y, chance=90)
        )
        assert "tell the spaces apart" in found.factor.reason
        assert math.isnan(found.factor.value)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 12])
@pytest.mark.parametrize("value", [0.0, 5.0, INF])
def test_few_tied_and_diverged_networks_never_raise(n, value):
    x = np.exp(np.random.default_rng(n).normal(0, 1, (n, 1)))
    tied = regression_model(
        ["depth"], np.full(n, value), x, np.full(n, value), x * 1.1, chance=90
    )
    least, median = least_squares_factor(tied), median_factor(tied, np.random.default_rng(0), 9)
    assert least.factor.reason
    assert math.isnan(least.p_value)
    if n == 12:
        assert least.factor.value == pytest.approx(1)
        assert median.factor.value == pytest.approx(1)


def test_networks_without_the_covariate_are_left_out_and_counted():
    a, x, b, y = populations(6)
    x[0, 1] = math.nan
    found = least_squares_factor(regression_model(NAMES, a, x, b, y, chance=90))
    rest = least_squares_factor(regression_model(NAMES, a[1:], x[1:], b, y, chance=90))
    assert found.factor.value == pytest.approx(rest.factor.value)
    assert (found.lacking, found.factor.n) == (1, 69)
    x[0, 1] = 0
    none = least_squares_factor(regression_model(NAMES, a, x, b, y, chance=90))
    assert "not positive" in none.factor.reason


def test_pending_networks_are_refused():
    with pytest.raises(ValueError, match="none nan"):
        regression_model([], [math.nan], [], [1.0], [], chance=90)


# what is adjusted for by default


def test_squares_and_the_common_range_are_adjusted_for_by_default():
    # ln e bends with depth, A is spread wider and no better.
    rng = np.random.default_rng(2)
    x, y = rng.integers(3, 19, (100, 1)), rng.integers(6, 13, (100, 1))
    a, b = (np.exp(2 * np.log(z[:, 0] / 9) ** 2 + rng.normal(3, 0.2, 100)) for z in (x, y))
    straight = least_squares_factor(regression_model(["depth"], a, x, b, y, chance=90))
    found = least_squares_factor(
        models.regression_model(["depth"], Sample.of(a, x), Sample.of(b, y), chance=90)
    )
    assert straight.factor.lo > 1
    assert found.factor.lo < 1 < found.factor.hi
    assert found.slopes["depth^2"] == pytest.approx(2, abs=0.5)
    assert found.outside == np.sum((x < 6) | (x > 12))
    assert found.factor.n == 200 - found.outside


def test_p_of_the_factor_is_below_a_level_where_that_interval_excludes_1():
    for seed in range(20):
        found = least_squares_factor(model(seed))
        for level in (0.9, 0.95, 1 - found.p_value - 1e-6, 1 - found.p_value + 1e-6):
            factor = least_squares_factor(model(seed), level).factor
            assert (factor.lo <= 1 <= factor.hi) == (found.p_value >= 1 - level)
