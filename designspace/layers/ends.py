"""The layers of stems and heads."""

from __future__ import annotations

from designspace.layers.records import (
    Act,
    BatchNorm,
    Conv,
    GlobalPool,
    Graph,
    LayerNorm,
    Layers,
    Linear,
    MaxPool,
    Node,
    When,
    act,
)
from designspace.networks.ends import (
    ActiveStem,
    ActiveStemBatch,
    AnyHead,
    AnyStem,
    DeepStem,
    DeepStemBatch,
    DoubleStem,
    NormedHead,
    NormHead,
    PatchStem,
    PatchStemBatch,
    PoolHead,
    StemBatch,
)
from designspace.networks.numbers import Activation, Count


def stem_layers(stem: AnyStem | StemBatch, activation: Activation) -> Layers:
    """Layers from the image to the stem's width; `activation` where it has none of its own."""
    if isinstance(stem, ActiveStem | ActiveStemBatch):
        return (Conv(3, stem.width, stem.stride), BatchNorm(), *act(stem.act))
    if isinstance(stem, PatchStem | PatchStemBatch):
        return (Conv(stem.stride, stem.width, stem.stride, bias=True, padding=0), LayerNorm())
    if isinstance(stem, DoubleStem):
        half = (Conv(3, stem.width // 2, stem.stride), BatchNorm(), Act("relu"))
        return (*half, Conv(3, stem.width, 2), BatchNorm())
    if isinstance(stem, DeepStem | DeepStemBatch):
        middle = Graph((Node((0,), normed(stem.half)), Node((0, 1))))
        first, last = normed(stem.half, stem.stride), normed(stem.width)
        return (*first, When(stem.middle, (middle,)), *last, MaxPool(3, 2))
    if stem.kind == "simple":
        return (Conv(3, stem.width, stem.stride), BatchNorm(), *act(activation))
    return (Conv(7, stem.width, stem.stride), BatchNorm(), *act(activation), MaxPool(3, 2))


def normed(width: Count, stride: int = 1) -> Layers:
    """A 3x3 convolution, batch norm, ReLU."""
    return (Conv(3, width, stride), BatchNorm(), Act("relu"))


def head_layers(head: AnyHead, classes: int) -> Layers:
    """Global average pool and classifier, with what a head has before and between them."""
    if isinstance(head, PoolHead):
        return (GlobalPool(), Linear(classes))
    if isinstance(head, NormedHead):
        return (GlobalPool(), LayerNorm(), Linear(classes))
    if isinstance(head, NormHead):
        return (BatchNorm(), Act("relu"), GlobalPool(), Linear(classes))
    before: Layers = ()
    if head.width:
        before = (*act(head.before), Conv(1, head.width), BatchNorm(), *act(head.act))
    hidden: Layers = ()
    if head.hidden:
        hidden = (Linear(head.hidden, head.hidden_bias), *act(head.act))
    return (*before, GlobalPool(), *hidden, Linear(classes))
