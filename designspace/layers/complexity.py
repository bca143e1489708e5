"""Complexity: multiply-adds, parameters and activations of one forward pass on one image.

One fold over the declared layers (`designspace.layers.bottleneck`) serves one network and, with
int64 arrays of shape (n,), a batch of n draws. *flops* are multiply-adds, everywhere in this
field. *Activations* are the elements of the outputs of convolutions, max pool and classifier.

Source: arXiv 2003.13678, section 3.1; the counting rules of its authors' code (batch norm
counts 2 parameters a channel and no flops; pooling, ReLU and addition count nothing).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from columns.arrays import Bools, Floats
from designspace.layers.bottleneck import repeated_layers
from designspace.layers.records import (
    BatchNorm,
    Conv,
    Excite,
    GlobalPool,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Residual,
    Sigmoid,
)
from designspace.networks.network import WIDEST, Count, Network, NetworkBatch


@dataclass(frozen=True)
class Complexity:
    """Three counts: ints for one network, int64 arrays of shape (n,) for a batch."""

    flops: Any
    params: Any
    activations: Any

    def __add__(self, other: Complexity) -> Complexity:
        return Complexity(
            _sum(self.flops, other.flops),
            _sum(self.params, other.params),
            _sum(self.activations, other.activations),
        )

    def __mul__(self, times: Any) -> Complexity:
        return Complexity(self.flops * times, self.params * times, self.activations * times)


NOTHING = Complexity(0, 0, 0)
MOST = 2.0**62
"""Multiply-adds of a body; half of what 64 bits hold, so that stem and classifier have room."""


def _sum(a: Any, b: Any) -> Any:
    """a + b; adding a plain 0 to a million counts would copy them."""
    if isinstance(a, int) and a == 0:
        return b
    return a if isinstance(b, int) and b == 0 else a + b


def complexity(
    network: Network | NetworkBatch,
    resolution: int = 224,
    channels: int = 3,
    classes: int = 1000,
) -> Complexity:
    """Count `network` on images of `resolution` x `resolution` pixels.

    Args:
        network: one network, or a batch of n.
        resolution: side of the image, pixels.
        channels: of the image, 3 for colour.
        classes: width of the classifier.
    """
    side, total = resolution, NOTHING
    for layers, times in repeated_layers(network, channels, classes):
        count, side = fold(layers, side)
        total += count * times
    return total


def countable(networks: NetworkBatch, resolution: int) -> Bools:
    """Which of n networks are certain to be counted in 64 bits, a mask (n,).

    A block has at most 14 k^2 weights, k the channels of its widest layer: 9 in the 3x3, one in
    each 1x1 and the projection, two in the SE. None is used at more places than pixels.
    """
    weights: Floats = np.zeros(len(networks))
    w_in: Count = networks.stem.width
    for stage in networks.stages:
        widest = np.maximum(np.maximum(w_in, stage.width), stage.inner_width)
        weights += 14.0 * stage.depth * widest.astype(float) ** 2
        w_in = stage.width
    fits = weights * float(resolution) ** 2 < MOST
    for stage in networks.stages:
        fits &= stage.width <= WIDEST
    return fits


def fold(layers: tuple[Layer, ...], side: int) -> tuple[Complexity, int]:
    """Sum of `layers`, one after the other, on an input of `side` x `side`; the output side."""
    total = NOTHING
    for layer in layers:
        count, side = count_layer(layer, side)
        total += count
    return total, side


def count_layer(layer: Layer, side: int) -> tuple[Complexity, int]:
    """One layer's counts and its output side."""
    match layer:
        case Conv():
            return count_conv(layer, (side - 1) // layer.stride + 1)
        case BatchNorm(width):
            return Complexity(0, 2 * width, 0), side
        case MaxPool(_, stride, width):
            out = (side - 1) // stride + 1
            return Complexity(0, 0, width * out**2), out
        case GlobalPool():
            return NOTHING, 1
        case Linear(w_in, w_out):
            return Complexity((w_in + 1) * w_out, (w_in + 1) * w_out, w_out), 1
        case Excite(gate):
            return fold(gate, 1)[0], side
        case Residual(main, projection, projects):
            # `projects` is a bool, or a mask over the batch: the projection counts or not.
            count, out = fold(main, side)
            return count + fold(projection, side)[0] * projects, out
        case ReLU() | Sigmoid():
            return NOTHING, side


def count_conv(conv: Conv, side: int) -> tuple[Complexity, int]:
    """A convolution with output side `side`: k^2 * w_in / groups * w_out weights."""
    group_width = conv.w_in if conv.group_width is None else conv.group_width
    outputs = conv.w_out * side**2
    weights = conv.kernel**2 * group_width * conv.w_out
    bias = conv.w_out if conv.bias else 0
    flops = weights * side**2 + (outputs if conv.bias else 0)
    return Complexity(flops, weights + bias, outputs), side
