"""The design space of FBNet: each of 22 blocks is one of nine operations.

Kernel 3 or 5, expansion 1, 3 or 6, at 1 also with both 1x1 in two groups and their channels
shuffled; or nothing at all, where the block could be an identity. Elsewhere there are eight, so
the space has 9^16 * 8^6 networks, not the 9^22 that its authors count.

Source: FBNet (arXiv 1812.03443), tables 1 and 2, figures 3 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Floats, Ints
from columns.constraints import Constraint, parse
from columns.quantities import Name
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.ends import ActiveStem, ConvHead
from designspace.networks.inverted import (
    Inverted,
    InvertedBatch,
    InvertedStage,
    InvertedStageBatch,
)
from designspace.networks.network import Network, NetworkBatch
from designspace.networks.numbers import eights
from designspace.spaces.base import Draws, Published
from designspace.spaces.inverted.stages import check_strides
from designspace.spaces.partwise import Partwise
from designspace.values import later

OPERATIONS: dict[int, tuple[int, int, int]] = {
    1: (3, 1, 1),
    2: (3, 1, 2),
    3: (3, 3, 1),
    4: (3, 6, 1),
    5: (5, 1, 1),
    6: (5, 1, 2),
    7: (5, 3, 1),
    8: (5, 6, 1),
}
"""Kernel, expansion and groups of each operation; 9 is none."""
SKIP = 9

NAMES = (
    *(
        Name(f"k{k}_e{e}{'_g2' if g > 1 else ''}", f"{k}·{e}{'g' if g > 1 else ''}")
        for k, e, g in OPERATIONS.values()
    ),
    Name("skip", "skip"),
)
"""As its paper spells them; in short, kernel and expansion."""

STAGES = ((16, 1, 1), (24, 4, 2), (32, 4, 2), (64, 4, 2), (112, 4, 1), (184, 4, 2), (352, 1, 1))
"""Width, blocks and stride of each stage. Source: arXiv 1812.03443, table 1."""
STEM = 16

OPERATION = Choice(choices=tuple(range(1, 10)))
NOT_SKIPPED: Constraint = parse(f"..{SKIP - 1}")

Expands = Literal["always", "wider"]


class FBNet(Partwise):
    """All 22 blocks by one law; one that changes width or side is never left out."""

    kind: ClassVar[str] = "Inverted blocks"

    names: ClassVar[Mapping[str, Sequence[Name]]] = {"operation": NAMES}

    family: Literal["fbnet"] = "fbnet"
    operation: Annotated[Law, defaults_to(OPERATION), within(1, SKIP, 1)] = Field(
        OPERATION, description="1 to 9: k3_e1, k3_e1_g2, k3_e3, k3_e6, k5_.., skip"
    )
    strides: tuple[int, ...] | None = Field(
        None, strict=False, description="of the stem and of each stage; none: the paper's"
    )
    multiplier: float = Field(1, ge=0.1, le=4, description="of all widths but the tail's")
    tail: int = Field(1984, ge=1, le=8192, description="channels of the 1x1 before the pool")
    expands: Expands = Field(
        "always", description="first 1x1 of a block at expansion 1: kept, or dropped (wider)"
    )
    blocks: int = later(4, ge=1, le=4, description="of each stage but the first and the last")

    @model_validator(mode="after")
    def _some_block_can_change_widths(self) -> Self:
        self.operation.given(NOT_SKIPPED)  # raises where all are left out
        check_strides(self.strides, len(STAGES))
        return self

    def _scaled(self, width: int) -> int:
        return width if self.multiplier == 1 else int(eights(width * self.multiplier))

    @property
    def _places(self) -> Iterator[tuple[int, int, int, int, int, bool]]:
        """(stage, block, w_in, width, stride, whether it may be left out) of each block."""
        w_in = self._scaled(STEM)
        for i, (wide, blocks, stride) in enumerate(STAGES, start=1):
            width = self._scaled(wide)
            stride = self.strides[i] if self.strides else stride
            for j in range(1, min(blocks, self.blocks) + 1):
                step = stride if j == 1 else 1
                yield i, j, w_in, width, step, w_in == width and step == 1
                w_in = width

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        barred = self.operation.given(NOT_SKIPPED)
        parameters: dict[str, Floats] = {}
        stages: dict[int, list[InvertedBatch]] = {}
        for i, j, w_in, width, stride, optional in self._places:
            drawn = (self.operation if optional else barred).draw(rng, n)
            parameters[f"operation_{i}_{j}"] = drawn.astype(float)
            stages.setdefault(i, []).append(blocks(drawn, w_in, width, stride))
        batches = tuple(
            InvertedStageBatch(tuple(s), like(self.expands)) for s in stages.values()
        )
        for i, (stage, (width, *_)) in enumerate(zip(batches, STAGES, strict=True), start=1):
            parameters[f"depth_{i}"] = stage.depth.astype(float)
            parameters[f"effective_width_{i}"] = np.full(n, float(self._scaled(width)))
        depth = np.sum([stage.depth for stage in batches], axis=0, dtype=float)
        parameters = {"depth": depth, **parameters}
        # A stage whose blocks are all left out is none: the first is of the stem's width.
        stem_stride = self.strides[0] if self.strides else 2
        start = stem(self._scaled(STEM), stem_stride)
        networks = NetworkBatch(start, batches, head=head(self.tail))
        return Draws(n, np.arange(n), parameters, networks)

    def count(self) -> int:
        """Settings of all blocks: k^16 (k - 1)^6 where one of the k is to leave it out."""
        k = len(self.operation.values)
        barred = len(self.operation.given(NOT_SKIPPED).values)
        optional = sum(place[-1] for place in self._places)
        return int(k**optional * barred ** (len(list(self._places)) - optional))

    def places(self) -> dict[str, list[str]]:
        """An operation for each block."""
        return {"operation": [f"operation_{i}_{j}" for i, j, *_ in self._places]}

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """FBNet-A to C, of the paper and of its authors' second code, and timm's C."""
        return PUBLISHED


def blocks(operation: Ints, w_in: int, width: int, stride: int) -> InvertedBatch:
    """One block of n networks by their operations, shape (n,)."""
    table = np.array([OPERATIONS.get(i, (1, 1, 1)) for i in range(SKIP + 1)])
    kernel, expansion, groups = table[operation].T
    inner = w_in * expansion
    return InvertedBatch(
        kernel,
        inner,
        np.full_like(inner, width),
        np.zeros_like(inner),
        groups,
        operation != SKIP,
        stride,
    )


def like(expands: Expands) -> InvertedStage:
    """What all blocks share; the block in it stands for none."""
    block = Inverted(inner=1, width=1)
    return InvertedStage(body="inverted", blocks=(block,), act="relu", expands=expands)


def stem(width: int = STEM, stride: int = 2) -> ActiveStem:
    """A 3x3 convolution, batch norm, ReLU."""
    return ActiveStem(kind="active", width=width, stride=stride, act="relu")


def head(tail: int) -> ConvHead:
    """A 1x1 convolution, batch norm, ReLU, the pool."""
    return ConvHead(kind="conv", width=tail, act="relu")


def published(text: str, tail: int, expands: Expands, first: Expands | None = None) -> Network:
    """A network by its operations as the paper draws them: `k5e1g2 skip | k3e6`, a stage each.

    Args:
        text: stages from the first.
        tail: channels of the 1x1 before the pool.
        expands: as of the space.
        first: of the first stage, where it differs.
    """
    stages, w_in = [], STEM
    for i, (words, (width, _, stride)) in enumerate(zip(text.split("|"), STAGES, strict=True)):
        found = []
        for j, word in enumerate(words.split()):
            if word == "skip":
                continue
            kernel, expansion, groups = int(word[1]), int(word[3]), 2 if "g2" in word else 1
            found.append(
                Inverted(
                    kernel=kernel,
                    inner=w_in * expansion,
                    width=width,
                    stride=stride if j == 0 else 1,
                    groups=groups,
                )
            )
            w_in = width
        if found:
            shared = like(first if i == 0 and first else expands)
            stages.append(shared.model_copy(update={"blocks": tuple(found)}))
    return Network(stem=stem(), stages=tuple(stages), head=head(tail))


A = (
    "skip | k3e3 k3e1 skip skip | k5e6 k3e3 k5e1 k3e3 | k5e6 k5e3 k5e1g2 k5e6"
    " | k3e6 k5e1g2 k5e3 k3e1g2 | k5e6 k5e6 k5e3 k5e6 | k5e6"
)
B = (
    "k3e1 | k3e6 k5e1 k3e1 k3e1 | k5e6 k5e3 k3e6 k5e6 | k5e6 k5e6 skip k5e3"
    " | k5e6 k3e1 k5e1 k5e3 | k5e6 k5e1 k5e6 k5e6 | k3e6"
)
C = (
    "k3e1 | k3e6 skip k3e1 k3e1 | k5e6 k5e3 k5e6 k3e6 | k5e6 k5e3 k5e6 k5e6"
    " | k5e6 k5e6 k5e6 k5e3 | k5e6 k5e6 k5e6 k5e6 | k3e6"
)

PUBLISHED = {
    **{
        f"fbnet_{name}{suffix}": Published.one(published, text, tail, expands)
        for name, text, tail in (("a", A, 1504), ("b", B, 1984), ("c", C, 1984))
        for suffix, expands in (("", "always"), ("_v2", "wider"))
    },
    "fbnetc_100": Published.one(published, C, 1984, "always", first="wider"),
}
"""Of the paper the 1x1 stands at expansion 1, too; its authors' second code (`_v2`) drops it,
and timm drops it in the first block only. B and C as that code has them."""
