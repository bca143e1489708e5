"""A training step of a cell and of a wired graph, beside a module written by hand.

Both are the same network (parameters and logits are compared first), take the same images on
one thread, and are stepped in turns, in CPU seconds: other work on the machine counts less.
The one by hand is stepped as torch lays it out, and in channels_last, as ours is.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.parts import handwritten
from benchmarks.report import processor, report
from designspace.networks.network import Network
from designspace.regimes import CIFAR10, FASHION_14, Regime
from designspace.spaces.cells import nasbench201
from designspace.spaces.presets import PRESETS
from workers.training.networks import build
from workers.training.optimiser import optimiser_of

CELL = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|"
    "+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|"
)
BATCH = 32
ROUNDS = 5
SECONDS = 0.3
"""Of steps of one network, before the other takes its turn."""


def compared() -> Iterator[tuple[str, Regime, Network, nn.Module]]:
    """A network, and the same by hand: small ones for small images, and those of the papers."""
    for name, regime, width, cells in (
        ("NAS-Bench-201 small", FASHION_14, 8, 1),
        ("NAS-Bench-201", CIFAR10, 16, 5),
    ):
        network = nasbench201.network(nasbench201.from_string(CELL), width, cells)
        ends = (regime.channels, regime.classes)
        yield name, regime, network, handwritten.nasbench201(CELL, width, cells, *ends)
    for name, regime in (("RandWire WS small", FASHION_14), ("RandWire WS(4, 0.75)", CIFAR10)):
        network = PRESETS[name].draw(np.random.default_rng(0), 1).networks[0]
        ends = (regime.channels, regime.classes)
        yield name, regime, network, handwritten.randwire(network, *ends)


def main() -> None:
    """Report each network's step, and what it is of the one by hand."""
    torch.set_num_threads(1)
    for name, regime, network, by_hand in compared():
        ours = build(network, regime.channels, regime.classes)
        images = torch.randn(BATCH, regime.channels, regime.resolution, regime.resolution)
        assert_same(ours, by_hand, images)
        last = copy.deepcopy(by_hand).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # as torch's stubs have it
        of_last = images.contiguous(memory_format=torch.channels_last)
        labels = torch.arange(BATCH) % regime.classes
        takers = [
            (model, shown, optimiser_of(model, regime))
            for model, shown in ((ours, of_last), (by_hand, images), (last, of_last))
        ]
        seconds: tuple[list[float], ...] = ([], [], [])
        for _ in range(ROUNDS):
            for taker, found in zip(takers, seconds, strict=True):
                found.append(step_seconds(*taker, labels))
        # The first warms up.
        mine, other, alike = (statistics.median(found[1:]) for found in seconds)
        about = {"space": name, "side": regime.resolution, "batch": BATCH, "threads": 1}
        report("a training step", 1000 * mine, "CPU ms", **about, cpu=processor())
        for layout, its in (("torch's", other), ("channels_last", alike)):
            over = {"layout": layout, **about, "cpu": processor()}
            report("a training step over one by hand", mine / its, "x", **over)


def step_seconds(
    model: nn.Module, images: Tensor, optimiser: torch.optim.Optimizer, labels: Tensor
) -> float:
    """CPU seconds a step, over as many as take a while."""
    steps, began = 0, time.process_time()
    while (used := time.process_time() - began) < SECONDS or steps < 3:
        optimiser.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimiser.step()
        steps += 1
    return used / steps


def assert_same(ours: nn.Module, by_hand: nn.Module, images: Tensor) -> None:
    """Give the one by hand our weights; then its logits are ours."""
    weights = [weight.detach() for weight in ours.parameters()]
    others = list(by_hand.parameters())
    assert [w.shape for w in weights] == [w.shape for w in others]
    with torch.no_grad():
        for weight, other in zip(weights, others, strict=True):
            other.copy_(weight)
        torch.testing.assert_close(ours(images), by_hand(images), rtol=1e-3, atol=1e-3)


if __name__ == "__main__":
    main()
