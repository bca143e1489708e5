"""Sub-networks of Once-for-All by the settings that its code gives them.

`ks` and `e` hold kernel and expansion of all blocks that a stage may have, `d` how many it has:
{"ks": [3, 5, ..], "e": [4, 6, ..], "d": [2, 3, ..]}, perhaps `w`, the multiplier of widths, and
`r`, the resolution.

Source: arXiv 1908.09791, and `get_active_net_config` of its authors' code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Self

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, model_validator

from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.spaces.base import Member
from designspace.spaces.inverted import tables
from designspace.spaces.inverted.tables import Row, Table
from designspace.values import Definition

MOST = 4
"""Blocks of a searched stage."""


def _first(value: object) -> object:
    """Its code gives a resolution as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class Setting(Definition):
    """Of the MobileNetV3 space with 20 blocks, of the ProxylessNAS space with 21."""

    model_config = ConfigDict(extra="ignore")

    ks: list[Annotated[int, Field(ge=1, le=11, multiple_of=1)]]
    e: list[Annotated[float, Field(ge=1, le=12)]]
    d: list[Annotated[int, Field(ge=1, le=MOST)]]
    w: float | None = Field(
        None, ge=0.1, le=4, validation_alias=AliasChoices("w", "width_mult", "wid")
    )
    r: Annotated[int, BeforeValidator(_first)] = Field(
        224, ge=8, le=1024, validation_alias=AliasChoices("r", "image_size", "resolution")
    )

    @model_validator(mode="after")
    def _one_of_each_block(self) -> Self:
        if len(self.ks) not in (20, 21) or len(self.e) != len(self.ks):
            raise ValueError(
                "ks and e have one number for each block, 20 (MobileNetV3 space) or 21 "
                f"(ProxylessNAS space): there are {len(self.ks)} and {len(self.e)}"
            )
        if len(self.d) not in (5, 6):
            raise ValueError(f"d has a depth for each of 5 stages, there are {len(self.d)}")
        if even := [k for k in self.ks if k % 2 == 0]:
            raise ValueError(f"kernels are odd, not {even[0]}")
        return self

    @property
    def table(self) -> Table:
        """The table that the blocks are around, at its multiplier."""
        proxyless = len(self.ks) == 21
        table = tables.OFA_PROXYLESS if proxyless else tables.OFA_MOBILENET_V3
        return table.scaled(self.w or (1.3 if proxyless else 1.0))

    def member(self) -> Member:
        """The network, and its resolution."""
        table = self.table
        network = Network(
            stem=table.stem_layer, stages=tuple(self._stages(table)), head=table.head
        )
        return Member(network, self.r)

    def _stages(self, table: Table) -> Iterator[InvertedStage]:
        first, *searched = table.rows
        yield table.stage(first, table.stem, first=True)
        w_in, at = first.width, 0
        for i, row in enumerate(searched):
            room = MOST if i < 5 else 1
            depth = self.d[i] if room > 1 else 1
            settings = list(zip(self.ks, self.e, strict=True))[at : at + depth]
            yield _stage(table, row, w_in, settings)
            w_in, at = row.width, at + room


def _stage(
    table: Table, row: Row, w_in: int, settings: list[tuple[int, float]]
) -> InvertedStage:
    """A stage whose blocks have a kernel and an expansion each."""
    blocks: list[Inverted] = []
    for j, (kernel, expansion) in enumerate(settings):
        one = replace(
            row, kernel=kernel, expansion=expansion, depth=1, stride=row.stride if j == 0 else 1
        )
        stage = table.stage(one, w_in)
        blocks += stage.blocks
        w_in = row.width
    return stage.model_copy(update={"blocks": tuple(blocks)})
