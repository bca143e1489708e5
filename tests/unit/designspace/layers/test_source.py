"""A network as a PyTorch file: every activation that a network may have is written."""

from itertools import product
from typing import get_args

import numpy as np
import pytest

from designspace.layers.source import to_torch
from designspace.naming.notations import described
from designspace.networks.ends import ActiveStem, ConvHead, Stem
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import Activation
from designspace.networks.repeats import NO_BOTTLENECK, Block, Stage
from designspace.spaces.presets import PRESETS

TORCHS = {
    "relu": "nn.ReLU(",
    "relu6": "nn.ReLU6(",
    "silu": "nn.SiLU(",
    "h_swish": "nn.Hardswish(",
    "gelu": "nn.GELU(",
    "sigmoid": "nn.Sigmoid(",
    "h_sigmoid": "nn.Hardsigmoid(",
}
"""What torch calls them; none is written as nothing."""
EACH = pytest.mark.parametrize("activation", get_args(Activation))


def activations_of(network):
    """How often each stands in the file."""
    text = to_torch(network)
    return {kind: text.count(said) for kind, said in TORCHS.items() if said in text}


@EACH
@pytest.mark.parametrize("kind", ["simple", "resnet"])
@pytest.mark.parametrize("block", get_args(Block))
def test_repeated_blocks_are_written_with_any_activation_and_with_none(block, kind, activation):
    network = Network(
        stem=Stem(kind=kind, width=8),
        stages=(Stage(depth=1, width=8, group_width=8),),
        block=block,
        act=activation,
        se_ratio=0 if block in NO_BOTTLENECK else 0.25,
    )
    there = set(activations_of(network))
    gate = set() if block in NO_BOTTLENECK else {"sigmoid"}
    assert there == gate | ({activation} - {"none"})


@pytest.mark.parametrize(
    ("own", "others"), list(product(get_args(Activation), ["relu", "none"]))
)
@pytest.mark.parametrize("part", ["stem", "act", "squeeze_act", "end", "before", "head"])
def test_parts_with_an_activation_of_their_own_are_written_with_any(part, own, others):
    acts = dict.fromkeys(("stem", "act", "squeeze_act", "end", "before", "head"), others)
    acts[part] = own
    network = Network(
        stem=ActiveStem(kind="active", width=8, act=acts["stem"]),
        stages=(
            InvertedStage(
                body="inverted",
                blocks=(Inverted(inner=16, width=8, squeeze=2),),
                act=acts["act"],
                squeeze_act=acts["squeeze_act"],
                end=acts["end"],
            ),
        ),
        head=ConvHead(kind="conv", width=8, hidden=8, before=acts["before"], act=acts["head"]),
    )
    assert set(activations_of(network)) == {"sigmoid", own, others} - {"none"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mobilenet_v2", "17 inverted blocks in 7 stages"),  # arXiv 1801.04381, table 2
        ("regnet_x_400mf", "22 X blocks in 4 stages"),
        ("regnet_y_400mf", "16 Y blocks in 4 stages"),
        ("resnet50d", "16 bottleneck blocks in 4 stages"),
        ("convnext_tiny", "18 ConvNeXt blocks in 4 stages"),  # 2201.03545: 3, 3, 9, 3
        ("darts_v2", "20 cells in one stage"),
        (f"nb201:{'|none~0|+|none~0|none~1|+|none~0|none~1|none~2|'}", "15 cells in 3 stages"),
    ],
)
def test_a_file_says_what_its_network_is_made_of(name, said):
    assert f": {said}, " in to_torch(described(name).member.network).splitlines()[0]


def test_a_file_says_that_a_wired_network_is_made_of_nodes():
    drawn = PRESETS["RandWire WS(4, 0.75)"].draw(np.random.default_rng(0), 1).networks[0]
    assert " nodes in 3 stages, " in to_torch(drawn).splitlines()[0]
