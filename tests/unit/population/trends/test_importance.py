"""Which parameters tell the best: divergences by enumeration, nothing of what says nothing."""

import numpy as np
import pytest

from population.trends.importance import BINS, LARGEST, bins_of, divergence, importances


def law(n, seed=0):
    """The error goes with a, a little with b, and not with z."""
    rng = np.random.default_rng(seed)
    columns = {
        "a": rng.uniform(0, 1, n),
        "b": rng.choice([1.0, 2.0, 4.0], n),
        "z": rng.uniform(0, 1, n),
    }
    noise = rng.normal(0, 0.5, n)
    return 20 * (columns["a"] - 0.3) ** 2 + 0.5 * (columns["b"] == 4) + noise, columns


def test_the_divergence_is_that_of_the_two_histograms():
    codes = np.array([0, 0, 1, 0, 1, 1, 1, 2, 2, 2])  # in the order of the errors
    of_all, of_best = np.array([3, 4, 3]) / 10, np.array([3, 1, 0]) / 4
    by_hand = sum(p * (q / p - 1) ** 2 for p, q in zip(of_all, of_best, strict=True))
    chance = 2 * (1 / 4 - 1 / 10)
    assert divergence(codes, np.arange(10), 4) == pytest.approx(by_hand - chance)


def test_chance_is_taken_off_so_what_says_nothing_has_none_on_average():
    rng = np.random.default_rng(1)
    found = [divergence(rng.integers(0, 10, 400), np.arange(400), 40) for _ in range(2_000)]
    assert np.mean(found) == pytest.approx(0, abs=4 * np.std(found) / np.sqrt(2_000))


def test_the_parameter_that_the_error_goes_with_comes_first():
    found = importances(*law(2_000), ["z", "b", "a"])
    assert [one.parameter for one in found] == ["a", "b", "z"]
    assert [one.tells for one in found] == [True, True, False]
    assert sum(one.share.value for one in found) == pytest.approx(1)


def test_few_values_are_bins_and_many_are_cut_into_tenths():
    assert bins_of(np.array([4.0, 1.0, 2.0, 1.0])).tolist() == [2, 0, 1, 0]
    codes = bins_of(np.random.default_rng(0).uniform(0, 1, 5_000))
    assert np.bincount(codes).tolist() == pytest.approx([500] * BINS, abs=1)


def test_networks_that_lack_a_parameter_are_a_bin_of_their_own():
    assert bins_of(np.array([1.0, np.nan, 2.0])).tolist() == [0, 2, 1]


def test_below_ten_best_networks_there_is_a_reason():
    found = importances(*law(60), ["a"])
    assert "10 networks among the best, has 6" in found[0].divergence.reason
    assert not found[0].tells


def test_of_many_networks_some_at_random_are_looked_at_and_counted():
    found = importances(*law(LARGEST + 5_000), ["a", "z"], draws=50)
    assert [one.divergence.n for one in found] == [LARGEST] * 2
    assert [one.tells for one in found] == [True, False]


def test_a_constant_parameter_tells_nothing():
    errors, columns = law(500)
    columns["a"][:] = 1.0
    [found] = importances(errors, columns, ["a"])
    assert (found.divergence.value, found.bins, found.tells) == (0.0, 1, False)
