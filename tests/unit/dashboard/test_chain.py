"""Chains: a window of flops in geometric steps."""

import itertools

import pytest

from columns import constraints
from dashboard.pages.create import chain, plan
from services.sampling.populations import Spec


def ends(windows):
    return [tuple(map(constraints.parse_number, window.split(".."))) for window in windows]


def test_four_steps_from_a_quarter_of_a_million_to_four_are_doublings():
    assert chain.parts("250k..4M", 4) == ["250k..500k", "500k..1M", "1M..2M", "2M..4M"]


@pytest.mark.parametrize("k", [2, 3, 5, 12])
def test_parts_adjoin_hold_the_whole_window_and_are_of_equal_ratio(k):
    found = ends(chain.parts("200M..12.8G", k))
    assert (found[0][0], found[-1][1]) == (200e6, 12.8e9)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(found))
    assert [hi / lo for lo, hi in found] == pytest.approx([64 ** (1 / k)] * k, rel=0.01)


@pytest.mark.parametrize("window", ["", "..4M", "250k..", "1,2", "0..4M"])
def test_a_window_without_two_positive_ends_is_not_cut(window):
    with pytest.raises(ValueError, match="both ends"):
        chain.parts(window, 3)


def test_a_window_that_is_too_narrow_is_not_cut():
    with pytest.raises(ValueError, match="wider"):
        chain.parts("1000..1001", 3)


def test_populations_of_a_chain_have_windows_draws_and_names_of_their_own():
    spec = Spec("RegNetX", 1, 2, 50, {"flops": "250k..1M", "params": "..1M"}, 7, 0)
    one, other = chain.links(spec, ["250k..500k", "500k..1M"])
    assert (one.name, other.name) == ("RegNetX · 250k..500k", "RegNetX · 500k..1M")
    assert one.windows == {"flops": "250k..500k", "params": "..1M"}
    assert (one.seed, other.seed) == (7, 8)
    assert (one.n, one.training_seed) == (other.n, other.training_seed) == (50, 0)


def test_the_form_says_at_the_field_why_a_window_is_not_cut():
    asked = {"space": "1", "regime": "1", "flops": "..4M", "regimes": 4, "n": 9}
    found = plan.read(asked | {"seed": 0, "training_seed": 0}, None)
    assert "both ends" in found.problems["regimes"]
    assert plan.read(asked | {"flops": "250k..4M"}, None).parts[1] == "500k..1M"
    assert plan.read(asked | {"regimes": 13}, None).problems["regimes"].startswith("'13'")
    assert plan.read(asked | {"regimes": ""}, None).parts == []
