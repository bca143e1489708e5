"""Cells of NAS-Bench-101 as arrays: what `Cell` says of one, of n cells at once.

A cell has V places: the first goes in, the last comes out, and a place between them that
nothing is on has no edge and the label `ABSENT`.

Source: NAS-Bench-101 (arXiv 1902.09635), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from columns.arrays import Bools, Floats, Ints
from designspace.networks.numbers import Count
from designspace.networks.vertex_cells import VERTEX_OPERATIONS, Cell, VertexCells

ABSENT = -1
"""The label of an inner place that is left out; others are those of `VERTEX_OPERATIONS`."""

BACKWARD = 2.0**45
"""What an edge costs that would go back: more than all else."""


@dataclass(frozen=True)
class Cells:
    """n cells of at most V vertices.

    Args:
        edges: whether one goes from the first place to the second, shape (n, V, V).
        labels: of the inner places, shape (n, V - 2).
    """

    edges: Bools
    labels: Ints

    @classmethod
    def of(cls, upper: Bools, labels: Ints) -> Cells:
        """By the upper triangle of each matrix, row by row, shape (n, V (V - 1) / 2)."""
        places = labels.shape[1] + 2
        edges = np.zeros((len(upper), places, places), dtype=bool)
        edges[:, *np.triu_indices(places, 1)] = upper
        return cls(edges, labels)

    def __len__(self) -> int:
        return len(self.edges)

    def __getitem__(self, i: int) -> Cell:
        there = self.there[i]
        matrix = self.edges[i][np.ix_(there, there)].astype(int)
        operations = (VERTEX_OPERATIONS[j] for j in self.labels[i] if j != ABSENT)
        return Cell(tuple(map(tuple, matrix.tolist())), tuple(operations))

    def take(self, rows: NDArray[Any]) -> Cells:
        """The cells at `rows` (indices or a mask), in that order."""
        return Cells(self.edges[rows], self.labels[rows])

    @property
    def there(self) -> Bools:
        """Which places have a vertex, shape (n, V)."""
        return np.pad(self.labels != ABSENT, ((0, 0), (1, 1)), constant_values=True)

    @property
    def sizes(self) -> Ints:
        """Edges of each cell, shape (n,); none of one without a path, once it is pruned."""
        sizes: Ints = self.edges.sum(axis=(1, 2))
        return sizes

    def pruned(self) -> Cells:
        """Without vertices that are on no path from input to output."""
        ahead, back = np.zeros((2, *self.edges.shape[:2]), dtype=bool)
        ahead[:, 0] = back[:, -1] = True
        places = range(self.edges.shape[1])
        for i in places:
            ahead |= ahead[:, i, np.newaxis] & self.edges[:, i, :]
        for j in reversed(places):
            back |= back[:, j, np.newaxis] & self.edges[:, :, j]
        kept = ahead & back
        edges = self.edges & kept[:, :, np.newaxis] & kept[:, np.newaxis, :]
        return Cells(edges, np.where(kept[:, 1:-1], self.labels, ABSENT))

    def normal(self) -> Cells:
        """Of pruned cells, in the order whose (matrix, labels) is least: as `Cell.normal`."""
        orders, costs = _orders(self.edges.shape[1])
        least = np.argmin(self._digits @ costs, axis=1)
        order = orders[least]
        rows = np.arange(len(self))[:, np.newaxis]
        edges = self.edges[
            rows[:, :, np.newaxis], order[:, :, np.newaxis], order[:, np.newaxis]
        ]
        return Cells(edges, self.labels[rows, order[:, 1:-1] - 1])

    @property
    def _digits(self) -> Floats:
        """Edges, labels, and which are absent: what an order is judged by, shape (n, k)."""
        upper = self.edges[:, *np.triu_indices(self.edges.shape[1], 1)]
        absent = self.labels == ABSENT
        return np.hstack([upper, np.where(absent, 0, self.labels), absent]).astype(float)

    @property
    def keys(self) -> Ints:
        """(matrix, labels) of each cell as one number, shape (n,)."""
        weights = _weights(np.arange(self.edges.shape[1]))
        return (self._digits @ weights).astype(np.int64)

    def widths(self, w_in: Count, w_out: int) -> list[Ints]:
        """Channels of each place of cells from `w_in` to `w_out`, (n,) each: as `Cell.widths`.

        Places that nothing is on have 0.
        """
        last = self.edges.shape[1] - 1
        ends = self.edges[:, 1:last, last]
        among = np.maximum(ends.sum(axis=1), 1)[:, np.newaxis]
        shares = w_out // among + (np.cumsum(ends, axis=1) <= w_out % among)
        found = np.zeros(self.edges.shape[:2], dtype=np.int64)
        found[:, 1:last] = np.where(ends, shares, 0)
        for i in range(last - 2, 0, -1):
            widest = (found * self.edges[:, i]).max(axis=1)
            found[:, i] = np.where(ends[:, i - 1], found[:, i], widest)
        found[:, 0], found[:, last] = w_in, w_out
        return list(found.T)


@lru_cache
def _orders(places: int) -> tuple[Ints, Floats]:
    """All orders of the inner vertices, shape (m, V), and what each digit costs in them."""
    inner = permutations(range(1, places - 1))
    orders = np.array([(0, *order, places - 1) for order in inner])
    return orders, np.stack([_weights(order) for order in orders], axis=1)


def _weights(order: Ints) -> Floats:
    """What each of a cell's digits is worth where its vertices stand in an order, shape (k,).

    An edge of the upper triangle counts the more the earlier it stands, a label after all
    edges, two bits each. What is absent comes last.
    """
    places = len(order)
    at = np.argsort(order)  # the place of each vertex
    pairs, inner = places * (places - 1) // 2, places - 2
    ranks = np.zeros((places, places), dtype=np.int64)
    ranks[np.triu_indices(places, 1)] = np.arange(pairs)[::-1]
    start, end = (at[vertices] for vertices in np.triu_indices(places, 1))
    edges = np.where(start < end, 4.0**inner * 2.0 ** ranks[start, end], BACKWARD)
    labels = 4.0 ** (inner - at[1:-1])
    absent = BACKWARD / 64 * (inner - at[1:-1])
    return np.concatenate([edges, labels, absent])


@dataclass(frozen=True)
class VertexCellsBatch:
    """One stage of n networks, each of its own cell."""

    cells: Cells
    depth: int
    width: int
    pool: bool

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, i: int) -> VertexCells:
        cell = self.cells[i]
        return VertexCells(
            body="vertices",
            matrix=cell.matrix,
            operations=cell.operations,
            depth=self.depth,
            width=self.width,
            pool=self.pool,
        )

    def take(self, rows: NDArray[Any]) -> Self:
        """The stages of the networks at `rows`."""
        return replace(self, cells=self.cells.take(rows))

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than the weights, shape (n,): a 3x3 and a projection on each place."""
        widest = np.maximum(w_in, self.width) * 1.0
        places = self.cells.edges.shape[1]
        return np.full(len(self), places * self.depth * (10 * widest**2 + 4 * widest))

    @property
    def key(self) -> list[Ints]:
        """A whole number that tells stages apart, shape (n,)."""
        return [self.cells.keys]
