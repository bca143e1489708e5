"""What a time is made of: known laws are found again, and fits are those of statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from population.speed.fits import LARGEST, front, predicted, speed, timings
from population.speed.models import MODELS, Mixed, Power, Proportional

A, B = 1e-7, 2e-8


def measured(n=200, noise=0.2, seed=0):
    """Times of a sqrt(f) + b A."""
    rng = np.random.default_rng(seed)
    flops = 10 ** rng.uniform(8, 10, n)
    activations = flops / 100 * 10 ** rng.normal(0, 0.3, n)
    time = (A * np.sqrt(flops) + B * activations) * np.exp(rng.normal(0, noise, n))
    return time, {"flops": flops, "activations": activations}


def fit_of(found, name):
    return next(one for one in found.fits if one.model.name == name)


def test_the_law_behind_the_times_is_found_again_and_predicts_best():
    time, x = measured()
    found = speed(timings(time, x), draws=99)
    mixed = fit_of(found, "a sqrt(f) + b A")
    assert mixed.coefficients["a"].lo < A < mixed.coefficients["a"].hi
    assert mixed.coefficients["b"].lo < B < mixed.coefficients["b"].hi
    assert mixed.error.value == pytest.approx(np.exp(0.2), rel=0.1)
    assert not mixed.decided
    assert fit_of(found, "a f").decided


def test_power_laws_are_ordinary_least_squares_of_the_logarithms():
    time, x = measured()
    by_hand = sm.OLS(
        np.log(time), sm.add_constant(np.log(np.stack([*x.values()], axis=1)))
    ).fit()
    k, p, q = Power(("flops", "activations"), ("p", "q"), "").fit(x, np.log(time))
    np.testing.assert_allclose([np.log(k), p, q], by_hand.params, rtol=1e-6)
    found = fit_of(speed(timings(time, x), draws=99), "k f^p A^q")
    assert found.r2 == pytest.approx(by_hand.rsquared)


def test_where_all_times_are_the_same_no_share_of_their_variance_is_explained():
    _, x = measured(n=60)
    found = speed(timings(np.full(60, 0.3), x), draws=99)
    assert found.fits
    assert all(np.isnan(fit.r2) for fit in found.fits)


def test_a_proportion_is_the_geometric_mean_of_the_ratios():
    time, x = measured()
    [a] = Proportional("flops", "").fit(x, np.log(time))
    assert a == pytest.approx(np.exp(np.mean(np.log(time / x["flops"]))))


def test_a_mixture_is_no_worse_than_any_on_a_grid_and_never_negative():
    time, x = measured(n=60, noise=0.5)
    mixed = Mixed()
    found = mixed.fit(x, np.log(time))
    assert (found >= 0).all()
    loss = np.mean((np.log(time) - mixed.log_time(x, found)) ** 2)
    for a in A * np.geomspace(0.01, 10, 40):
        for b in B * np.geomspace(0.01, 10, 40):
            said = mixed.log_time(x, np.array([a, b]))
            assert loss <= np.mean((np.log(time) - said) ** 2) + 1e-9


def test_what_is_measured_twice_is_no_separate_evidence():
    time, x = measured(n=100)
    twice = {name: np.repeat(one, 5) for name, one in x.items()}
    groups = np.repeat(np.arange(100), 5)
    once = fit_of(speed(timings(time, x), draws=99), "a A").coefficients["a"]
    five = fit_of(
        speed(timings(np.repeat(time, 5), twice, groups), draws=99), "a A"
    ).coefficients["a"]
    apart = fit_of(speed(timings(np.repeat(time, 5), twice), draws=99), "a A").coefficients["a"]
    width = once.hi - once.lo
    assert five.hi - five.lo == pytest.approx(width, rel=0.4)
    assert apart.hi - apart.lo < 0.6 * width


def test_rows_without_a_positive_time_or_complexity_are_left_out_and_counted():
    time, x = measured(n=50)
    time[:2], x["flops"][2] = np.nan, 0
    found = timings(time, x)
    assert (found.time.size, found.left_out, found.rows[0]) == (47, 3, 3)


def test_of_many_rows_some_at_random_are_fitted():
    time, x = measured(n=LARGEST + 1_000)
    found = speed(timings(time, x), draws=20)
    assert found.timings.time.size == found.fits[0].said.size == LARGEST
    np.testing.assert_array_equal(found.timings.time, time[found.timings.rows])
    assert fit_of(found, "a sqrt(f) + b A").error.value == pytest.approx(np.exp(0.2), rel=0.05)


def test_below_twenty_networks_there_is_a_reason_and_no_fit():
    time, x = measured(n=19)
    found = speed(timings(time, x), draws=99)
    assert found.fits == []
    assert found.statement == "needs 20 networks with a time, has 19"


def test_models_whose_columns_lack_are_not_tried():
    time, x = measured()
    found = speed(timings(time, {"flops": x["flops"]}), draws=99)
    assert {one.model.name for one in found.fits} == {"a f", "k f^p"}
    assert len(MODELS) == 6


def test_a_time_is_predicted_where_none_was_measured():
    time, x = measured(noise=0)
    fit = fit_of(speed(timings(time, x), draws=99), "a sqrt(f) + b A")
    said = predicted(fit, {"flops": [1e9, np.nan], "activations": [1e7, 1e7]})
    np.testing.assert_allclose(said, [A * np.sqrt(1e9) + B * 1e7, np.nan], rtol=1e-3)


def test_the_front_has_what_nothing_beats():
    time = [1.0, 2.0, 2.0, 3.0, 4.0, np.nan, 0.5]
    judged = [9.0, 7.0, 8.0, 7.0, 1.0, 0.0, np.inf]
    assert front(time, judged).tolist() == [0, 1, 4]
