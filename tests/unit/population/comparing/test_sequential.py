"""A verdict that holds however often one looks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from population.comparing.sequential import follow, networks_per_space, projection, quantile
from population.comparing.theta import pooled, theta
from population.curves.edf import edf

INF = np.inf


@pytest.mark.parametrize(
    ("t", "b"), [(20, 3.36), (50, 3.08), (100, 3.04), (200, 3.06), (500, 3.15), (1000, 3.24)]
)
def test_the_price_of_looking(t, b):
    assert quantile(t) == pytest.approx(b, abs=0.005)


def test_the_price_is_lowest_where_the_comparison_was_planned_to_end():
    at = np.arange(10, 2000, 10)
    assert at[np.argmin([quantile(t, planned=300) for t in at])] == pytest.approx(300, rel=0.25)


def test_unequal_populations_know_as_much_as_their_harmonic_mean():
    assert networks_per_space(60, 60) == 60
    assert networks_per_space(30, 90) == 45


def test_peeking_at_every_network_declares_a_winner_between_equal_spaces_in_under_5_percent():
    rng = np.random.default_rng(11)
    false = naive = 0
    for _ in range(60):
        a, b = rng.gamma(2, 5, 80), rng.gamma(2, 5, 80)
        false += any(at.decided for at in follow(a, b, looks=None).looks)
        looks = range(10, 81, 5)
        naive += any(theta(pooled(edf(a[:n]), edf(b[:n]))).p < 0.05 for n in looks)
    assert false / 60 <= 0.05
    assert naive / 60 > 0.1  # so the guard is needed


def test_the_sequence_contains_theta_at_every_look_while_shapes_differ():
    rng = np.random.default_rng(12)
    kept = 0
    for _ in range(60):
        found = follow(rng.normal(0, 1, 80), rng.normal(0, 3, 80), looks=25)  # theta = 1/2
        kept += all(look.lower <= 0.5 <= look.upper for look in found.looks)
    assert kept >= 57


@pytest.mark.parametrize(("shift", "true"), [(1.19, 0.80), (0.74, 0.70)])
def test_it_decides_at_about_1_3_over_delta_squared_networks(shift, true):
    # theta = Phi(shift / sqrt 2) of two normal spaces.
    rng = np.random.default_rng(13)
    stops = []
    for _ in range(40):
        found = follow(rng.normal(0, 1, 150), rng.normal(shift, 1, 150), looks=40)
        stops.append(next((at.n for at in found.looks if at.outcome == "A"), 150))
    expected = 1.3 / (true - 0.5) ** 2
    assert max(20, 0.5 * expected) <= np.median(stops) <= 2 * expected


def test_the_running_interval_never_widens_and_what_is_decided_stays_so():
    rng = np.random.default_rng(14)
    looks = follow(rng.normal(0, 1, 400), rng.normal(0.8, 1, 400)).looks
    widths = [at.upper - at.lower for at in looks]
    assert all(now <= before + 1e-12 for before, now in zip(widths, widths[1:], strict=False))
    first = next(i for i, at in enumerate(looks) if at.decided)
    assert {at.outcome for at in looks[first:]} == {"A"}


@pytest.mark.parametrize("seed", range(1, 9))
def test_what_was_decided_stays_decided_whichever_population_grows(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(0, 1, 150) - 0.45, rng.normal(0, 1, 150)
    one, other = 20, 20
    said = "open"
    while max(one, other) < 150:
        one, other = min(150, one + rng.integers(0, 30)), min(150, other + rng.integers(0, 9))
        now = follow(a[:one], b[:other]).looks[-1].outcome
        assert now == said or said == "open"
        said = now


def test_a_sequence_that_goes_on_begins_like_the_one_before():
    rng = np.random.default_rng(18)
    a, b = rng.normal(0, 1, 300), rng.normal(0.2, 1, 300)
    whole = follow(a, b).looks
    for n, m in [(20, 300), (47, 90), (150, 72), (150, 80), (300, 299)]:
        some = follow(a[:n], b[:m]).looks
        assert some == whole[: len(some)]
        assert some[-1].n > 0.85 * min(n, m)  # an eighth more from look to look


def test_no_difference_that_matters_is_not_taken_back_for_a_winner():
    even = np.arange(0.0, 3000)
    a, b = np.append(even, np.zeros(3000)), np.append(even + 0.5, np.ones(3000))
    looks = follow(a, b).looks
    first = next(at for at in looks if at.decided)
    assert first.outcome == "same"
    assert looks[-1].outcome == "same"


def test_nineteen_networks_decide_nothing_and_twenty_separate_ones_do():
    a, b = np.arange(20.0), 100 + np.arange(20.0)
    assert follow(a[:19], b).looks[-1].outcome == "few"
    assert follow(a, b).looks[-1].outcome == "A"
    assert follow(a, b).projection is None
    assert follow([], b).looks == ()


def test_networks_are_looked_at_in_launch_order():
    rng = np.random.default_rng(15)
    a, b = rng.normal(0, 1, 100), rng.normal(0, 1, 60)
    looks = follow(a, b).looks
    assert {(at.n, at.m) for at in follow(a, b, looks=None).looks} == {
        (k, k) for k in range(20, 61)
    }
    at = looks[3]
    expected = theta(pooled(edf(a[: at.n]), edf(b[: at.m]))).value
    assert at.estimate == pytest.approx(expected)


def test_the_projection_names_the_networks_at_which_the_interval_will_exclude_one_half():
    rng = np.random.default_rng(16)
    found = theta(pooled(edf(rng.normal(0, 1, 40)), edf(rng.normal(0.45, 1, 40))))
    ahead = projection(found)
    assert ahead.likely is not None
    reach = quantile(ahead.likely) * found.slope * math.sqrt(40 / ahead.likely)
    distance = abs(math.log(found.value / (1 - found.value)))
    assert reach == pytest.approx(distance, rel=0.05)
    assert ahead.soonest <= ahead.likely


def test_even_spaces_are_told_how_many_networks_show_that_nothing_matters():
    # +-.05 of theta at about 680 networks per space.
    rng = np.random.default_rng(17)
    even = np.sort(rng.random(200))
    found = theta(pooled(edf(even), edf(even)))
    assert projection(found).likely == pytest.approx(680, rel=0.12)
