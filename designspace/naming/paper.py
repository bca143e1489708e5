"""What the paper publishes of its best networks across complexities: RegNetX from 200 MF to
32 GF, and what it finds to be the same at all of them.

Source: arXiv 2003.13678, section 4 (d about 20, b = 1, wm about 2.5) and appendix B.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from designspace.layers.complexity import complexity
from designspace.naming import members
from designspace.spaces import regnet

FOUND: Mapping[str, float] = {"depth": 20, "bottleneck_ratio": 1, "wm": 2.5}
"""By column."""
DRAWN = ("depth", "w0", "wa", "wm", "group_width")


@cache
def published() -> Sequence[Mapping[str, float]]:
    """Columns of each network, as they are counted here."""
    return [_columns(size, drawn) for size, drawn in regnet.X.items()]


def across(by: str, name: str) -> list[tuple[float, float]]:
    """(complexity, value) of each network that has both; none of other columns."""
    return [(one[by], one[name]) for one in published() if by in one and name in one]


def _columns(size: str, drawn: Sequence[float]) -> dict[str, float]:
    member = members.member(f"regnet_x_{size}")
    counted = complexity(member.network, member.resolution, classes=member.classes)
    return {
        **dict(zip(DRAWN, drawn, strict=True)),
        "bottleneck_ratio": 1,
        "flops": counted.flops,
        "params": counted.params,
        "activations": counted.activations,
    }
