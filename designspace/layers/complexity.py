"""Complexity: multiply-adds, parameters and activations of one forward pass on one image.

One fold over the declared layers (`designspace.layers.body`) serves one network and, with
int64 arrays of shape (n,), a batch of n draws. *flops* are multiply-adds, everywhere in this
field. *Activations* are the elements of the outputs of convolutions, max pool and classifier.

Source: arXiv 2003.13678, section 3.1; the counting rules of its authors' code (batch norm
counts 2 parameters a channel and no flops; pooling, ReLU and addition count nothing).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from columns.arrays import Bools, Floats
from designspace.layers.body import network_layers
from designspace.layers.records import (
    Act,
    AvgPool,
    BatchNorm,
    Conv,
    Cut,
    EdgeWeights,
    Excite,
    GlobalPool,
    Graph,
    Layer,
    LayerNorm,
    Layers,
    Linear,
    MaxPool,
    Residual,
    Resize,
    Scale,
    Shift,
    Shuffle,
    When,
    Zero,
    joined_width,
    side_after,
    where,
    width_after,
)
from designspace.networks.network import Network, NetworkList
from designspace.networks.numbers import WIDEST, Count
from designspace.networks.resized import Networks, ResizedNetworks


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
FIELDS = ("flops", "params", "activations")
MOST = 2.0**62
"""Multiply-adds of a body; half of what 64 bits hold, so that stem and classifier have room."""
LARGEST = int(np.iinfo(np.int64).max)


def _sum(a: Any, b: Any) -> Any:
    """a + b; adding a plain 0 to a million counts would copy them."""
    if isinstance(a, int) and a == 0:
        return b
    return a if isinstance(b, int) and b == 0 else a + b


def complexity(
    network: Network | Networks,
    resolution: int = 224,
    channels: int = 3,
    classes: int = 1000,
) -> Complexity:
    """Count `network` on images of `resolution` x `resolution` pixels.

    Of a batch only those that are `countable` are certain to be right.

    Args:
        network: one network, or a batch of n.
        resolution: side of the image, pixels.
        channels: of the image, 3 for colour.
        classes: width of the classifier.
    """
    if isinstance(network, NetworkList):
        counts = [complexity(one, resolution, channels, classes) for one in network]
        columns = ([min(getattr(one, name), LARGEST) for one in counts] for name in FIELDS)
        return Complexity(*(np.array(column, dtype=np.int64) for column in columns))
    if isinstance(network, ResizedNetworks):
        found = [np.zeros(len(network), dtype=np.int64) for _ in FIELDS]
        for own, rows, some in network.by_side:
            one = complexity(some, own, channels, classes)
            for column, name in zip(found, FIELDS, strict=True):
                column[rows] = getattr(one, name)
        return Complexity(*found)
    side, total, width = resolution, NOTHING, cast(Count, channels)
    for group in network_layers(network, channels, classes):
        counted = count(group.layers, side, width)
        total += counted.complexity * group.times
        side, width = counted.side, counted.width
    return total


def least_side(network: Network | Networks, resolution: int, channels: int = 3) -> int:
    """Pixels along a side where fewest are left; none of too small an image, below 1."""
    if isinstance(network, NetworkList):
        return min((least_side(one, resolution, channels) for one in network), default=1)
    if isinstance(network, ResizedNetworks):
        sides = (least_side(some, own, channels) for own, _, some in network.by_side)
        return min(sides, default=1)
    side = least = resolution
    for group in network_layers(network, channels, 1):
        side = side_after(group.layers, side)
        least = min(least, side)
    return least


def countable(networks: Networks, resolution: int) -> Bools:
    """Which of n networks fit the images and are certain to be counted in 64 bits, (n,).

    No weight is used at more places than pixels.
    """
    if isinstance(networks, NetworkList):
        different = {id(one): one for one in networks}  # a ray has each of its own many times
        judged = {key: _countable(one, resolution) for key, one in different.items()}
        return np.array([judged[id(one)] for one in networks], dtype=bool)
    if isinstance(networks, ResizedNetworks):
        found: Bools = np.zeros(len(networks), dtype=bool)
        for own, rows, some in networks.by_side:
            found[rows] = countable(some, own)
        return found
    if len(networks) and least_side(networks, resolution) < 1:
        return np.zeros(len(networks), dtype=bool)
    weights: Floats = np.zeros(len(networks))
    narrow: Bools = np.ones(len(networks), dtype=bool)
    w_in: Count = networks.stem.width
    for stage in networks.stages:
        weights += stage.most_weights(w_in)
        w_in = stage.width
        narrow &= w_in <= WIDEST
    fits: Bools = narrow & (weights * float(resolution) ** 2 < MOST)
    return fits


def _countable(network: Network, resolution: int) -> bool:
    """Of one network, which is counted in whole numbers of any size."""
    if least_side(network, resolution) < 1:
        return False
    counted = complexity(network, resolution)
    return all(getattr(counted, name) < MOST for name in FIELDS)


@dataclass(frozen=True)
class Counted:
    """What layers cost, and the side and width of what comes out of them."""

    complexity: Complexity
    side: int
    width: Count


def count(layers: Layers, side: int, width: Count) -> Counted:
    """`layers`, one after the other, on `width` channels of `side` x `side`."""
    total = NOTHING
    for layer in layers:
        one = count_layer(layer, side, width)
        total += one.complexity
        side, width = one.side, one.width
    return Counted(total, side, width)


def count_layer(layer: Layer, side: int, width: Count) -> Counted:
    """One layer on `width` channels of `side` x `side`."""
    match layer:
        case Conv():
            out = side_after((layer,), side)
            return Counted(count_conv(layer, out, width), out, layer.width)
        case BatchNorm():
            return Counted(Complexity(0, 2 * width, 0), side, width)
        case LayerNorm():
            return Counted(Complexity(0, 2 * width, 0), side, width)
        case EdgeWeights(edges):
            return Counted(Complexity(0, edges, 0), side, width)
        case Scale():
            return Counted(Complexity(0, width, 0), side, width)
        case MaxPool() | AvgPool():
            out = side_after((layer,), side)
            outputs = width * out**2 if isinstance(layer, MaxPool) else 0
            return Counted(Complexity(0, 0, outputs), out, width)
        case Linear(w_out, bias):
            weights = (width + bias) * w_out
            return Counted(Complexity(weights, weights, w_out), side, w_out)
        case Excite(gate):
            return Counted(count(gate, 1, width).complexity, side, width)
        case When(mask, layers):
            # A bool, or a mask over the batch: the layers count or not.
            one = count(layers, side, width)
            return Counted(one.complexity * mask, one.side, where(mask, one.width, width))
        case Residual(main, shortcut):
            one, beside = count(main, side, width), count(shortcut, side, width)
            return Counted(one.complexity + beside.complexity, one.side, one.width)
        case Graph():
            return count_graph(layer, side, width)
        case Resize() | Act() | GlobalPool() | Shuffle() | Cut() | Shift() | Zero():
            return Counted(NOTHING, side_after((layer,), side), width_after((layer,), width))


def count_conv(conv: Conv, side: int, w_in: Count) -> Complexity:
    """A convolution with output side `side`: k^2 * w_in / groups * w_out weights."""
    group_width = w_in if conv.group_width is None else conv.group_width
    outputs = conv.width * side**2
    weights = conv.kernel**2 * group_width * conv.width
    bias = conv.width if conv.bias else 0
    flops = weights * side**2 + (outputs if conv.bias else 0)
    return Complexity(flops, weights + bias, outputs)


def count_graph(graph: Graph, side: int, width: Count) -> Counted:
    """All nodes, each on its joined inputs; an edge of a weighted sum has a parameter."""
    sides, widths, total = [side], [width], NOTHING
    alike: dict[tuple[int, int, int], Counted] = {}  # many nodes share their layers
    for node in graph.nodes:
        w_in, at = joined_width(node, widths), sides[node.inputs[0]]
        key = (id(node.layers), at, id(w_in))
        one = alike[key] = alike.get(key) or count(node.layers, at, w_in)
        total += one.complexity
        if node.join == "weighted" and len(node.inputs) > 1:
            total += Complexity(0, len(node.inputs), 0)
        sides.append(one.side)
        widths.append(one.width)
    return Counted(total, sides[-1], widths[-1])
