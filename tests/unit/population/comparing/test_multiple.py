"""Several comparisons at once."""

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from population.comparing.multiple import holm, level_of_each


@pytest.fixture(scope="module", autouse=True)
def frozen():
    """statsmodels looks for garbage at each call, through all that other tests have left."""
    gc.freeze()
    yield
    gc.unfreeze()


p_values = st.lists(st.floats(0, 1), min_size=1, max_size=15)


@given(p_values)
def test_holm_is_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


@given(p_values, st.sampled_from([0.8, 0.95, 0.99]))
def test_an_interval_excludes_one_half_if_and_only_if_holm_s_p_is_small(p, level):
    # An interval that p inverts excludes 1/2 if and only if p is below 1 - its level.
    alpha = 1 - level_of_each(p, level)
    for one, adjusted in zip(p, holm(p), strict=True):
        if one != pytest.approx(alpha, rel=1e-9):
            assert (one < alpha) == (adjusted < 1 - level)


def test_a_comparison_without_p_still_counts():
    adjusted = holm([math.nan, 0.01, 0.04])
    assert math.isnan(adjusted[0])
    assert adjusted[1:] == pytest.approx([0.03, 0.08])


def test_of_identical_spaces_a_page_has_a_winner_at_most_5_times_of_100():
    rng = np.random.default_rng(0)
    pages = rng.random((4_000, 6))
    wrong = np.mean([min(holm(page)) < 0.05 for page in pages.tolist()])
    assert wrong <= 0.05 + 2 * 0.0035
    assert np.mean(pages.min(axis=1) < 0.05) > 0.2  # so the rule is needed
