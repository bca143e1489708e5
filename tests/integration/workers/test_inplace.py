"""All combinations of activations train, and what changes in place changes no number."""

import copy
from itertools import product
from typing import get_args

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from designspace.layers.source import to_torch
from designspace.networks.ends import ActiveStem, ConvHead, Stem
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import Activation
from designspace.networks.repeats import NO_BOTTLENECK, Block, Stage
from designspace.spaces.presets import PRESETS
from workers.training.networks import ResidualModule, build

ACTIVATIONS = get_args(Activation)
IMAGES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([0, 1])


def step(model):
    """Logits, and the gradients of all weights, one after the other."""
    logits = model.train()(IMAGES)
    F.cross_entropy(logits, LABELS).backward()
    return torch.cat([logits.flatten(), *(p.grad.flatten() for p in model.parameters())])


def without_inplace(model):
    """The same network, all of whose layers leave as it is what comes to them."""
    model = copy.deepcopy(model)
    for module in model.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
        if isinstance(module, ResidualModule):
            module.free = False
    return model


def check(network):
    """One step trains, in place or not, and in the file that is written of the network."""
    torch.manual_seed(5)
    model = build(network, 1, 2)
    other = without_inplace(model)
    found = step(model)
    assert torch.equal(found, step(other)), network
    return found


def written(network):
    """The network of the written file, of the same seed."""
    namespace = {}
    exec(compile(to_torch(network, 1, 2), "exported.py", "exec"), namespace)
    torch.manual_seed(5)
    return namespace["build"]()


def repeated(block, act, before):
    return Network(
        stem=Stem(width=4, stride=1),
        stages=(Stage(depth=2, width=4, stride=1, group_width=4),),
        block=block,
        act=act,
        se_ratio=0 if block in NO_BOTTLENECK else 0.5,
        head=ConvHead(kind="conv", width=4, hidden=4, before=before, act=act),
    )


def inverted(act, end, before, **fields):
    """Blocks that add what comes in, between a stem and a head with activations."""
    block = Inverted(**{"inner": 8, "width": 4, "squeeze": 2} | fields)
    return Network(
        stem=ActiveStem(kind="active", width=4, stride=1, act=before),
        stages=(
            InvertedStage(
                body="inverted", blocks=(block, block), act=act, squeeze_act=end, end=end
            ),
        ),
        head=ConvHead(kind="conv", width=4, hidden=4, before=before, act=act),
    )


@pytest.mark.parametrize("block", get_args(Block))
def test_repeated_blocks_train_with_all_activations(block):
    for act, before in product(ACTIVATIONS, ACTIVATIONS):
        check(repeated(block, act, before))


@pytest.mark.parametrize("act", ACTIVATIONS)
def test_inverted_blocks_train_with_all_activations(act):
    for end, before in product(ACTIVATIONS, ACTIVATIONS):
        check(inverted(act, end, before))


@pytest.mark.parametrize("squeeze", [0, 2])
@pytest.mark.parametrize("skip", ["identity", "pool"])
def test_regular_convolutions_train_with_all_activations(skip, squeeze):
    for act, before in product(ACTIVATIONS, ACTIVATIONS):
        fields = {"op": "regular", "inner": 4, "squeeze": squeeze, "skip": skip}
        check(inverted(act, "none", before, **fields))


SMALL = [name for name in PRESETS if "small" in name]


@pytest.mark.parametrize("name", SMALL)
def test_every_body_trains_before_a_head_with_any_activation(name):
    draws = PRESETS[name].draw(np.random.default_rng(7), 40)
    network = draws.networks[0].model_copy(update={"resolution": None})
    for before in ACTIVATIONS:
        head = ConvHead(kind="conv", width=4, before=before)
        check(network.model_copy(update={"head": head}))


@pytest.mark.parametrize(
    "network",
    [
        repeated("X", "relu", "relu6"),
        repeated("V", "sigmoid", "h_swish"),
        repeated("Z", "silu", "silu"),
        inverted("relu", "relu", "relu"),
        inverted("h_swish", "silu", "none", op="regular", inner=4),
    ],
    ids=["X", "V", "Z", "inverted", "regular"],
)
def test_the_written_network_trains_as_ours_does(network):
    torch.testing.assert_close(step(written(network)), check(network), atol=1e-5, rtol=1e-4)
