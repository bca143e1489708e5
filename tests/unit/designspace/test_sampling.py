"""Sampling: distinct networks inside windows, every other candidate counted by its cause."""

from collections import Counter

import numpy as np
import pytest

from columns import constraints
from designspace.laws.laws import Choice
from designspace.layers.complexity import complexity
from designspace.lines import fits
from designspace.lines.line import Line
from designspace.sampling import TooFewNetworks, everything, fitted, sample
from designspace.spaces.anynet import AnyNet
from designspace.spaces.cells.nasbench101 import NasBench101
from designspace.spaces.cells.nasbench201 import NasBench201
from designspace.spaces.cells.nats_size import NatsSize
from designspace.spaces.presets import PRESETS
from designspace.spaces.regnet import RegNet

DIGITS = {"resolution": 8, "channels": 1, "classes": 10}
WINDOW = {"flops": constraints.parse("100k..300k")}
EACH_SMALL_SPACE = pytest.mark.parametrize("name", ["AnyNetX_A small", "RegNetX small"])


@EACH_SMALL_SPACE
def test_sampled_networks_are_distinct_and_inside_the_window(name):
    found = sample(PRESETS[name], 100, np.random.default_rng(0), WINDOW, **DIGITS)
    assert len({draw.network.hash for draw in found.draws}) == found.accepted == 100
    for draw in found.draws:
        assert draw.complexity == complexity(draw.network, **DIGITS)
        assert 100e3 <= draw.complexity.flops <= 300e3


FEW = RegNet(
    depth=[3, 6],
    w0=Choice(choices=(8, 16, 24)),
    wa=Choice(choices=(8, 16)),
    wm=Choice(choices=(1.5, 2, 2.5)),
    group_width=Choice(choices=(8,)),
    strides=(2, 1),
)
"""So few networks that most are drawn more than once."""


@pytest.mark.parametrize(
    ("space", "n"),
    [(PRESETS["AnyNetX_A small"], 100), (PRESETS["RegNetX small"], 400), (FEW, 16)],
)
def test_every_candidate_is_accepted_or_refused_for_one_cause(space, n):
    windows = {} if space is FEW else WINDOW
    found = sample(space, n, np.random.default_rng(0), windows, **DIGITS)
    assert found.tried == found.accepted + sum(found.refused.values())
    drawn_again = sum(draw.multiplicity - 1 for draw in found.draws)
    assert drawn_again == found.refused.get("duplicate", 0)


def wide(**laws):
    """A space of one setting, of the widest and deepest that its bounds allow."""
    rest = {"depth": Choice(choices=(256,)), "width": Choice(choices=(8192,))}
    return AnyNet(**(rest | laws), group_width=Choice(choices=(8192,)), strides=(1,) * 5)


@pytest.mark.parametrize(
    ("space", "resolution"),
    [
        # A last stage of more than 2^20 channels, which none may have.
        (
            RegNet(
                depth=Choice(choices=(512,)),
                w0=Choice(choices=(4096,)),
                wa=Choice(choices=(4096,)),
                wm=Choice(choices=(4,)),
                group_width=Choice(choices=(24,)),  # 43,691 groups are 2^20 + 8 channels
                strides=(1,) * 5,
            ),
            8,
        ),
        # Multiply-adds beyond 2^63.
        (wide(bottleneck_ratio=Choice(choices=(0.01,))), 1024),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_network_that_is_too_large_to_be_counted_is_refused_for_its_size(space, resolution):
    with pytest.raises(TooFewNetworks, match="size 100") as few:
        sample(space, 1, np.random.default_rng(0), resolution=resolution, candidates=100)
    assert few.value.sample.refused == {"size": 100}


def test_the_largest_networks_that_are_counted_are_counted_exactly():
    space = wide(bottleneck_ratio=Choice(choices=(1,)))
    found = sample(space, 1, np.random.default_rng(0), resolution=224, channels=3, classes=1000)
    [draw] = found.draws
    assert draw.complexity == complexity(draw.network)  # in Python's integers
    assert draw.complexity.flops > 10**15


@pytest.mark.parametrize(("space", "n"), [(PRESETS["RegNetX small"], 60), (FEW, 12)])
def test_causes_are_those_of_each_candidate(space, n):
    window = {"flops": constraints.parse("..150k")} if space is FEW else WINDOW
    lo, hi = (0, 150e3) if space is FEW else (100e3, 300e3)
    found = sample(space, n, np.random.default_rng(1), window, **DIGITS)
    # The same candidates again, judged one by one.
    draws = space.draw(np.random.default_rng(1).spawn(1)[0], space.chunk)
    assert found.tried <= space.chunk
    seen, refused = Counter(), {"stages": 0, "flops": 0, "duplicate": 0}
    rows = dict(zip(draws.candidates.tolist(), draws.networks, strict=True))
    for candidate in range(found.tried):
        if candidate not in rows:
            refused["stages"] += 1
        elif not lo <= complexity(rows[candidate], **DIGITS).flops <= hi:
            refused["flops"] += 1
        else:
            refused["duplicate"] += rows[candidate].hash in seen
            seen[rows[candidate].hash] += 1
    assert found.refused == {cause: count for cause, count in refused.items() if count}
    assert {draw.network.hash: draw.multiplicity for draw in found.draws} == seen
    assert found.accepted == n
    if space is FEW:
        assert min(refused.values()) > 0


def test_more_networks_begin_with_the_fewer_of_the_same_seed():
    few, many = (
        sample(PRESETS["RegNetX small"], n, np.random.default_rng(2), WINDOW, **DIGITS)
        for n in (30, 400)
    )
    assert [d.network for d in few.draws] == [d.network for d in many.draws[:30]]


def test_a_window_with_too_few_networks_ends_and_says_how_many():
    space = RegNet(depth=[12, 12], w0=[24, 24], wa=[36, 36.4], wm=[2.49, 2.49])
    with pytest.raises(TooFewNetworks, match=r"^\d+ distinct networks in 200,000 candidates"):
        sample(space, 5_000, np.random.default_rng(0), candidates=200_000)


def test_an_empty_window_counts_the_refusals():
    window = {"flops": constraints.parse("1..2")}
    with pytest.raises(TooFewNetworks) as error:
        sample(PRESETS["AnyNetX_A small"], 1, np.random.default_rng(0), window, **DIGITS)
    assert error.value.sample.refused == {"flops": 200_000}
    assert "0 distinct networks in 200,000 candidates" in str(error.value)


def test_a_window_on_anything_but_complexity_is_refused():
    with pytest.raises(ValueError, match="no window on depth"):
        sample(RegNet(), 1, np.random.default_rng(0), {"depth": constraints.parse("3..4")})


def test_a_regnet_keeps_the_line_it_was_drawn_from():
    found = sample(PRESETS["RegNetX small"], 40, np.random.default_rng(3), WINDOW, **DIGITS)
    for draw in fitted(found.draws):
        given = draw.parameters
        assert draw.fit.line == Line(given["w0"], given["wa"], given["wm"])


def test_e_fit_of_a_regnet_is_the_grids_as_for_any_network():
    found = sample(PRESETS["RegNetX small"], 40, np.random.default_rng(3), WINDOW, **DIGITS)
    for draw in fitted(found.draws):
        assert draw.fit.e_fit == fits.fit(draw.network.block_widths).e_fit


def test_an_anynet_gets_the_best_line_of_the_grid():
    found = sample(PRESETS["AnyNetX_A small"], 10, np.random.default_rng(3), WINDOW, **DIGITS)
    rng = np.random.default_rng(0)
    for draw in fitted(found.draws):
        widths = draw.network.block_widths
        assert draw.fit == fits.fit(widths)
        assert draw.fit.e_fit == pytest.approx(fits.deviation(draw.fit.line, widths))
        for w0, wa, wm in zip(
            rng.choice(fits.W0, 200),
            rng.choice(fits.WA, 200),
            rng.choice(fits.WM, 200),
            strict=True,
        ):
            other = fits.deviation(Line(float(w0), float(wa), float(wm)), widths)
            assert draw.fit.e_fit <= other + 1e-12


# ---------------------------------------------------------------- all that there are

CELLS = NasBench201(operation=Choice(choices=(2, 3, 4)), width=4, cells=1)  # 3^6 of them


def test_all_networks_of_a_space_are_each_there_once():
    found = everything(CELLS, np.random.default_rng(0), **DIGITS)
    assert len({draw.network.hash for draw in found.draws}) == found.tried == 3**6
    assert {draw.multiplicity for draw in found.draws} == {1}
    assert not found.refused
    for draw in found.draws[:20]:
        assert draw.complexity == complexity(draw.network, **DIGITS)


def test_all_networks_inside_a_window_are_those_that_cost_as_much():
    every = everything(CELLS, np.random.default_rng(0), **DIGITS)
    flops = sorted(draw.complexity.flops for draw in every.draws)
    window = {"flops": constraints.parse(f"..{flops[100]}")}
    inside = everything(CELLS, np.random.default_rng(0), window, **DIGITS)
    assert sorted(d.complexity.flops for d in inside.draws) == [
        cost for cost in flops if cost <= flops[100]
    ]
    assert inside.refused == {"flops": 3**6 - len(inside.draws)}
    few = everything(CELLS, np.random.default_rng(0), window, **DIGITS, first=5)
    assert (few.draws, few.inside) == (inside.draws[:5], len(inside.draws))


def test_the_order_of_all_networks_is_random_and_the_seeds():
    orders = [
        [draw.network.hash for draw in everything(CELLS, np.random.default_rng(seed)).draws]
        for seed in (0, 0, 1)
    ]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])
    # The first third of the enumeration has one operation on its first edge.
    first = everything(CELLS, np.random.default_rng(0)).draws[: 3**5]
    share = np.mean([draw.parameters["operation_1_0"] == 2 for draw in first])
    assert share == pytest.approx(1 / 3, abs=0.1)


@pytest.mark.parametrize(
    ("space", "said"),
    [
        (PRESETS["RegNetX small"], "'regnet' are drawn, not listed: give a number"),
        (NasBench101(), "'nasbench101' are drawn, not listed"),
        (NatsSize(width=[8, 1024]), "more than 100,000: give a number"),
    ],
)
def test_all_networks_of_a_large_space_are_refused_before_one_is_made(space, said):
    with pytest.raises(ValueError, match=said):
        everything(space, np.random.default_rng(0))


@pytest.mark.parametrize(("name", "count"), [("NAS-Bench-201", 15_625), ("NATS size", 32_768)])
def test_the_benchmarks_of_cells_can_be_had_whole(name, count):
    found = everything(PRESETS[name], np.random.default_rng(0), first=1)
    assert (found.tried, found.inside) == (count, count)
