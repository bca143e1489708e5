"""Imbalance of two populations, against its definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, norm

from population.matching.imbalance import imbalances, level_of_ratio, unbalanced

covariate = st.lists(st.floats(0.1, 1e9), min_size=2, max_size=20)


def one(a, b, **weights):
    (row,) = imbalances(["depth"], a, b, **weights)
    return row


@given(covariate, covariate)
def test_the_smd_is_the_difference_of_mean_logs_by_their_pooled_sd(a, b):
    x, y = np.log(a), np.log(b)
    sd = math.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
    if sd > 1e-6:
        assert one(a, b).smd == pytest.approx((x.mean() - y.mean()) / sd, abs=1e-9)


@given(covariate, covariate, st.floats(1e-3, 1e3))
def test_neither_the_unit_nor_the_order_matters_and_swapping_flips_the_sign(a, b, unit):
    row = one(a, b)
    assert one(np.array(a) * unit, np.array(b) * unit).smd == pytest.approx(row.smd, abs=1e-6)
    assert one(a[::-1], b).smd == pytest.approx(row.smd, abs=1e-9)
    assert one(b, a).smd == pytest.approx(-row.smd, abs=1e-9)


def test_the_variance_is_that_before_the_weights():
    # ln: A 0, 1, 2 (variance 1), B 1, 2, 3 (variance 1).
    a, b = np.exp([0, 1, 2]), np.exp([1, 2, 3])
    row = one(a, b, weights_a=[0, 0.5, 0.5], weights_b=[0.5, 0.5, 0])
    assert (row.smd, row.smd_weighted) == (pytest.approx(-1), 0)
    assert (row.warning, row.warning_weighted) == ("red", "")


def test_the_common_range_and_who_is_in_it():
    row = one([1, 2, 3, 4], [3, 4, 5, 6, 7])
    assert (row.lo, row.hi, row.inside_a, row.inside_b) == (3, 4, 0.5, 0.4)


@pytest.mark.parametrize(("shift", "warning"), [(0.05, ""), (0.15, "amber"), (0.3, "red")])
def test_warnings_begin_above_a_tenth_and_a_quarter(shift, warning):
    z = np.linspace(-2, 2, 401)
    sd = z.std(ddof=1)
    assert one(np.exp(z / sd + shift), np.exp(z / sd)).warning == warning


def test_equal_means_over_different_ranges_are_amber():
    row = one(np.exp(np.linspace(-3, 3, 21)), np.exp(np.linspace(-1, 1, 21)))
    assert abs(row.smd) < 1e-9
    assert row.warning == "amber"


def test_multiplicities_weigh_and_equal_ones_change_nothing():
    a, b = [2.0, 3, 5, 9], [2.0, 4, 4, 8]
    plain = one(a, b)
    assert one(a, b, multiplicity_a=[3] * 4, multiplicity_b=[2] * 4) == plain
    x, y = np.log(a), np.log(b)
    weighted = one(a, b, multiplicity_a=[1, 1, 1, 5])
    w = np.array([1, 1, 1, 5]) / 8
    variance = w @ (x - w @ x) ** 2 / (1 - w @ w)
    sd = math.sqrt((variance + y.var(ddof=1)) / 2)
    assert weighted.smd == pytest.approx((w @ x - y.mean()) / sd)


def test_networks_that_lack_the_covariate_are_left_out_and_counted():
    row = one([1, math.nan, 3], [1, 2])
    assert (row.n_a, row.lacking_a, row.n_b, row.lacking_b) == (2, 1, 2, 0)
    assert row.smd == one([1, 3], [1, 2]).smd


@pytest.mark.parametrize("a", [[], [math.nan], [0, 1], [-1, 2]])
def test_a_covariate_that_can_t_be_compared_has_a_reason(a):
    row = one(a, [1, 2])
    assert row.reason
    assert math.isnan(row.smd)
    assert row.warning == ""


def test_a_covariate_that_does_not_vary_is_balanced_or_infinitely_far():
    assert one([4, 4], [4, 4, 4]).smd == 0
    assert one([4], [4]).smd == 0
    assert one([8, 8], [4, 4]).smd == math.inf
    assert one([8, 8], [4, 4]).warning == "red"


def test_covariates_that_are_not_p_columns_are_refused():
    with pytest.raises(ValueError, match="need covariates"):
        imbalances(["a", "b"], [[1, 2, 3]], [[1, 2, 3]])


@given(covariate, covariate)
def test_spread_and_distance_are_the_ratio_of_variances_and_smirnovs_distance(a, b):
    x, y = np.log(a), np.log(b)
    if min(x.var(), y.var()) > 1e-6:
        assert one(a, b).variance_ratio == pytest.approx(x.var() / y.var(), rel=1e-6)
    assert one(a, b).distance == pytest.approx(ks_2samp(x, y, method="asymp").statistic)


@pytest.mark.parametrize(
    ("ratio", "warning"),
    [(1, ""), (1.2, ""), (1.3, "amber"), (0.75, "amber"), (2.1, "red"), (0.4, "red")],
)
def test_unequal_spreads_that_a_match_leaves_are_a_warning(ratio, warning):
    z = np.linspace(-1, 1, 1001)
    equal = np.ones(1001)
    row = one(np.exp(z * math.sqrt(ratio)), np.exp(z), weights_a=equal, weights_b=equal)
    assert row.variance_ratio_weighted == pytest.approx(ratio)
    assert level_of_ratio(row.variance_ratio_weighted) == warning
    assert (row.warning_weighted != "") == (warning != "")


def test_equal_means_and_spreads_of_other_shapes_are_a_warning_that_says_how_far():
    # Two heaps at -1 and 1 against a normal: mean 0 and variance 1 in both.
    heaps, normal = np.repeat([-1.0, 1.0], 200), norm.ppf((np.arange(400) + 0.5) / 400)
    normal /= normal.std()
    row = one(np.exp(heaps), np.exp(normal), weights_a=np.ones(400), weights_b=np.ones(400))
    assert abs(row.smd_weighted) < 1e-9
    assert row.variance_ratio_weighted == pytest.approx(1)
    assert row.distance_weighted == pytest.approx(norm.cdf(1) - 0.5, abs=0.01)
    assert row.warning_weighted == "red"
    assert unbalanced([row]) == (
        "Balance is not reached on depth (EDFs 0.34 apart): what differs may still go with it."
    )
    assert unbalanced([one([1, 2], [1, 2], weights_a=[1, 1], weights_b=[1, 1])]) is None
