"""The design space of randomly wired networks: each stage is a random graph of its own.

Three generators: ER(P), each pair an edge with probability P; BA(M), each new node tied to M
older ones in proportion to their degree; WS(K, P), a ring whose edges are rewired. Edges go
from a lower to a higher index; only ER's indices are in random order.

Source: Exploring Randomly Wired Neural Networks (arXiv 1904.01569), section 3; figures for a
small (C = 78) and a regular regime (C = 109, 154) in its table 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.ends import ActiveStem, ConvHead, DoubleStem
from designspace.networks.network import Network, NetworkList
from designspace.networks.wired import Edge, WiredStage
from designspace.spaces.base import Draws, Family

PER = 10_000
NEIGHBOURS = Choice(choices=(4,))
PROBABILITY = Choice(choices=(0.75,))
TIES = Choice(choices=(5,))

TRIES = 100
"""Graphs of ER that are drawn for one stage: with few edges hardly any is connected."""


class RandWire(Family):
    """WS(4, 0.75) of 32 nodes by default, the best of the paper, in its small regime."""

    kind: ClassVar[str] = "Wired graphs"
    chunk: ClassVar[int] = 128  # each is a model of its own

    family: Literal["randwire"] = "randwire"
    generator: Literal["er", "ba", "ws"] = "ws"
    neighbours: Annotated[Law, defaults_to(NEIGHBOURS), within(2, 64, 1)] = Field(
        NEIGHBOURS, description="K of WS, even"
    )
    probability: Annotated[Law, defaults_to(PROBABILITY), within(0.01, 1, PER)] = Field(
        PROBABILITY, description="P of ER and WS"
    )
    ties: Annotated[Law, defaults_to(TIES), within(1, 64, 1)] = Field(
        TIES, description="M of BA"
    )
    nodes: int = Field(32, ge=4, le=128, description="N of a stage")
    width: int = Field(78, ge=2, le=1024, description="C, of the first stage of N nodes")
    stages: int = Field(3, ge=1, le=4, description="each twice as wide as the one before")
    regular: bool = Field(
        False, description="whether a stage of N / 2 nodes of C comes before; then from 2 C on"
    )
    stem_stride: int = Field(2, ge=1, le=4)
    head: int = Field(1280, ge=1, le=8192, description="channels of the 1x1 before the pool")

    @model_validator(mode="after")
    def _graphs_that_there_are(self) -> Self:
        least = self.nodes // 2 if self.regular else self.nodes
        if self.generator == "ws":
            k = self.neighbours.values
            if odd := [value for value in k.tolist() if value % 2 or value >= least]:
                raise ValueError(f"K of WS is even and below {least} nodes, got {odd[0]:g}")
        if self.generator == "ba" and self.ties.values[-1] >= least:
            raise ValueError(f"M of BA is below {least} nodes, got {self.ties.values[-1]:g}")
        return self

    @property
    def _parameters(self) -> tuple[str, ...]:
        """What the generator has."""
        return {
            "er": ("probability",),
            "ba": ("ties",),
            "ws": ("neighbours", "probability"),
        }[self.generator]

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates; those without a connected graph for a stage are left out."""
        drawn = {
            "neighbours": self.neighbours.draw(rng, n),
            "probability": self.probability.draw(rng, n, per=PER) / PER,
            "ties": self.ties.draw(rng, n),
        }
        settings = zip(*(drawn[name].tolist() for name in self._parameters), strict=True)
        made = [self._network(rng, setting) for setting in settings]
        rows = np.array([i for i, one in enumerate(made) if one], dtype=np.int64)
        networks = [one for one in made if one]
        parameters: dict[str, Floats] = {
            name: drawn[name][rows].astype(float) for name in self._parameters
        }
        edges = [
            sum(len(stage.edges) for stage in network.stages if isinstance(stage, WiredStage))
            for network in networks
        ]
        parameters["wires"] = np.array(edges, dtype=float)
        parameters["depth"] = np.array([network.depth for network in networks], dtype=float)
        return Draws(n, rows, parameters, NetworkList(tuple(networks)))

    def _network(self, rng: Generator, setting: tuple[Any, ...]) -> Network | None:
        sizes = [self.nodes] * self.stages
        widths = [self.width * 2**i for i in range(self.stages)]
        if self.regular:
            sizes = [self.nodes // 2, *sizes]
            widths = [self.width, *(2 * width for width in widths)]
        graphs = []
        for size in sizes:
            graph = GENERATORS[self.generator](rng, size, *setting)
            if graph is None:
                return None
            graphs.append(graph)
        return self.network(sizes, widths, graphs)

    def network(
        self, sizes: list[int], widths: list[int], graphs: list[tuple[Edge, ...]]
    ) -> Network:
        """The network of given graphs."""
        stages = tuple(
            WiredStage(body="wired", nodes=size, edges=edges, width=width)
            for size, width, edges in zip(sizes, widths, graphs, strict=True)
        )
        stem: Any = (
            ActiveStem(
                kind="active", width=self.width // 2, stride=self.stem_stride, act="none"
            )
            if self.regular
            else DoubleStem(kind="double", width=self.width, stride=self.stem_stride)
        )
        head = ConvHead(kind="conv", width=self.head, before="relu")
        return Network(stem=stem, stages=stages, head=head)

    def count(self) -> int:
        """Settings of the generator; of each there are very many graphs."""
        total = 1
        for name in self._parameters:
            total *= len(self.law(name).values)
        return total

    @property
    def refinable(self) -> tuple[str, ...]:
        """Of the generator."""
        return self._parameters

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws."""
        passes: Bools = np.logical_and.reduce(
            [np.isin(columns[name], self.law(name).values) for name in self._parameters]
        )
        return passes


def erdos_renyi(rng: Generator, n: int, p: float) -> tuple[Edge, ...] | None:
    """ER(P): drawn again until it is connected, `TRIES` times; indices in random order."""
    upper = np.triu_indices(n, 1)
    for _ in range(TRIES):
        there = rng.random(len(upper[0])) < p
        pairs = np.stack([upper[0][there], upper[1][there]], axis=1)
        if _connected(n, pairs.tolist()):
            order = rng.permutation(n)
            named = np.sort(order[pairs], axis=1)
            return _edges(named.tolist())
    return None


def barabasi_albert(rng: Generator, n: int, m: int) -> tuple[Edge, ...]:
    """BA(M): M nodes without edges, then each new one tied to M others by their degree."""
    edges: list[list[int]] = []
    ends: list[int] = []  # each node as often as it has edges
    targets = list(range(m))
    for new in range(m, n):
        edges += [[old, new] for old in targets]
        ends += targets + [new] * m
        chosen: set[int] = set()
        while len(chosen) < m:
            chosen.add(ends[int(rng.integers(len(ends)))])
        targets = sorted(chosen)
    return _edges(edges)


def watts_strogatz(rng: Generator, n: int, k: int, p: float) -> tuple[Edge, ...]:
    """WS(K, P): a ring of K neighbours; each edge is rewired with P, indices go clockwise."""
    neighbours = [set[int]() for _ in range(n)]
    for i in range(1, k // 2 + 1):
        for v in range(n):
            _tie(neighbours, v, (v + i) % n)
    chances = rng.random((k // 2, n)).tolist()
    for i in range(1, k // 2 + 1):
        for v in range(n):
            if chances[i - 1][v] >= p or len(neighbours[v]) >= n - 1:
                continue
            w = v
            while w == v or w in neighbours[v]:
                w = int(rng.integers(n))
            old = (v + i) % n
            neighbours[v].discard(old)
            neighbours[old].discard(v)
            _tie(neighbours, v, w)
    return _edges([[v, w] for v in range(n) for w in neighbours[v] if v < w])


def _tie(neighbours: list[set[int]], v: int, w: int) -> None:
    neighbours[v].add(w)
    neighbours[w].add(v)


def _connected(n: int, pairs: list[list[int]]) -> bool:
    near: list[list[int]] = [[] for _ in range(n)]
    for v, w in pairs:
        near[v].append(w)
        near[w].append(v)
    seen, ahead = {0}, [0]
    while ahead:
        for w in near[ahead.pop()]:
            if w not in seen:
                seen.add(w)
                ahead.append(w)
    return len(seen) == n


def _edges(pairs: list[list[int]]) -> tuple[Edge, ...]:
    return tuple(sorted((v, w) for v, w in pairs))


GENERATORS: dict[str, Callable[..., tuple[Edge, ...] | None]] = {
    "er": erdos_renyi,
    "ba": barabasi_albert,
    "ws": watts_strogatz,
}
