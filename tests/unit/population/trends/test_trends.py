"""How the best networks change with complexity: slopes by hand, verdicts of known laws."""

import numpy as np
import pytest

from population.trends.trends import (
    BEST_SHARE,
    LARGEST,
    Level,
    binned,
    chosen,
    slope,
    trends,
)

WINDOWS = ((250e3, 500e3), (500e3, 1e6), (1e6, 2e6), (2e6, 4e6))


def level(window, n=200, per_doubling=0.0, spread=6.0, seed=0):
    """Networks whose best y is 16 at 1 M multiply-adds, and so much more a doubling."""
    rng = np.random.default_rng([seed, int(window[0])])
    c = 2 ** rng.uniform(*np.log2(window), n)
    y = 2 ** rng.uniform(2, 6, n)
    best = 4 + per_doubling * np.log2(c / 1e6)
    e = 30 + spread * (np.log2(y) - best) ** 2 + rng.gamma(2, 1, n)
    return Level(f"{window[0]:g}", e, c, {"y": y, "noise": rng.uniform(1, 2, n)})


def levels(**given):
    return [level(window, **given) for window in WINDOWS]


def test_the_slope_is_the_weighted_median_of_the_pairs():
    x, y = np.array([[0.0, 1.0, 3.0]]), np.array([[0.0, 2.0, 3.0]])
    # Slopes 2 (over 1), 1 (over 3), 0.5 (over 2): half of the weight, 3, is reached at 1.
    assert slope(x, y).tolist() == [1.0]


def test_an_odd_level_does_not_turn_the_slope():
    x, y = np.arange(6.0)[None], 0.5 * np.arange(6.0)[None]
    y[0, 2] = 40
    assert slope(x, y) == pytest.approx(0.5)


def test_what_grows_by_a_fifth_of_an_octave_a_doubling_is_said_to_grow():
    [found] = trends(levels(per_doubling=0.3), ["y"])
    assert found.verdict == "grows"
    assert found.slope.lo < 2**0.3 - 1 < found.slope.hi
    assert found.adjusted < 0.05


def test_what_falls_is_said_to_fall_and_the_margin_is_ten_percent():
    [found] = trends(levels(per_doubling=-0.3), ["y"])
    assert found.verdict == "falls"
    [still] = trends(levels(n=2_000), ["y"])
    assert still.verdict == "constant"
    assert -0.1 < still.slope.lo < 0 < still.slope.hi < 0.1


def test_few_networks_decide_nothing():
    [found] = trends(levels(n=30), ["y"])
    assert found.verdict == "not decided"
    assert found.n == 4 * chosen(30) == 4 * round(BEST_SHARE * 30)


def test_below_twenty_networks_or_three_levels_there_is_a_reason():
    for some in (levels(n=19), levels()[:2]):
        [found] = trends(some, ["y"])
        assert found.verdict == "not decided"
        assert "3 levels of at least 20 networks" in found.slope.reason
        assert np.isnan(found.p)


@pytest.mark.parametrize("width", [1e-9, 1e-5])
def test_levels_of_nearly_one_complexity_have_no_change_a_doubling(width):
    same = [level((1e6 * (1 + i * width), 1e6 * (1 + i * width + width))) for i in range(3)]
    for found in trends(same, ["y", "noise"]):
        assert found.verdict == "not decided"
        assert "farther apart" in found.slope.reason


def test_p_is_adjusted_for_all_parameters_that_are_asked_for():
    alone = trends(levels(per_doubling=0.3), ["y"])[0]
    beside = trends(levels(per_doubling=0.3), ["y", "noise"])[0]
    assert beside.p == alone.p
    assert beside.adjusted == pytest.approx(2 * alone.adjusted)


def test_all_networks_of_a_level_have_a_slope_of_their_own():
    """The windows move y by themselves, whatever the errors say."""
    moved = []
    for one in levels(n=400):
        y = one.columns["y"] * np.sqrt(one.complexity / 1e6)
        errors = np.random.default_rng(3).uniform(0, 1, 400)
        moved.append(Level(one.name, errors, one.complexity, {"y": y}))
    [found] = trends(moved, ["y"])
    assert found.of_all == pytest.approx(2**0.5 - 1, abs=0.1)


def test_a_parameter_of_zeros_has_a_slope_in_units_of_its_median():
    some = levels(n=100)
    for k, one in enumerate(some):
        one.columns["noise"][:] = np.where(one.columns["noise"] > 1.01, 1.0 + k, 0.0)
    [found] = trends(some, ["noise"])
    assert not found.logarithmic
    assert found.slope.value == pytest.approx(1 / 2.5, rel=0.1)


def test_one_population_is_cut_into_levels_of_equally_many():
    whole = level((250e3, 4e6), n=403)
    cut = binned(whole.judged, whole.complexity, whole.columns, 4)
    assert [one.judged.size for one in cut] == [101, 101, 101, 100]
    assert all(
        a.complexity.max() <= b.complexity.min() for a, b in zip(cut, cut[1:], strict=False)
    )


def test_a_slope_is_of_at_most_so_many_networks_of_a_level_and_says_so():
    [found] = trends(levels(n=LARGEST + 1_000, per_doubling=0.3), ["y"], draws=200)
    assert found.n == 4 * chosen(LARGEST)
    assert [at.n for at in found.levels] == [LARGEST + 1_000] * 4
    assert found.slope.lo < 2**0.3 - 1 < found.slope.hi


def test_a_complexity_of_nothing_is_refused():
    with pytest.raises(ValueError, match="positive and finite"):
        trends([Level("zero", np.ones(30), np.zeros(30), {})], ["y"])
