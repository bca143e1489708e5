"""Stages of cells of NAS-Bench-101: small graphs of operations on vertices, repeated.

Source: NAS-Bench-101 (arXiv 1902.09635), section 2.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import permutations
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, Strict, model_validator

from designspace.networks.bodies import Body
from designspace.networks.numbers import DEEPEST, WIDEST
from designspace.networks.wiring import Wiring

VertexOperation: TypeAlias = Literal["conv3x3", "conv1x1", "maxpool3x3"]
VERTEX_OPERATIONS: tuple[VertexOperation, ...] = ("conv3x3", "conv1x1", "maxpool3x3")
"""Of NAS-Bench-101, in the order of its labels 0, 1, 2."""

SHORT = {"conv3x3": "3x3", "conv1x1": "1x1", "maxpool3x3": "pool"}
"""Operations as pictures name them."""

MOST_VERTICES, MOST_EDGES = 7, 9
"""Of a cell that is pruned. Its README has the two numbers swapped."""

Matrix: TypeAlias = tuple[Annotated[tuple[int, ...], Strict(False)], ...]


class VertexCells(Body):
    """Equal cells of NAS-Bench-101: a graph with an operation on each inner vertex.

    Vertex 0 goes in, the last comes out, and each is on a path. The order of vertices counts:
    where channels don't divide, the first have more. Families draw one order of each cell
    (`Cell.normal`).
    """

    part: ClassVar[str] = "cell"

    body: Literal["vertices"]
    matrix: Matrix = Field(strict=False, description="upper triangular, 0 or 1")
    operations: tuple[VertexOperation, ...] = Field(
        (), strict=False, description="of the inner vertices"
    )
    depth: int = Field(ge=1, le=DEEPEST, description="cells")
    width: int = Field(ge=1, le=WIDEST, description="channels that come out")
    pool: bool = Field(False, description="whether a 2x2 max pool of stride 2 comes before")

    @model_validator(mode="after")
    def _a_pruned_cell(self) -> Self:
        cell = Cell(self.matrix, self.operations)
        if cell != cell.pruned():
            raise ValueError("some vertex is on no path from the input to the output")
        cell.check_size()
        return self

    def check_input(self, w_in: int) -> None:
        """Refuse a width that leaves some vertex without a channel."""
        if min(Cell(self.matrix, self.operations).widths(w_in, self.width)) < 1:
            raise ValueError(f"{self.width} channels are too few for the last vertices")

    @property
    def words(self) -> str:
        """The edges of the cell: `in → 3x3 1, 3x3 1 → out`, by operation and number."""
        names = self.wiring.nodes
        return ", ".join(f"{names[i]} → {names[j]}" for i, j, _ in self.wiring.edges)

    @property
    def wiring(self) -> Wiring:
        """Its vertices, by operation and number, and its edges."""
        inner = (f"{SHORT[one]} {i}" for i, one in enumerate(self.operations, start=1))
        edges = (
            (i, j, "")
            for i, row in enumerate(self.matrix)
            for j, edge in enumerate(row)
            if edge
        )
        return Wiring(("in", *inner, "out"), tuple(edges))

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return self.width


@dataclass(frozen=True)
class Cell:
    """A cell of NAS-Bench-101 as it is written: a matrix and the operations of inner vertices.

    Raises:
        ValueError: the matrix is not upper triangular of 0 and 1, or operations don't fit.
    """

    matrix: Matrix
    operations: tuple[VertexOperation, ...]

    def __post_init__(self) -> None:
        n = len(self.matrix)
        if not 2 <= n <= 64 or any(len(row) != n for row in self.matrix):
            raise ValueError(f"the matrix is square, of 2 to 64 vertices: it has {n} rows")
        for i, row in enumerate(self.matrix):
            if any(edge not in (0, 1) for edge in row) or any(row[: i + 1]):
                raise ValueError(
                    f"the matrix is upper triangular, of 0 and 1: row {i} is {row}"
                )
        if len(self.operations) != n - 2:
            raise ValueError(
                f"{n - 2} inner vertices have as many operations, not {len(self.operations)}"
            )

    def pruned(self) -> Cell | None:
        """Without vertices that are on no path from input to output; None without one."""
        n = len(self.matrix)
        ahead, back = {0}, {n - 1}
        for i in range(n):
            if i in ahead:
                ahead |= {j for j in range(n) if self.matrix[i][j]}
        for j in reversed(range(n)):
            if j in back:
                back |= {i for i in range(n) if self.matrix[i][j]}
        kept = sorted(ahead & back)
        if kept[:1] != [0] or kept[-1:] != [n - 1]:
            return None
        return self._of(kept)

    def check_size(self) -> None:
        """Raise ValueError where it has more vertices or edges than the space."""
        n = len(self.matrix)
        if n > MOST_VERTICES or self.edges > MOST_EDGES:
            raise ValueError(
                f"a pruned cell has at most {MOST_VERTICES} vertices and {MOST_EDGES} edges: "
                f"this one has {n} and {self.edges}"
            )

    @property
    def edges(self) -> int:
        return sum(map(sum, self.matrix))

    def normal(self) -> Cell | None:
        """Pruned, with its inner vertices in the order whose (matrix, labels) is least.

        Raises:
            ValueError: more vertices or edges than the space has.
        """
        pruned = self.pruned()
        if pruned is None:
            return None
        pruned.check_size()
        n = len(pruned.matrix)
        orders = ([0, *order, n - 1] for order in permutations(range(1, n - 1)))
        cells = (pruned._of(order) for order in orders if pruned._is_order(order))
        return min(cells, key=lambda cell: (cell.matrix, cell.labels))

    @property
    def labels(self) -> tuple[int, ...]:
        """Of the inner vertices: 0 for 3x3, 1 for 1x1, 2 for the pool."""
        return tuple(VERTEX_OPERATIONS.index(one) for one in self.operations)

    def _is_order(self, order: list[int]) -> bool:
        """Whether each vertex comes after those that it follows."""
        return all(
            not self.matrix[order[j]][order[i]]
            for i in range(len(order))
            for j in range(i, len(order))
        )

    def _of(self, vertices: list[int]) -> Cell:
        return Cell(
            tuple(tuple(self.matrix[i][j] for j in vertices) for i in vertices),
            tuple(self.operations[i - 1] for i in vertices[1:-1]),
        )

    @property
    def md5(self) -> str:
        """The hash of NAS-Bench-101: the same for cells that differ in the order of vertices.

        Source: `graph_util.hash_module` of its authors.
        """
        n = len(self.matrix)
        labels = [-1, *self.labels, -2]
        columns = [[self.matrix[i][j] for i in range(n)] for j in range(n)]
        hashes = [
            _md5(str((sum(self.matrix[i]), sum(columns[i]), labels[i]))) for i in range(n)
        ]
        for _ in range(n):
            ins = [sorted(hashes[i] for i in range(n) if columns[j][i]) for j in range(n)]
            outs = [sorted(hashes[i] for i in range(n) if self.matrix[j][i]) for j in range(n)]
            hashes = [
                _md5("".join(ins[j]) + "|" + "".join(outs[j]) + "|" + hashes[j])
                for j in range(n)
            ]
        return _md5(str(sorted(hashes)))

    def widths(self, w_in: int, w_out: int) -> list[int]:
        """Channels of each vertex of a cell from `w_in` to `w_out`.

        The output's predecessors share its channels, the first of them one more each where they
        don't divide; every other vertex has as many as the widest of its successors.
        Source: `compute_vertex_channels` of NAS-Bench-101's authors.
        """
        n = len(self.matrix)
        found = [w_in, *[0] * (n - 2), w_out]
        ends = [i for i in range(1, n - 1) if self.matrix[i][n - 1]]
        for k, i in enumerate(ends):
            found[i] = w_out // len(ends) + (k < w_out % len(ends))
        for i in range(n - 3, 0, -1):
            if not self.matrix[i][n - 1]:
                found[i] = max(found[j] for j in range(i + 1, n - 1) if self.matrix[i][j])
        return found


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
