"""Laws: quantised draws with the probabilities that the paper's authors' samplers have."""

import math

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy.stats import chisquare

from designspace.laws.laws import Choice, Law, LogUniform, PowerOfTwoOrLogUniform, Uniform

LAWS = [
    Uniform(lo=12, hi=28),
    LogUniform(lo=1, hi=16),
    LogUniform(lo=8, hi=256, step=8),
    LogUniform(lo=24, hi=64, step=8),
    LogUniform(lo=2, hi=2.2, step=0.01),
    PowerOfTwoOrLogUniform(lo=1, hi=128),
    PowerOfTwoOrLogUniform(lo=8, hi=128),
    Choice(choices=(1, 2, 4)),
]


def test_a_log_uniform_value_has_the_mass_of_the_interval_rounded_up_to_it():
    # exp U over (lo - min(q, lo / 2), hi], ceiled: v has mass ln(v / (v - q)).
    law = LogUniform(lo=24, hi=64, step=8)
    masses = [math.log(v / (v - 8)) for v in (24, 32, 40, 48, 56, 64)]
    assert law.values.tolist() == [24, 32, 40, 48, 56, 64]
    np.testing.assert_allclose(law.probabilities, np.array(masses) / math.log(64 / 16))


def test_a_log_uniform_that_starts_at_its_step_gives_its_lowest_value_ln_2():
    law = LogUniform(lo=8, hi=1024, step=8)
    assert law.probabilities[0] == pytest.approx(math.log(2) / math.log(1024 / 4))
    # and so has depth 1 the mass of depth 2: ln(1 / .5) = ln(2 / 1)
    one, two, *_ = LogUniform(lo=1, hi=16).probabilities
    assert one == pytest.approx(two)


def test_group_widths_are_powers_of_two_below_eight_and_multiples_of_eight_above():
    law = PowerOfTwoOrLogUniform(lo=1, hi=128)
    assert law.values.tolist() == [1, 2, 4, *range(8, 129, 8)]
    # Exponents 0 .. 7 are alike, so 1, 2 and 4 have 1/8 each and the multiples share 5/8.
    np.testing.assert_allclose(law.probabilities[:3], 1 / 8)
    assert law.probabilities[3:].sum() == pytest.approx(5 / 8)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_draws_have_the_stated_probabilities(law):
    n = 200_000
    draws = law.draw(np.random.default_rng(7), n, per=100) / 100
    values, counts = np.unique(draws, return_counts=True)
    np.testing.assert_array_equal(values, law.values)
    assert law.probabilities.sum() == pytest.approx(1)
    assert chisquare(counts, n * law.probabilities).pvalue > 1e-3


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_a_law_is_its_own_json(law):
    assert TypeAdapter(Law).validate_json(law.model_dump_json()) == law


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"law": "uniform", "lo": 5, "hi": 3}, "reversed range 5..3"),
        ({"law": "log_uniform", "lo": 20, "hi": 64, "step": 8}, "take 16 or 24"),
        ({"law": "log_uniform", "lo": 0, "hi": 64}, "greater than 0"),
        ({"law": "power2_or_log_uniform", "lo": 3, "hi": 64}, "lo 3 is no power of two"),
        ({"law": "choice", "choices": [2, 1]}, "ascending"),
    ],
)
def test_a_law_that_can_not_be_drawn_from_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        TypeAdapter(Law).validate_python(wrong)


def test_draws_finer_than_the_unit_are_refused():
    with pytest.raises(ValueError, match="finer than 1/10"):
        LogUniform(lo=1.5, hi=3, step=0.001).draw(np.random.default_rng(0), 5, per=10)


@pytest.mark.parametrize(
    ("law", "field"),
    [
        ({"law": "uniform", "lo": 1, "hi": 400_000}, "400,000 values"),
        ({"law": "uniform", "lo": 1e-6, "hi": 1, "step": 1e-6}, "1,000,000 values"),
        ({"law": "log_uniform", "lo": 8, "hi": 1e6, "step": 8}, "125,000 values"),
        ({"law": "power2_or_log_uniform", "lo": 1, "hi": 2**19, "step": 8}, "65,540 values"),
        ({"law": "uniform", "lo": 1, "hi": 1e12}, "1000000"),
        ({"law": "power2_or_log_uniform", "lo": 1, "hi": 2**60}, "524288"),
        ({"law": "choice", "choices": list(range(1, 10**6))}, "at most 1000"),
        ({"law": "uniform", "lo": 1, "hi": math.inf}, "finite"),
        ({"law": "choice", "choices": [math.nan]}, "finite"),
        ({"law": "uniform", "lo": True, "hi": 8}, "valid number"),
        ({"law": "choice", "choices": [0.12345678]}, "six decimals"),
    ],
)
def test_a_law_is_refused_before_its_values_are_made(law, field):
    # A table of 4 * 10^5 fractions took 7 s and one of 10^12 would take months.
    with pytest.raises(ValidationError, match=field):
        TypeAdapter(Law).validate_python(law)
