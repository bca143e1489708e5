"""Compound scaling: a larger network from one, as its authors round it."""

import pytest

from designspace.layers.complexity import complexity
from designspace.naming.members import member
from designspace.spaces.scaling import Scaling, scaled


def test_fast_scaling_of_regnety_4gf_is_its_authors():
    # arXiv 2103.06877: RegNetY-4.0GF times 4 by the rules of its code.
    one = scaled(member("regnet_y_4_0gf"), Scaling.of("dWr", 4))
    stages = one.network.stages
    assert [(s.depth, s.width, s.group_width) for s in stages] == [
        (2, 224, 112),
        (7, 336, 112),
        (14, 896, 112),
        (2, 1904, 112),
    ]
    assert one.resolution == 240
    count = complexity(one.network, one.resolution)
    assert (count.params, count.flops, count.activations) == (
        68_144_472,
        15_608_249_240,
        26_542_408,
    )


def test_fast_scaling_of_efficientnet_b0_scales_stem_and_tail_too():
    one = scaled(member("efficientnet_b0"), Scaling.of("d1_w8_g8_r1", 2))
    network = one.network
    assert (network.stem.width, network.head.width) == (40, 1688)
    assert [stage.width for stage in network.stages] == [24, 32, 56, 104, 144, 256, 424]
    assert [stage.depth for stage in network.stages] == [1, 2, 2, 3, 3, 4, 1]
    count = complexity(network, one.resolution)
    assert (count.params, count.flops, count.activations) == (
        8_602_822,
        781_829_814,
        10_191_038,
    )


@pytest.mark.parametrize("kind", ["dwr", "dWr"])
def test_flops_grow_by_the_factor(kind):
    before = member("regnet_x_1_6gf")
    after = scaled(before, Scaling.of(kind, 8))
    counts = [complexity(one.network, one.resolution).flops for one in (before, after)]
    assert counts[1] / counts[0] == pytest.approx(8, rel=0.12)


@pytest.mark.parametrize(("kind", "factor"), [("wide", 2), ("dwr", 0), ("d0_w0_g1_r0", 2)])
def test_what_is_no_scaling_is_refused(kind, factor):
    with pytest.raises(ValueError, match="a scaling is|a factor is"):
        Scaling.of(kind, factor)


def test_a_cell_is_not_scaled():
    with pytest.raises(ValueError, match="only stages that repeat a block, or inverted ones"):
        scaled(member("darts_v2"), Scaling.of("dwr", 2))
