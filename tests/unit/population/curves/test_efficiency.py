"""The best of k networks, against all subsets of small populations; how many are enough."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import comb
from scipy.stats import ks_2samp, kstwo, kstwobign

from population.curves.efficiency import random_search
from population.curves.enough import LIMIT, MEAN, enough

INF = math.inf
seeds = st.integers(0, 2**32 - 1)
small = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=7)  # ties are the rule


@settings(max_examples=40)
@given(small)
def test_the_best_of_k_is_that_of_all_subsets(errors):
    for k in range(1, len(errors) + 1):
        best = np.array([min(s) for s in itertools.combinations(errors, k)])
        found = random_search(errors, k)
        assert found.mean[0] == pytest.approx(best.mean())
        assert found.sd[0] == pytest.approx(best.std(), abs=1e-6)
        expected = np.quantile(best, [0.05, 0.5, 0.95], method="inverted_cdf")
        assert found.quantiles[:, 0].tolist() == expected.tolist()


@settings(max_examples=30)
@given(small.filter(lambda errors: len(errors) <= 5))
def test_with_replacement_it_is_that_of_all_draws(errors):
    for k in range(1, 5):
        best = np.array([min(s) for s in itertools.product(errors, repeat=k)])
        found = random_search(errors, k, replacement=True)
        assert found.mean[0] == pytest.approx(best.mean())
        assert found.sd[0] == pytest.approx(best.std(), abs=1e-6)


@settings(max_examples=30)
@given(small, seeds)
def test_a_multiplicity_of_k_counts_a_network_k_times(errors, seed):
    times = np.random.default_rng(seed).integers(1, 4, len(errors))
    repeated = np.repeat(errors, times)
    for replacement in (False, True):
        counted = random_search(errors, [1, 2, 3], multiplicity=times, replacement=replacement)
        drawn = random_search(repeated, [1, 2, 3], replacement=replacement)
        assert counted.mean == pytest.approx(drawn.mean, nan_ok=True)
        assert counted.sd == pytest.approx(drawn.sd, nan_ok=True, abs=1e-6)
        assert (counted.n, counted.draws) == (len(errors), len(repeated))


@pytest.mark.parametrize(("n", "k"), [(100, 7), (2_000, 40), (100_000, 1_000)])
def test_the_weights_are_ratios_of_binomial_coefficients(n, k):
    i = np.arange(1, n + 1)
    exact = n <= 2_000
    if exact:
        weights = np.array([comb(n - j, k - 1, exact=True) / comb(n, k, exact=True) for j in i])
        expected = weights @ i
    else:
        expected = (n + 1) / (k + 1)  # the mean least number of k of 1 .. n
    found = random_search(np.random.default_rng(0).permutation(i), k)
    assert found.mean[0] == pytest.approx(expected, rel=1e-7)
    assert found.sd[0] == pytest.approx(
        math.sqrt(k * (n - k) * (n + 1) / ((k + 1) ** 2 * (k + 2))), rel=1e-6
    )


def test_with_replacement_is_the_limit_of_without_in_a_large_population():
    rng = np.random.default_rng(1)
    gaps = []
    for n in (100, 1_000, 10_000):
        errors = rng.gamma(4, 3, n)
        without, with_ = (
            random_search(errors, 10, replacement=r).mean[0] for r in (False, True)
        )
        assert with_ >= without  # it finds the best less often
        gaps.append(with_ - without)
    assert gaps[2] < 0.05 * gaps[0]
    assert gaps[2] < 2e-3


def test_without_replacement_it_is_unbiased_and_with_replacement_it_is_not():
    # The best of 16 uniform errors is 1/17 on average.
    rng = np.random.default_rng(2)
    populations = rng.uniform(size=(800, 30))
    without = np.array([random_search(e, 16).mean[0] for e in populations])
    with_ = np.array([random_search(e, 16, replacement=True).mean[0] for e in populations])
    se = without.std() / math.sqrt(800)
    assert abs(without.mean() - 1 / 17) < 3 * se
    assert with_.mean() - 1 / 17 > 5 * se


def test_the_curve_falls_and_ends_at_half_the_networks():
    errors = np.random.default_rng(3).gamma(4, 3, 500)
    found = random_search(errors)
    assert (found.k[0], found.k[-1], found.n) == (1, 250, 500)
    assert (np.diff(found.mean) < 0).all()
    assert (np.diff(found.quantiles, axis=1) <= 0).all()
    assert found.mean[0] == pytest.approx(errors.mean())
    assert found.method == "best of k drawn without replacement"
    worth = random_search(errors, multiplicity=np.where(np.arange(500) < 5, 100, 1))
    assert worth.k[-1] < 25  # 10 of 995 draws^2 are worth less than 20 networks


@given(small, seeds, st.integers(-5, 5))
def test_order_does_not_matter_and_a_constant_moves_the_curve(errors, seed, constant):
    shuffled = np.random.default_rng(seed).permutation(errors)
    plain, moved = random_search(errors, [1, 2]), random_search(shuffled + constant, [1, 2])
    assert moved.mean == pytest.approx(plain.mean + constant, nan_ok=True)
    assert moved.sd == pytest.approx(plain.sd, nan_ok=True, abs=1e-6)


def test_diverged_networks_count_as_chance_in_the_mean_and_as_diverged_in_quantiles():
    errors = [5.0, 7, INF, INF]
    found = random_search(errors, [1, 3], chance=90)
    assert found.mean == pytest.approx([(5 + 7 + 180) / 4, (3 * 5 + 7) / 4])
    assert found.quantiles[:, 0].tolist() == [5, 7, INF]
    assert found.diverged == 2
    plain = random_search(errors, [1, 3])
    assert plain.mean[0] == INF
    assert math.isnan(plain.sd[0])
    assert plain.mean[1] == pytest.approx((3 * 5 + 7) / 4)


def test_beyond_all_networks_there_is_no_best():
    found = random_search([1.0, 2, 3], [3, 4])
    assert found.mean[0] == pytest.approx(1)
    assert np.isnan([found.mean[1], found.sd[1], *found.quantiles[:, 1]]).all()
    assert random_search([1.0, 2, 3], [9], replacement=True).mean[0] > 1


@pytest.mark.parametrize("errors", [[], [5.0], [INF], [5.0, 5.0], [INF, INF]])
def test_few_tied_and_diverged_networks_never_raise(errors):
    found = random_search(errors, chance=90)
    assert bool(found.reason) == (len(errors) < 2)
    assert found.n == len(errors)
    if errors:
        assert found.mean[0] == min(errors[0], 90)
        assert found.sd[0] == 0
    measured = enough(errors, np.random.default_rng(0))
    assert bool(measured.reason) == (len(errors) < 2)


@pytest.mark.parametrize(
    ("errors", "options"),
    [
        ([math.nan], {}),
        ([1, 2], {"multiplicity": [1, 0]}),
        ([1, 2], {"multiplicity": [1]}),
        ([1, 2], {"k": 0}),
    ],
)
def test_pending_networks_and_impossible_searches_are_refused(errors, options):
    with pytest.raises(ValueError, match="need"):
        random_search(errors, **options)


# how many are enough


def test_the_constants_are_those_of_kolmogorov_s_distribution():
    assert pytest.approx(kstwobign.mean()) == MEAN
    assert pytest.approx(kstwobign.isf(0.05)) == LIMIT


def test_the_closed_form_is_the_distance_of_independent_draws():
    # Exact for 100 networks: kstwo. The closed form is its limit: .087 and .136.
    found = enough(np.arange(1_000.0), np.random.default_rng(0), k=[100], subsamples=2)
    assert found.limit[0] == pytest.approx(kstwo.isf(0.05, 100), rel=0.02)
    assert (round(found.expected[0], 3), round(found.limit[0], 3)) == (0.087, 0.136)
    draws = np.random.default_rng(1).uniform(size=(150, 100))
    steps = np.arange(101) / 100
    x = np.sort(draws, axis=1)
    measured = np.maximum(abs(x - steps[1:]), abs(x - steps[:-1])).max(axis=1)
    assert np.mean(measured) == pytest.approx(found.expected[0], rel=0.06)


@given(st.lists(st.integers(0, 5).map(float) | st.just(INF), min_size=2, max_size=9), seeds)
def test_a_distance_is_the_largest_difference_of_two_edfs(errors, seed):
    k = len(errors) // 2
    found = enough(errors, np.random.default_rng(seed), k=[k], subsamples=1)
    group = np.unique(errors, return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    drawn = np.sort(group)[rng.choice(len(errors), k, replace=False, shuffle=False)]
    assert found.measured[0] == pytest.approx(ks_2samp(drawn, group).statistic)


def test_the_measured_distance_agrees_with_the_closed_form_for_a_finite_population():
    errors = np.random.default_rng(5).gamma(4, 3, 400)
    found = enough(errors, np.random.default_rng(6), k=[50, 200, 400], subsamples=300)
    assert found.measured[:2] == pytest.approx(found.expected_here[:2], rel=0.08)
    assert found.measured_limit[:2] == pytest.approx(found.limit_here[:2], rel=0.1)
    assert found.measured[2] == found.expected_here[2] == 0  # all of them
    assert (found.n, found.draws, found.subsamples) == (400, 400, 300)


def test_ties_only_shorten_the_distance_and_multiplicities_are_draws():
    errors, times = np.arange(60.0), np.random.default_rng(7).integers(1, 5, 60)
    counted = enough(errors, np.random.default_rng(8), multiplicity=times)
    drawn = enough(np.repeat(errors, times), np.random.default_rng(8))
    assert counted.measured.tolist() == drawn.measured.tolist()
    tied = enough(errors // 20, np.random.default_rng(9), k=[20])
    assert tied.measured[0] < tied.expected_here[0]


def test_sizes_go_up_to_half_of_the_networks():
    errors = np.arange(500.0)
    found = enough(errors, np.random.default_rng(0), subsamples=3)
    assert found.k.tolist() == [10, 20, 50, 100, 200]
    with pytest.raises(ValueError, match="from 1 to 500"):
        enough(errors, np.random.default_rng(0), k=[501])
