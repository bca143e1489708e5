"""Looking before deciding: how often alike spaces get a winner, and what guards against it."""

from __future__ import annotations

import numpy as np
import pytest

from population.comparing.sequential import follow
from population.comparing.theta import pooled, theta
from population.curves.edf import edf

NETWORKS, SETS = 100, 20


def of(a, b):
    return theta(pooled(edf(a), edf(b)))


def best_of(errors, sets):
    """The set whose networks beat the others most often."""
    return max(sets, key=lambda chosen: of(errors[chosen], errors[~chosen]).value)


def test_sets_chosen_by_eye_win_too_often_and_halves_do_not(measured):
    rng, runs = np.random.default_rng(16), 1_500
    same = halves = 0
    first = np.arange(NETWORKS) < NETWORKS // 2
    for _ in range(runs):
        errors = rng.normal(size=NETWORKS)
        sets = list(rng.random((SETS, NETWORKS)) < 1 / 3)
        chosen = best_of(errors, sets)
        same += of(errors[chosen], errors[~chosen]).p < 0.05
        chosen = best_of(errors[first], [one[first] for one in sets])
        at = next(one for one in sets if (one[first] == chosen).all())[~first]
        halves += of(errors[~first][at], errors[~first][~at]).p < 0.05
    measured(
        f"the best of {SETS} sets: p < .05 in {same / runs:.3f}, by halves {halves / runs:.3f}"
    )
    assert same / runs > 0.2  # so the sentence is needed
    assert halves / runs <= 0.06


@pytest.mark.parametrize(("diverged", "runs"), [(0, 2_000), (0.6, 1_000)])
def test_a_sequence_calls_a_false_winner_in_under_5_percent(diverged, runs, measured):
    rng, false = np.random.default_rng(17), 0
    for _ in range(runs):
        a, b = rng.gamma(2, 5, (2, 300))
        a[rng.random(300) < diverged] = np.inf
        b[rng.random(300) < diverged] = np.inf
        false += any(look.outcome in ("A", "B") for look in follow(a, b).looks)
    measured(f"looks up to 300 networks, {diverged:.0%} diverged: winner in {false / runs:.4f}")
    assert false / runs <= 0.05
