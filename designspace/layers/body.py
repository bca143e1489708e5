"""A network's layers, from image to logits: here words become layers.

Counting folds over them (`designspace.layers.complexity`), torch instantiates them
(`workers.training.networks`), and `designspace.layers.source` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from designspace.layers.bottleneck import block_layers
from designspace.layers.bottlenecks import bottleneck_block
from designspace.layers.convnext import downsampling, next_block
from designspace.layers.darts import darts_body
from designspace.layers.edge_cells import edge_cell, reduction
from designspace.layers.ends import head_layers, stem_layers
from designspace.layers.inverted import inverted_layers
from designspace.layers.records import EdgeWeights, Layers, MaxPool, Resize, When, width_after
from designspace.layers.vertex_cells import vertex_cell
from designspace.layers.wired import separable, wired_stage
from designspace.networks.bottlenecks import BottleneckStage, BottleneckStageBatch
from designspace.networks.convnext import NextStage, NextStageBatch
from designspace.networks.darts import DartsStage
from designspace.networks.edge_cells import EdgeCells, EdgeCellsBatch
from designspace.networks.inverted import InvertedStage, InvertedStageBatch
from designspace.networks.network import AnyStage, AnyStageBatch, Network, NetworkBatch
from designspace.networks.numbers import Count
from designspace.networks.repeats import Stage, StageBatch
from designspace.networks.vertex_batches import VertexCellsBatch
from designspace.networks.vertex_cells import VertexCells
from designspace.networks.wired import WiredStage, WiredStageBatch


@dataclass(frozen=True)
class Group:
    """Layers that stand `times` in a row."""

    name: str
    layers: Layers
    times: Count = 1


def network_layers(
    network: Network | NetworkBatch, channels: int, classes: int
) -> Iterator[Group]:
    """The whole network, group after group; names are unique."""
    if isinstance(network, Network) and network.resolution:
        yield Group("images", (Resize(network.resolution),))
    stem = Group("stem", stem_layers(network.stem, network.act))
    yield stem
    w_in = width_after(stem.layers, channels)
    for i, stage in enumerate(network.stages, start=1):
        for group in stage_layers(network, stage, w_in):
            yield Group(f"stage_{i}_{group.name}", group.layers, group.times)
            w_in = width_after(group.layers, w_in)
    yield Group("head", head_layers(network.head, classes))


def stage_layers(
    network: Network | NetworkBatch, stage: AnyStage | AnyStageBatch, w_in: Count
) -> Iterator[Group]:
    """A stage by what it is made of, from `w_in` channels."""
    match stage:
        case InvertedStage():
            for j, one in enumerate(stage.blocks, start=1):
                yield Group(f"block_{j}", inverted_layers(one, w_in, stage))
                w_in = one.width
        case InvertedStageBatch():
            for j, blocks in enumerate(stage.blocks, start=1):
                layers = When(blocks.present, inverted_layers(blocks, w_in, stage.like))
                yield Group(f"block_{j}", (layers,))
                w_in = width_after((layers,), w_in)
        case BottleneckStage() | BottleneckStageBatch():
            for j, there in enumerate(stage.present):
                stride = 1 if j else stage.stride
                one_block = bottleneck_block(w_in, stage.inner[j], stage.width, stride)
                yield Group(f"block_{j + 1}", (When(there, one_block),))
                w_in = stage.width
        case EdgeCells() | EdgeCellsBatch():
            if np.any(stage.reduction):
                yield Group("reduction", reduction(stage.reduction))
                w_in = stage.reduction
            yield Group("first_cell", edge_cell(stage, w_in))
            yield Group("next_cell", edge_cell(stage, stage.width), stage.depth - 1)
        case VertexCells() | VertexCellsBatch():
            if stage.pool:
                yield Group("pool", (MaxPool(2, 2),))
            yield Group("first_cell", vertex_cell(stage, w_in))
            yield Group("next_cell", vertex_cell(stage, stage.width), stage.depth - 1)
        case NextStage() | NextStageBatch():
            if stage.downsamples:
                yield Group("downsampling", downsampling(stage.width))
            elif np.any(w_in != stage.width):
                raise ValueError("a first stage is as wide as its stem")
            yield Group("block", next_block(stage.width), stage.depth)
        case DartsStage():
            yield Group("cells", darts_body(stage))
        case WiredStage():
            yield Group("graph", wired_stage(stage, int(w_in)))
        case WiredStageBatch():  # its nodes by their number, because their edges differ
            before = stage.before
            firsts = (before == 0).sum(axis=1)
            yield Group("first_node", separable(w_in, stage.width, stage.stride), firsts)
            inner = separable(stage.width, stage.width)
            yield Group("next_node", inner, stage.nodes - firsts)
            weighted = np.where(before > 1, before, 0).sum(axis=1)
            yield Group("edge_weights", (EdgeWeights(weighted),))
        case Stage() | StageBatch():
            block, ratio, act = network.block, network.se_ratio, network.act
            first = block_layers(block, w_in, stage, stage.stride, ratio, act)
            yield Group("first_block", first)
            again = block_layers(block, stage.width, stage, 1, ratio, act)
            yield Group("next_block", again, stage.depth - 1)
