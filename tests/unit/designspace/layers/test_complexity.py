"""Complexity: counts equal the published ones to the digit, one network or many at once."""

import numpy as np
import pytest

from designspace.layers.complexity import Complexity, complexity
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.spaces.presets import PRESETS
from designspace.spaces.regnet import RegNet

# Published by the paper's authors (model zoo, complexity at 224 x 224):
# depth, w0, wa, wm, group width; flops, params, activations.
REGNETX = {
    "200MF": ((13, 24, 36.44, 2.49, 8), (199_040_872, 2_684_792, 2_164_056)),
    "400MF": ((22, 24, 24.48, 2.54, 16), (397_678_568, 5_157_512, 3_143_272)),
    "600MF": ((16, 48, 36.97, 2.24, 24), (600_891_112, 6_196_040, 3_975_096)),
    "800MF": ((16, 56, 35.73, 2.28, 16), (799_700_712, 7_259_656, 5_148_744)),
    "1.6GF": ((18, 80, 34.01, 2.25, 24), (1_602_850_792, 9_190_136, 7_933_512)),
    "3.2GF": ((25, 88, 26.31, 2.25, 48), (3_176_622_952, 15_296_552, 11_367_432)),
    "4.0GF": ((23, 96, 38.65, 2.43, 40), (3_964_499_816, 22_118_248, 12_201_608)),
    "6.4GF": ((17, 184, 60.83, 2.07, 56), (6_460_292_264, 26_209_256, 16_369_744)),
    "8.0GF": ((23, 80, 49.56, 2.88, 120), (7_995_133_416, 39_572_648, 14_059_688)),
    "12GF": ((19, 168, 73.36, 2.37, 112), (12_086_679_016, 46_106_056, 21_366_568)),
    "16GF": ((22, 216, 55.59, 2.1, 128), (15_940_756_456, 54_278_536, 25_515_496)),
    "32GF": ((23, 320, 69.86, 2.0, 168), (31_735_930_792, 107_811_560, 36_302_160)),
}


@pytest.mark.parametrize("name", REGNETX)
def test_regnetx_counts_are_the_published_ones(name):
    (depth, w0, wa, wm, group_width), published = REGNETX[name]
    network = RegNet.network(depth=depth, w0=w0, wa=wa, wm=wm, group_width=group_width)
    assert complexity(network) == Complexity(*published)


def resnet(inner_widths, group_widths):
    return Network(
        stem=Stem(kind="resnet", width=64),
        stages=[
            Stage(
                depth=depth,
                width=width,
                stride=stride,
                bottleneck_ratio=width / inner,
                group_width=group,
            )
            for depth, width, stride, inner, group in zip(
                (3, 4, 6, 3),
                (256, 512, 1024, 2048),
                (1, 2, 2, 2),
                inner_widths,
                group_widths,
                strict=True,
            )
        ],
    )


def test_resnet_50_counts_are_the_published_ones():
    network = resnet((64, 128, 256, 512), (64, 128, 256, 512))
    assert complexity(network) == Complexity(4_089_185_256, 25_557_032, 11_315_688)


def test_resnext_50_counts_are_the_published_ones():
    network = resnet((128, 256, 512, 1024), (4, 8, 16, 32))
    assert complexity(network) == Complexity(4_230_480_872, 25_028_904, 14_602_216)


def test_a_y_block_adds_the_two_biased_convolutions_of_its_squeeze_and_excitation():
    setting = {"depth": 13, "w0": 24, "wa": 36.44, "wm": 2.49, "group_width": 8}
    x, y = RegNet.network(**setting), RegNet.network(**setting, se_ratio=0.25)
    added = activations = 0
    w_in = 32
    for stage in y.stages:
        for _ in range(stage.depth):
            squeeze = round(0.25 * w_in)  # of the block's input
            added += stage.width * squeeze + squeeze + squeeze * stage.width + stage.width
            activations += squeeze + stage.width
            w_in = stage.width
    counted = complexity(y)
    assert counted.params - complexity(x).params == added
    assert counted.flops - complexity(x).flops == added  # at side 1
    assert counted.activations - complexity(x).activations == activations


@pytest.mark.parametrize(("width", "se_ratio"), [(8, 1 / 16), (2, 0.25), (1, 0.25), (16, 0.03)])
def test_a_squeeze_has_at_least_one_channel(width, se_ratio):
    stem, stages = Stem(width=width), (Stage(depth=1, width=16, group_width=8),)
    x = complexity(Network(stem=stem, stages=stages))
    y = complexity(Network(stem=stem, stages=stages, se_ratio=se_ratio))
    # Weights 16 -> 1 -> 16 and biases 1 + 16, on one position.
    assert (y.params - x.params, y.flops - x.flops) == (49, 49)
    assert y.activations - x.activations == 17


def with_se(space):
    """The space itself, and with SE where its blocks can have one."""
    ratios = (0.25, 0.01) if getattr(space, "block", None) == "X" else ()
    return [space, *(space.model_copy(update={"se_ratio": ratio}) for ratio in ratios)]


@pytest.mark.parametrize(
    "space",
    [pytest.param(s, id=name) for name, space in PRESETS.items() for s in with_se(space)],
)
def test_a_batch_is_counted_as_its_networks_are(space):
    networks = space.draw(np.random.default_rng(3), 150).networks
    together = complexity(networks, resolution=57, channels=3, classes=11)
    for i, network in enumerate(networks):
        one = complexity(network, resolution=57, channels=3, classes=11)
        assert one == Complexity(
            int(together.flops[i]), int(together.params[i]), int(together.activations[i])
        )


def test_groups_that_do_not_divide_the_inner_width_are_refused():
    with pytest.raises(ValueError, match="inner width 40 .* no multiple of group width 16"):
        Stage(depth=1, width=40, group_width=16)
