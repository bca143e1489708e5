"""The rivals' networks as torch builds them: what is counted, written and trained is one."""

import math

import pytest
import torch
from rivalry import CHANNELS, CLASSES, SIDE, assert_counted_as_torch_counts, drawn
from small import SMALL

from designspace.layers.source import to_torch
from designspace.regimes import DIGITS
from workers.training.data import load
from workers.training.networks import build
from workers.training.train import train


@pytest.mark.parametrize("name", SMALL)
def test_networks_of_each_space_are_counted_as_torch_counts_them(name):
    """Five of each; thirty in the long tests."""
    assert_counted_as_torch_counts(drawn(name, 5, seed=1))


@pytest.mark.parametrize("name", SMALL)
def test_the_written_file_builds_the_same_network(name):
    for network in drawn(name, 2, seed=2):
        torch.manual_seed(3)
        ours = build(network, CHANNELS, CLASSES).eval()
        torch.manual_seed(3)
        module = {}
        exec(compile(to_torch(network, CHANNELS, CLASSES), "network.py", "exec"), module)
        theirs = module["build"]().eval()
        theirs.load_state_dict(ours.state_dict(), strict=False)
        image = torch.randn(2, CHANNELS, SIDE, SIDE)
        torch.testing.assert_close(theirs(image), ours(image), rtol=1e-4, atol=1e-5)
        assert sum(p.numel() for p in theirs.parameters()) == sum(
            p.numel() for p in ours.parameters()
        )


@pytest.mark.parametrize(
    "name", ["NAS-Bench-201 small", "NAS-Bench-101 small", "RandWire WS small"]
)
def test_no_layer_of_a_graph_changes_what_another_reads(name):
    """In place where others read, torch would refuse to go back."""
    for network in drawn(name, 2, seed=4):
        model = build(network, CHANNELS, CLASSES)
        model(torch.randn(4, CHANNELS, SIDE, SIDE)).square().sum().backward()
        assert all(p.grad is not None for p in model[0].parameters())


def test_what_comes_into_a_graph_is_the_same_for_all_its_nodes():
    # An edge of NAS-Bench-201 begins with a ReLU: in place it would cut for the others.
    network = next(
        one
        for one in drawn("NAS-Bench-201 small", 40, seed=5)
        if {"nor_conv_3x3", "skip_connect"} <= set(one.stages[0].operations[::2])
    )
    model = build(network, CHANNELS, CLASSES).eval()
    seen = []
    for module in model.modules():
        if type(module).__name__ == "GraphModule":
            module.register_forward_hook(
                lambda module, inputs, output: seen.append(inputs[0].min().item())
            )
    model(torch.randn(2, CHANNELS, SIDE, SIDE))
    assert min(seen) < 0


@pytest.mark.parametrize("name", SMALL)
def test_a_network_of_each_space_trains(name, tmp_path):
    regime = DIGITS.model_copy(update={"epochs": 1})
    [network] = drawn(name, 1, seed=6)
    digits = load("digits", tmp_path)
    result = train(network, regime, 0, digits, lambda epoch: None)
    assert math.isfinite(result.quantities["loss"])
