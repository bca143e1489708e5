"""What every body of a stage has, whatever it is made of."""

from __future__ import annotations

from typing import ClassVar

from designspace.networks.wiring import Wiring
from designspace.values import Definition


class Body(Definition):
    """A stage that is not one block again and again says what differs from this.

    Beside these a body has `depth`, what comes one after the other; `width`, channels of what
    comes out; and `widest`, channels where there are most.
    """

    part: ClassVar[str] = "block"
    """What one of its depth is called."""

    def check_input(self, w_in: int) -> None:
        """Raise ValueError where it can't be built on `w_in` channels."""

    @property
    def words(self) -> str:
        """What it is made of, where its numbers don't say so."""
        return ""

    @property
    def wiring(self) -> Wiring | None:
        """Its graph, where it has one."""
        return None

    @property
    def block_widths(self) -> list[int]:
        """w_j of its blocks; none where it is no row of them."""
        return []

    @property
    def built(self) -> dict[str, float]:
        """What may differ from what was drawn, by parameter."""
        return {}
