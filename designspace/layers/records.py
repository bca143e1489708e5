"""The records of layers: what there is to count, to instantiate and to write.

A layer names what comes out of it, not what goes in: whoever folds over layers carries the
width along (`width_after`), and whoever counts the side, too (`side_after`). Numbers are ints,
or int64 arrays of shape (n,) for a batch of networks. What only some networks of a batch have
stands in a `When`, whose mask is then an array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from designspace.networks.numbers import Activation, Count, Function


@dataclass(frozen=True)
class Resize:
    """Bilinear, to `side` x `side`; where it makes images smaller, over all that it leaves."""

    side: int


@dataclass(frozen=True)
class Conv:
    """A k x k convolution to `width` channels, padded so that only the stride makes it smaller.

    That is by dilation * (k // 2); `padding` says otherwise.
    """

    kernel: Count
    width: Count
    stride: int = 1
    group_width: Count | None = None  # input channels per group; None: one group
    bias: bool = False
    padding: int | None = None
    dilation: int = 1


@dataclass(frozen=True)
class BatchNorm:
    """Normalises each channel, and scales and shifts it."""


@dataclass(frozen=True)
class LayerNorm:
    """Normalises the channels of each position, and scales and shifts them."""


@dataclass(frozen=True)
class EdgeWeights:
    """Of a batch: how many edges go into weighted sums, each with a weight. It is no module."""

    edges: Count


@dataclass(frozen=True)
class Scale:
    """Multiplies each channel by a weight of its own."""


@dataclass(frozen=True)
class Act:
    """An activation function, element by element."""

    kind: Function


@dataclass(frozen=True)
class MaxPool:
    """Over k x k positions; only the stride makes it smaller, and rounds up."""

    kernel: int
    stride: int


@dataclass(frozen=True)
class AvgPool:
    """Mean over k x k positions, those beyond the edges not among them; as `MaxPool`."""

    kernel: int
    stride: int


@dataclass(frozen=True)
class GlobalPool:
    """Mean over positions: the output side is 1."""


@dataclass(frozen=True)
class Linear:
    """Fully connected."""

    width: int
    bias: bool = True


@dataclass(frozen=True)
class Shuffle:
    """Channels of `groups` groups in turns."""

    groups: Count


@dataclass(frozen=True)
class Cut:
    """The first `width` channels."""

    width: Count


@dataclass(frozen=True)
class Shift:
    """One pixel up and to the left; zeros come in, which matters to odd sides only."""


@dataclass(frozen=True)
class Zero:
    """Nothing but zeros, of the same shape."""


@dataclass(frozen=True)
class Excite:
    """Squeeze-and-excitation: multiply the input by `gate` of its global pool."""

    gate: Layers


@dataclass(frozen=True)
class When:
    """`layers` where `mask`, elsewhere nothing: what comes in goes out."""

    mask: Any  # bool; for a batch an array of shape (n,)
    layers: Layers


@dataclass(frozen=True)
class Residual:
    """`main` plus the shortcut, the identity where that is empty; where not `adds`, `main`."""

    main: Layers
    shortcut: Layers = ()
    adds: Any = True  # bool; for a batch perhaps an array of shape (n,)


Join: TypeAlias = Literal["sum", "mean", "concat", "weighted"]
"""How a node joins its inputs. `weighted`: a sum with sigmoid(a) of an edge's own a each."""


@dataclass(frozen=True)
class Node:
    """Layers on the joined outputs of earlier nodes; 0 is what goes into the graph."""

    inputs: tuple[int, ...]
    layers: Layers = ()
    join: Join = "sum"

    @property
    def joins(self) -> bool:
        """Whether its inputs are made one, which is then its own."""
        return len(self.inputs) > 1


@dataclass(frozen=True)
class Graph:
    """Nodes 1, 2, .. in an order in which each comes after its inputs; the last goes out."""

    nodes: tuple[Node, ...]


Layer: TypeAlias = (
    Resize
    | Conv
    | BatchNorm
    | LayerNorm
    | EdgeWeights
    | Scale
    | Act
    | MaxPool
    | AvgPool
    | GlobalPool
    | Linear
    | Shuffle
    | Cut
    | Shift
    | Zero
    | Excite
    | When
    | Residual
    | Graph
)
Layers: TypeAlias = tuple[Layer, ...]


def width_after(layers: Layers, width: Count) -> Count:
    """Channels of what comes out, where `width` go in; found from the end, which says most."""
    for i in reversed(range(len(layers))):
        match layer := layers[i]:
            case Conv() | Linear() | Cut():
                return layer.width
            case When(mask, some):
                before = width_after(layers[:i], width)
                return where(mask, width_after(some, before), before)  # type: ignore[no-any-return]
            case Residual(main):
                return width_after(main, width_after(layers[:i], width))
            case Graph():
                known = {0: width_after(layers[:i], width)}
                return _width_of(layer, len(layer.nodes), known)
    return width


def _width_of(graph: Graph, i: int, known: dict[int, Count]) -> Count:
    """Channels that come out of node i, by those of other nodes, which it adds to."""
    if i not in known:
        node = graph.nodes[i - 1]
        inputs = node.inputs if node.join == "concat" else node.inputs[:1]
        joined, *others = [_width_of(graph, j, known) for j in inputs]
        known[i] = width_after(node.layers, sum(others, joined))
    return known[i]


def graph_widths(graph: Graph, width: Count) -> list[Count]:
    """Channels that come out of each node, from node 0: what goes in."""
    widths = [width]
    for node in graph.nodes:
        widths.append(width_after(node.layers, joined_width(node, widths)))
    return widths


def joined_width(node: Node, widths: list[Count]) -> Count:
    """Channels that go into a node's layers, by those that come out of all nodes before it."""
    inputs = [widths[i] for i in node.inputs]
    return sum(inputs[1:], inputs[0]) if node.join == "concat" else inputs[0]


def side_after(layers: Layers, side: int) -> int:
    """Pixels along a side of what comes out, where `side` go in; none of too small an image."""
    for layer in layers:
        match layer:
            case Conv(kernel=kernel, stride=stride, padding=int(padding)):
                reach = (int(kernel) - 1) * layer.dilation + 1
                side = (side + 2 * padding - reach) // stride + 1
            case Conv(stride=stride) | MaxPool(_, stride) | AvgPool(_, stride):
                side = (side - 1) // stride + 1
            case Resize():
                side = layer.side
            case GlobalPool():
                side = min(side, 1)
            case When(_, main) | Residual(main):  # what may be left out never strides
                side = side_after(main, side)
            case Graph():
                side = _side_of(layer, len(layer.nodes), side)
    return side


def _side_of(graph: Graph, i: int, side: int) -> int:
    """The side of what comes out of node i."""
    if i == 0:
        return side
    node = graph.nodes[i - 1]
    return side_after(node.layers, _side_of(graph, node.inputs[0], side))


def padded(layer: Conv | MaxPool | AvgPool) -> int:
    """Rows and columns of padding on each side.

    An even kernel of a pool has none: it reaches over the far edge (torch's `ceil_mode`).
    """
    if isinstance(layer, Conv):
        same = int(layer.kernel) // 2 * layer.dilation
        return same if layer.padding is None else layer.padding
    return layer.kernel // 2 if layer.kernel % 2 else 0


def where(mask: Any, then: Any, otherwise: Any) -> Any:
    """One of two numbers; for a batch, where the mask is an array, of each network's."""
    return (
        np.where(mask, then, otherwise)
        if isinstance(mask, np.ndarray)
        else (then if mask else otherwise)
    )


def act(kind: Activation) -> Layers:
    """An activation, or nothing."""
    return () if kind == "none" else (Act(kind),)
