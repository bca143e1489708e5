"""Matched populations: the laws of their weights, brute force, and what the intervals cover."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
from equal_covariates import EFFECTS, TWO_EFFECTS, TWO_UNLIKE, UNLIKE, rates, theta_of
from hypothesis import given, settings
from hypothesis import strategies as st

from population.curves.edf import edf
from population.matching.imbalance import imbalances
from population.matching.matched import compare_matched
from population.matching.matching import bins, overlap, strata, unmatched
from population.matching.sample import Sample

INF = math.inf
seeds = st.integers(0, 2**32 - 1)
error = st.integers(0, 9).map(float) | st.just(INF)
some_errors = st.lists(error, min_size=1, max_size=12)


def two_spaces(seed, n=60, m=80, p=2, shift=0.5):
    """Log-normal covariates of A and of B, those of A larger."""
    rng = np.random.default_rng(seed)
    return np.exp(rng.normal(shift, 1, (n, p))), np.exp(rng.normal(0, 1, (m, p)))


# weights


@settings(max_examples=40)
@given(seeds, st.integers(1, 4))
def test_overlap_weights_make_the_mean_of_every_covariate_equal(seed, p):
    a, b = two_spaces(seed, p=p)
    match = overlap(a, b)
    assert match.reason is None
    means = match.a @ np.log(a), match.b @ np.log(b)
    assert means[0] == pytest.approx(means[1], abs=1e-8)
    for row in imbalances(
        [str(j) for j in range(p)], a, b, weights_a=match.a, weights_b=match.b
    ):
        assert abs(row.smd_weighted) < 1e-8


@settings(max_examples=20)
@given(seeds, st.integers(1, 3))
def test_overlap_weights_make_spreads_equal_and_what_goes_with_what(seed, p):
    a, b = two_spaces(seed, n=90, m=90, p=p)
    match = overlap(a, b)
    assert match.unequal is None
    (one, other) = (
        np.cov(np.log(x).T, aweights=w, ddof=0) for x, w in ((a, match.a), (b, match.b))
    )
    assert one == pytest.approx(other, abs=1e-6)


def test_networks_outside_the_common_range_weigh_nothing():
    a, b = np.r_[3.0, 4, 5, 6, 7, 8, 9, 9, 18], np.r_[5.0, 6, 6, 7, 8, 9, 9, 8, 7]
    match = overlap(a, b)
    assert (match.a > 0).tolist() == [False, False, True, True, True, True, True, True, False]
    assert (match.outside_a, match.outside_b) == (3, 0)


def test_strata_weigh_every_value_alike_in_both_spaces():
    # Depth 3: .5 of A and .25 of B, 4: .25 and .5, 5: only A; h = a b / (a + b).
    match = strata([3, 3, 4, 5], [3, 4, 4, 6])
    h = np.array([0.5 * 0.25 / 0.75, 0.25 * 0.5 / 0.75])
    h /= h.sum()
    assert match.a == pytest.approx([h[0] / 2, h[0] / 2, h[1], 0])
    assert match.b == pytest.approx([h[0], h[1] / 2, h[1] / 2, 0])
    assert (match.bins_kept, match.bins_dropped) == (2, 2)
    assert "no values" in strata([1.5], [2.5]).reason


def test_few_networks_make_fewer_terms_equal_and_say_so():
    a, b = two_spaces(2, n=22, m=22, p=2, shift=0.1)
    assert overlap(a, b).method == "overlap weights of means and squares"
    assert "what goes with what" in overlap(a, b).unequal
    assert overlap(a[:, :1], b[:, :1]).unequal is None


def test_nearly_equal_covariates_are_no_separation():
    # Flops and parameters may correlate by .9999: large coefficients, but no plane between.
    a, b = two_spaces(3, n=200, m=200, p=1)
    rng = np.random.default_rng(1)
    a = np.column_stack([a, a[:, 0] * np.exp(rng.normal(0.01, 0.01, 200))])
    b = np.column_stack([b, b[:, 0] * np.exp(rng.normal(0, 0.01, 200))])
    match = overlap(a, b)
    assert match.reason is None
    assert match.a @ np.log(a) == pytest.approx(match.b @ np.log(b), abs=1e-8)
    twice = overlap(np.c_[a, a], np.c_[b, b])
    assert twice.a == pytest.approx(match.a, abs=1e-10)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_overlap_weights_are_those_of_the_logistic_regression(seed):
    # On logs, squares and product, over the networks in the common range of both covariates.
    linear = pytest.importorskip("sklearn.linear_model")
    a, b = two_spaces(seed, n=50, m=50)
    lo, hi = np.maximum(a.min(0), b.min(0)), np.minimum(a.max(0), b.max(0))
    in_a, in_b = (((lo <= x) & (x <= hi)).all(1) for x in (a, b))
    n, m = in_a.sum(), in_b.sum()
    x = np.log(np.concatenate([a[in_a], b[in_b]]))
    x = np.column_stack([x, x**2, x[:, 0] * x[:, 1]])
    x = (x - x.mean(0)) / x.std(0)
    fit = linear.LogisticRegression(C=1e9, tol=1e-10, max_iter=5_000)
    shares = np.repeat([1 / n, 1 / m], [n, m])  # both spaces weigh the same
    p = fit.fit(x, np.repeat([1, 0], [n, m]), shares * n).predict_proba(x)[:, 1]
    match = overlap(a, b)
    assert match.a[in_a] == pytest.approx((1 - p[:n]) / (1 - p[:n]).sum(), rel=1e-2)
    assert match.b[in_b] == pytest.approx(p[n:] / p[n:].sum(), rel=1e-2)
    assert (match.used_a, match.used_b) == (n, m)


@settings(max_examples=15)
@given(seeds)
def test_a_multiplicity_of_k_counts_a_network_k_times(seed):
    a, b = two_spaces(seed, n=30, m=30)
    times = np.random.default_rng(seed).integers(1, 4, 30)
    rows = np.repeat(np.arange(30), times)
    for match in (overlap, unmatched):
        counted = match(a, b, multiplicity_a=times)
        drawn = match(a[rows], b)
        assert counted.a == pytest.approx(np.bincount(rows, drawn.a), abs=1e-9)
        assert counted.b == pytest.approx(drawn.b, abs=1e-9)


def test_what_is_compared_does_not_move_as_one_space_grows():
    # The same networks of B three times over: nothing else changes.
    a, b = two_spaces(9)
    few, many = overlap(a, b), overlap(a, np.concatenate([b, b, b]))
    assert many.a == pytest.approx(few.a, abs=1e-10)


@pytest.mark.parametrize("match", [unmatched, bins, overlap, partial(bins, spacing="log")])
def test_the_order_of_the_networks_does_not_matter(match):
    a, b = two_spaces(5)
    rng = np.random.default_rng(5)
    i, j = rng.permutation(len(a)), rng.permutation(len(b))
    plain, shuffled = match(a, b), match(a[i], b[j])
    assert shuffled.a == pytest.approx(plain.a[i], abs=1e-12)
    assert shuffled.b == pytest.approx(plain.b[j], abs=1e-12)


@pytest.mark.parametrize("match", [unmatched, bins, overlap])
def test_equal_covariates_give_equal_weights(match):
    found = match(np.full((20, 1), 3.0), np.full((30, 1), 3.0))
    assert found.a == pytest.approx(np.full(20, 1 / 20))
    assert found.b == pytest.approx(np.full(30, 1 / 30))
    assert (found.worth_a, found.worth_b) == (pytest.approx(20), pytest.approx(30))


def test_every_bin_weighs_the_same_in_both_spaces():
    # arXiv 1905.13214: w_i = 1 / (k m_j) for the m_j models of bin j, of k.
    a = np.array([1, 1.5, 3.5, 5.5, 9])
    b = np.array([1, 3, 3.2, 3.4, 7, 9])
    found = bins(a, b, count=4, spacing="even")  # 1..3, 3..5, 5..7, 7..9
    # The third bin holds only a network of A: dropped. 3 and 7 belong to the bins they begin.
    assert found.a == pytest.approx([1 / 6, 1 / 6, 1 / 3, 0, 1 / 3])
    assert found.b == pytest.approx([1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 6, 1 / 6])
    assert (found.bins_kept, found.bins_dropped) == (3, 1)


def test_the_complexity_matched_edf_of_the_paper_is_one_setting():
    rng = np.random.default_rng(8)
    flops, errors = rng.uniform(1, 9, 400), rng.gamma(4, 3, 400)
    flops[:2] = 1, 9
    other = np.r_[1.0, 9.0, rng.uniform(1, 9, 100)]
    found = bins(flops, other, count=5, spacing="even")
    at = np.quantile(errors, [0.1, 0.5, 0.8])
    in_bin = np.minimum(((flops - 1) / 8 * 5).astype(int), 4)
    f = [np.mean([np.mean(errors[in_bin == j] < e) for j in range(5)]) for e in at]
    assert edf(errors, found.a)(at) == pytest.approx(f)


def test_several_covariates_are_binned_by_the_product_of_their_bins():
    a = np.array([[1, 1], [1, 2], [2, 1], [2, 2], [2, 2]])
    b = np.array([[1, 1], [2, 2], [2, 2], [1, 1]])
    found = bins(a, b, count=2, spacing="even")
    assert found.a == pytest.approx([1 / 2, 0, 0, 1 / 4, 1 / 4])
    assert found.b == pytest.approx([1 / 4] * 4)
    assert (found.bins_kept, found.bins_dropped) == (2, 2)
    assert found.method == "2 even bins of each of 2 covariates"


def test_networks_outside_the_common_range_or_without_covariates_are_left_out_and_counted():
    found = bins([1, 2, 3, 4, math.nan], [3, 4, 5], count=2)
    assert found.a[[0, 1, 4]].tolist() == [0, 0, 0]
    assert (found.lacking_a, found.outside_a) == (1, 2)
    assert (found.lacking_b, found.outside_b) == (0, 1)
    assert (found.used_a, found.used_b) == (2, 2)


@pytest.mark.parametrize(
    ("n", "p", "count"),
    [(5, 1, 2), (30, 1, 3), (70, 1, 7), (500, 1, 10), (500, 2, 3), (500, 3, 2)],
)
def test_there_is_a_bin_for_ten_networks_and_at_most_ten_bins(n, p, count):
    x = np.random.default_rng(0).uniform(1, 2, (n, p))
    assert bins(x, x).method.startswith(f"{count} quantile bins")


@pytest.mark.parametrize(
    ("a", "b", "match", "reason"),
    [
        ([], [1, 2], overlap, "no network"),
        ([], [], bins, "no network"),
        ([math.nan], [1], unmatched, "no network"),
        ([1, 2], [3, 4], bins, "no common range"),
        ([1, 2], [3, 4], overlap, "don't overlap"),
        ([1, 2, 3], [3, 4, 5], overlap, "don't overlap"),  # but for the networks at 3
        ([1], [2], overlap, "don't overlap"),
        ([0, 1], [1, 2], overlap, "not positive"),
        ([-1, 1], [-1, 2], partial(bins, spacing="log"), "not positive"),
        ([1, 9, 9.1, 20], [5, 5.5, 9.5, 9.6, 9.7, 2], partial(bins, count=9), "no bin"),
    ],
)
def test_populations_that_can_t_be_matched_have_no_weights_but_a_reason(a, b, match, reason):
    found = match(a, b)
    assert reason in found.reason
    assert not found.a.any()
    assert not found.b.any()
    assert (found.worth_a, found.worth_b) == (0, 0)


def test_a_plane_between_the_spaces_is_found_in_several_covariates():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    above = x @ [1, -2, 0.5] > 0
    assert "don't overlap" in overlap(np.exp(x[above]), np.exp(x[~above])).reason


# theta and medians under weights


@given(some_errors, some_errors, seeds)
def test_theta_is_the_weight_of_the_pairs_that_a_wins_ties_half(a, b, seed):
    rng = np.random.default_rng(seed)
    w, v = rng.dirichlet(np.ones(len(a))), rng.dirichlet(np.ones(len(b)))
    expected = sum(
        w[i] * v[j] * ((x < y) + (x == y) / 2)
        for (i, x), (j, y) in itertools.product(enumerate(a), enumerate(b))
    )
    assert theta_of(a, b, w, v) == pytest.approx(expected)
    assert theta_of(b, a, v, w) == pytest.approx(1 - expected)
    assert 0 <= theta_of(a, b, w, v) <= 1  # weights sum to 1 but for rounding
    moved = np.exp(np.array(a) / 9), np.exp(np.array(b) / 9)  # any rising function
    assert theta_of(*moved, w, v) == pytest.approx(expected)


def test_a_comparison_without_matching_is_the_unweighted_one():
    mannwhitneyu = pytest.importorskip("scipy.stats").mannwhitneyu
    rng = np.random.default_rng(2)
    a, b = rng.integers(0, 20, 40).astype(float), rng.integers(3, 22, 50).astype(float)
    x, y = np.ones(40), np.ones(50)
    found = compare_matched(Sample.of(a, x), Sample.of(b, y), rng, match=unmatched, draws=20)
    assert found.theta.value == pytest.approx(mannwhitneyu(b, a).statistic / (40 * 50))
    assert (found.median_a.value, found.median_b.value) == (edf(a).median, edf(b).median)
    assert found.difference.value == edf(a).median - edf(b).median
    assert found.theta.lo < found.theta.value < found.theta.hi
    equal = compare_matched(
        Sample.of(a, x), Sample.of(b, y), np.random.default_rng(0), draws=20
    )
    again = compare_matched(
        Sample.of(a, x), Sample.of(b, y), np.random.default_rng(0), match=bins, draws=20
    )
    assert equal.theta.value == pytest.approx(found.theta.value)
    assert (equal.theta.lo, equal.theta.hi) == pytest.approx((again.theta.lo, again.theta.hi))


def test_an_advantage_that_is_all_depth_is_gone_when_depth_is_matched():
    rng = np.random.default_rng(4)
    depth_a, depth_b = np.exp(rng.normal(0.6, 1, 300)), np.exp(rng.normal(0, 1, 300))
    a = 30 - 3 * np.log(depth_a) + rng.normal(0, 1, 300)
    b = 30 - 3 * np.log(depth_b) + rng.normal(0, 1, 300)
    plain = compare_matched(
        Sample.of(a, depth_a), Sample.of(b, depth_b), rng, match=unmatched, draws=100
    )
    assert plain.theta.lo > 0.55
    for match in (overlap, bins):
        found = compare_matched(
            Sample.of(a, depth_a), Sample.of(b, depth_b), rng, match=match, draws=100
        )
        assert found.theta.lo < 0.5 < found.theta.hi
        assert found.difference.lo < 0 < found.difference.hi
        assert found.matching.worth_a < 300


def test_an_effect_of_depth_is_none_of_the_space_that_is_spread_wider():
    # A's depths 3 - 18, B's 6 - 12: equal means of ln depth, and effects that bend.
    found = rates(UNLIKE["wider"], EFFECTS, 50, 50, 30, 15, seed=3)
    for one in found.values():
        assert one.held >= 26  # of 30; nominal 28.5, sd 1.2
        assert one.clean >= 24


def test_an_effect_of_two_covariates_together_is_none_of_the_space():
    # Covariates that go together in A and against each other in B, and an effect of both.
    effects = {"product": TWO_EFFECTS["product"]}
    found = rates(TWO_UNLIKE["two turned"], effects, 60, 60, 20, 20, seed=3)
    for one in found.values():
        assert one.held >= 17
        assert one.clean >= 16


@pytest.mark.parametrize("match", [overlap, bins, strata])
@pytest.mark.parametrize("better", [0.0, 0.4, 0.6, 1.5])
def test_p_is_below_a_level_where_the_interval_of_that_level_excludes_a_half(match, better):
    rng = np.random.default_rng(int(10 * better))
    x, y = rng.integers(3, 9, 50), rng.integers(4, 9, 40)
    a, b = rng.normal(-better, 1, 50), rng.normal(0, 1, 40)
    found = compare_matched(
        Sample.of(a, x), Sample.of(b, y), np.random.default_rng(1), match=match, draws=60
    )
    for level in (0.9, 0.95, 0.992, 1 - found.p - 1e-6, 1 - found.p + 1e-6):
        theta = compare_matched(
            Sample.of(a, x),
            Sample.of(b, y),
            np.random.default_rng(1),
            match=match,
            draws=60,
            level=level,
        ).theta
        assert (theta.lo <= 0.5 <= theta.hi) == (found.p >= 1 - level)


def test_the_interval_covers_the_true_theta():
    # Given depth the errors have one law in both spaces, so theta is .5 once depth matches.
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(25):
        x, y = np.exp(rng.normal(0.4, 1, 40)), np.exp(rng.normal(0, 1, 40))
        a, b = rng.normal(-np.log(x), 1), rng.normal(-np.log(y), 1)
        theta = compare_matched(Sample.of(a, x), Sample.of(b, y), rng, draws=39).theta
        covered += theta.lo <= 0.5 <= theta.hi
    assert covered >= 21  # nominal 23.75, sd 1.1; measured .95 of 300


def test_below_ten_effective_networks_there_is_no_interval():
    rng = np.random.default_rng(0)
    x = np.exp(rng.normal(0, 1, 9))
    found = compare_matched(Sample.of(np.arange(9.0), x), Sample.of(np.arange(9.0), x), rng)
    assert found.reason.startswith("too few for an interval: A is worth 9 networks")
    assert found.theta.value == pytest.approx(0.5)
    assert math.isnan(found.theta.lo)
    assert found.draws == 0


@pytest.mark.parametrize("n", [0, 1, 2, 12])
@pytest.mark.parametrize("value", [0.0, 5.0, INF])
@pytest.mark.parametrize("match", [unmatched, bins, overlap])
def test_few_tied_and_diverged_networks_never_raise(n, value, match):
    x = np.exp(np.random.default_rng(n).normal(0, 1, n))
    rng = np.random.default_rng(1)
    found = compare_matched(
        Sample.of(np.full(n, value), x),
        Sample.of(np.full(n, value), x),
        rng,
        match=match,
        draws=9,
    )
    if n < 10:
        assert found.reason
    if n and not found.matching.reason:
        assert found.theta.value == pytest.approx(0.5)
        assert found.difference.value == 0
    if n == 12 and match is unmatched:  # twelve ties leave something unseen
        assert found.theta.lo < 0.5 < found.theta.hi


def test_pending_networks_are_refused():
    with pytest.raises(ValueError, match="none nan"):
        compare_matched(
            Sample.of([math.nan], [1]), Sample.of([1.0], [1]), np.random.default_rng(0)
        )


def test_the_same_seed_gives_the_same_interval():
    x, y = two_spaces(1, p=1)
    a, b = np.arange(60.0), np.arange(80.0)
    first, second = (
        compare_matched(
            Sample.of(a, x), Sample.of(b, y), np.random.default_rng(3), draws=20
        ).theta
        for _ in range(2)
    )
    assert first == second
