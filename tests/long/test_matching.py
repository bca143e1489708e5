"""What matching promises, by 200 simulated comparisons a setting.

Either the interval of theta holds the theta at equal covariates, or it is said that there is no
match, in 95 %; and spaces that are alike get no warning in 80 %. Errors go with the covariates
in a U, late, in a line, or with two of them; A is as good as B, or better by .8 of the noise.
"""

import pytest
from equal_covariates import (
    BALANCED,
    EFFECTS,
    TWO_BALANCED,
    TWO_EFFECTS,
    TWO_UNLIKE,
    UNLIKE,
    factors,
    rates,
)

RUNS, DRAWS = 200, 60
ONE = {**BALANCED, **UNLIKE}
TWO = {**TWO_BALANCED, **TWO_UNLIKE}


def shares(found):
    """Held and clean, over all effects of a setting; and the least held of one effect."""
    every = list(found.values())
    held = [one.held / one.runs for one in every]
    return sum(held) / len(held), min(held), every[0].clean / every[0].runs


@pytest.mark.parametrize(
    ("n", "m", "name"),
    [(n, m, name) for n, m in ((20, 20), (60, 60), (20, 100)) for name in BALANCED]
    + [(n, m, name) for n, m in ((60, 60), (30, 120)) for name in ("wider", "later")]
    + [(60, 60, "slanted"), (60, 60, "larger"), (100, 100, "wider"), (200, 200, "depth")],
)
def test_the_truth_is_inside_or_a_warning_is_given_and_alike_spaces_get_none(n, m, name):
    mean, least, clean = shares(rates(ONE[name], EFFECTS, n, m, RUNS, DRAWS, seed=7))
    assert mean >= 0.95
    assert least >= 0.92  # one effect: three standard errors of 200 runs are .046
    if name in BALANCED:
        assert clean >= 0.8


@pytest.mark.parametrize(
    ("n", "m", "name"),
    [(20, 20, "two"), (60, 60, "two"), (20, 200, "two")]
    + [(60, 60, name) for name in TWO_UNLIKE]
    + [(20, 200, "two turned")],
)
def test_the_same_of_two_covariates(n, m, name):
    mean, least, clean = shares(rates(TWO[name], TWO_EFFECTS, n, m, RUNS, DRAWS, seed=7))
    assert mean >= 0.95
    assert least >= 0.92
    if name in TWO_BALANCED:
        assert clean >= 0.8


@pytest.mark.parametrize("name", list(ONE))
@pytest.mark.parametrize(("n", "m"), [(20, 20), (60, 60), (20, 200)])
def test_the_regression_holds_the_factor(n, m, name):
    held = factors(ONE[name], EFFECTS, n, m, runs=400, seed=7)
    if name != "two humps":  # no quadratic fits the effect there, and the match says so
        assert min(held.values()) >= 0.92
