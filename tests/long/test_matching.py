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


@pytest.fixture
def shares(measured):
    """Held and clean, over all effects of a setting; and the least held of one effect."""

    def of(name, n, m, effects):
        found = list(rates({**ONE, **TWO}[name], effects, n, m, RUNS, DRAWS, seed=7).values())
        held = [one.held / one.runs for one in found]
        mean, least, clean = sum(held) / len(held), min(held), found[0].clean / RUNS
        measured(
            f"matching, {name}, {n} v {m}: held or warned {mean:.3f}, least of an effect "
            f"{least:.3f}; neither warning nor refusal {clean:.3f}"
        )
        return mean, least, clean

    return of


@pytest.mark.parametrize(
    ("n", "m", "name"),
    [(n, m, name) for n, m in ((20, 20), (60, 60), (20, 100)) for name in BALANCED]
    + [(n, m, name) for n, m in ((60, 60), (30, 120)) for name in ("wider", "later")]
    + [(60, 60, "slanted"), (60, 60, "larger"), (100, 100, "wider"), (200, 200, "depth")],
)
def test_the_truth_is_inside_or_a_warning_is_given_and_alike_spaces_get_none(
    n, m, name, shares
):
    mean, least, clean = shares(name, n, m, EFFECTS)
    assert mean >= 0.95
    assert least >= 0.92  # one effect: three standard errors of 200 runs are .046
    if name in BALANCED:
        assert clean >= 0.8


@pytest.mark.parametrize(
    ("n", "m", "name"),
    [(n, m, name) for n, m in ((20, 20), (60, 60), (20, 200)) for name in TWO_BALANCED]
    + [(60, 60, name) for name in TWO_UNLIKE]
    + [(20, 200, "two turned")],
)
def test_the_same_of_two_covariates(n, m, name, shares):
    mean, least, clean = shares(name, n, m, TWO_EFFECTS)
    assert mean >= 0.95
    assert least >= 0.92
    if name in TWO_BALANCED:
        assert clean >= 0.8


@pytest.mark.parametrize(("n", "m"), [(60, 60), (100, 100)])
def test_two_heaps_against_one_are_held_or_warned_of_less_often_than_is_asked(n, m, shares):
    # Asked: .95. The square makes no heap of two, and the distance of the EDFs tells of it as
    # far as 60 networks can; of 400 other runs .938 and .947, an effect at least .91 and .917.
    mean, least, _ = shares("two humps", n, m, EFFECTS)
    assert mean >= 0.9
    assert least >= 0.86


@pytest.mark.parametrize("name", list(ONE))
@pytest.mark.parametrize(("n", "m"), [(20, 20), (60, 60), (20, 200)])
def test_the_regression_holds_the_factor(n, m, name, measured):
    held = factors(ONE[name], EFFECTS, n, m, runs=400, seed=7)
    told = ", ".join(f"{effect} {share:.3f}" for effect, share in held.items())
    measured(f"factor, {name}, {n} v {m}: {told}")
    if name != "two humps":  # no quadratic fits the effect there, and the match says so
        assert min(held.values()) >= 0.92
