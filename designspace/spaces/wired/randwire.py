"""The design space of randomly wired networks: each stage is a random graph of its own.

Three generators: ER(P), each pair an edge with probability P; BA(M), each new node tied to M
older ones in proportion to their degree; WS(K, P), a ring whose edges are rewired. Edges go
from a lower to a higher index; only ER's indices are in random order.

Source: Exploring Randomly Wired Neural Networks (arXiv 1904.01569), section 3; figures for a
small (C = 78) and a regular regime (C = 109, 154) in its table 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.ends import ActiveStem, AnyStem, ConvHead, DoubleStem
from designspace.networks.network import NetworkBatch
from designspace.networks.wired import MOST_EDGES, WiredStageBatch
from designspace.spaces.base import Draws, Family

PER = 10_000
NEIGHBOURS = Choice(choices=(4,))
PROBABILITY = Choice(choices=(0.75,))
TIES = Choice(choices=(5,))

Graph: TypeAlias = Bools
"""Which of n nodes are tied to which, both ways, shape (n, n)."""

WORD = 2**32
"""Of numpy's generator."""

TRIES = 100
"""Graphs of ER that are drawn for one stage: with few edges hardly any is connected."""


class RandWire(Family):
    """WS(4, 0.75) of 32 nodes by default, the best of the paper, in its small regime."""

    kind: ClassVar[str] = "Wired graphs"
    chunk: ClassVar[int] = 128  # a seed's networks hang on it

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
        made = [self._graphs(rng, setting) for setting in settings]
        rows = np.array([i for i, one in enumerate(made) if one], dtype=np.int64)
        stages = [
            WiredStageBatch(_forward([made[row][i] for row in rows], nodes), width)
            for i, (nodes, width) in enumerate(self._sizes)
        ]
        parameters: dict[str, Floats] = {
            name: drawn[name][rows].astype(float) for name in self._parameters
        }
        edges = [stage.before.sum(axis=1) for stage in stages]
        parameters["wires"] = np.sum(edges, axis=0, dtype=float)
        parameters["depth"] = np.full(len(rows), float(sum(stage.nodes for stage in stages)))
        return Draws(
            n, rows, parameters, NetworkBatch(self._stem, tuple(stages), head=self._head)
        )

    @property
    def _sizes(self) -> list[tuple[int, int]]:
        """Nodes and width of each stage."""
        if not self.regular:
            return [(self.nodes, self.width * 2**i) for i in range(self.stages)]
        later = [(self.nodes, self.width * 2 ** (i + 1)) for i in range(self.stages)]
        return [(self.nodes // 2, self.width), *later]

    def _graphs(self, rng: Generator, setting: tuple[Any, ...]) -> list[Graph]:
        """One for each stage; none at all where one can't be made."""
        graphs = []
        for nodes, _ in self._sizes:
            graph = GENERATORS[self.generator](rng, nodes, *setting)
            if graph is None:
                return []
            graphs.append(graph)
        return graphs

    @property
    def _stem(self) -> AnyStem:
        if self.regular:
            return ActiveStem(
                kind="active", width=self.width // 2, stride=self.stem_stride, act="none"
            )
        return DoubleStem(kind="double", width=self.width, stride=self.stem_stride)

    @property
    def _head(self) -> ConvHead:
        return ConvHead(kind="conv", width=self.head, before="relu")

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


def _forward(graphs: list[Graph], nodes: int) -> Bools:
    """From a node to a later one wherever two are tied, shape (n, nodes, nodes)."""
    return np.triu(np.array(graphs, dtype=bool).reshape(-1, nodes, nodes), 1)


def erdos_renyi(rng: Generator, n: int, p: float) -> Graph | None:
    """ER(P): drawn again until it is connected, `TRIES` times; indices in random order.

    And until it has no more edges than a stage may have.
    """
    upper = np.triu_indices(n, 1)
    for _ in range(TRIES):
        there = rng.random(len(upper[0])) < p
        v, w = upper[0][there], upper[1][there]
        if len(v) <= MOST_EDGES and _connected(n, v.tolist(), w.tolist()):
            order = rng.permutation(n)
            return _tied(n, order[v], order[w])
    return None


def barabasi_albert(rng: Generator, n: int, m: int) -> Graph:
    """BA(M): M nodes without edges, then each new one tied to M others by their degree.

    The numbers are those of `rng.integers(len(ends))`, one by one, which takes numpy four times
    as long: a 32-bit word times their range, cut (Lemire, arXiv 1805.10941, algorithm 5).
    """
    older: list[int] = []
    newer: list[int] = []
    ends: list[int] = []  # each node as often as it has edges
    targets, words = list(range(m)), list[int]()
    for new in range(m, n):
        older += targets
        newer += [new] * m
        ends += targets + [new] * m
        chosen: set[int] = set()
        while len(chosen) < m:
            if not words:  # as many more are needed in any case
                sure = m * (n - new) - len(chosen)
                words = rng.integers(WORD, size=sure, dtype=np.uint32)[::-1].tolist()
            place, rest = divmod(words.pop() * len(ends), WORD)
            if rest >= WORD % len(ends):
                chosen.add(ends[place])
        targets = sorted(chosen)
    return _tied(n, older, newer)


def watts_strogatz(rng: Generator, n: int, k: int, p: float) -> Graph:
    """WS(K, P): a ring of K neighbours; each edge is rewired with P, indices go clockwise."""
    tied, degrees = bytearray(_ring(n, k)), [k] * n
    rewired = np.argwhere(rng.random((k // 2, n)) < p).tolist()
    others: list[int] = []
    for done, (i, v) in enumerate(rewired):
        if degrees[v] == n - 1:
            continue
        w = v
        while w == v or tied[v * n + w]:
            if not others:
                # At once as many as are needed in any case, until a node may be tied to all.
                sure = min(len(rewired) - done, n - 1 - max(degrees))
                others = rng.integers(n, size=max(1, sure))[::-1].tolist()
            w = others.pop()
        old = (v + i + 1) % n
        tied[v * n + old] = tied[old * n + v] = False
        tied[v * n + w] = tied[w * n + v] = True
        degrees[old] -= 1
        degrees[w] += 1
    return np.frombuffer(tied, dtype=bool).reshape(n, n)


@lru_cache
def _ring(n: int, k: int) -> bytes:
    """Each node tied to K / 2 on either side."""
    v = np.repeat(np.arange(n), k // 2)
    return _tied(n, v, (v + np.tile(np.arange(1, k // 2 + 1), n)) % n).tobytes()


def _connected(n: int, ends: list[int], others: list[int]) -> bool:
    near: list[list[int]] = [[] for _ in range(n)]
    for v, w in zip(ends, others, strict=True):
        near[v].append(w)
        near[w].append(v)
    seen, ahead = {0}, [0]
    while ahead:
        for w in near[ahead.pop()]:
            if w not in seen:
                seen.add(w)
                ahead.append(w)
    return len(seen) == n


def _tied(n: int, ends: Any, others: Any) -> Graph:
    """The graph of the edges between `ends` and `others`."""
    tied = np.zeros((n, n), dtype=bool)
    tied[ends, others] = tied[others, ends] = True
    return tied


GENERATORS: dict[str, Callable[..., Graph | None]] = {
    "er": erdos_renyi,
    "ba": barabasi_albert,
    "ws": watts_strogatz,
}
