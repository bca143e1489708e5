"""What families have in common whose parts are drawn one by one, each by the same laws."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from columns.arrays import Bools, Floats
from designspace.spaces.base import PART, Family


class Partwise(Family):
    """A law is of all parts: stages, blocks, edges. Columns name the part, as `kernel_3_1`."""

    @abstractmethod
    def places(self) -> Mapping[str, Sequence[str]]:
        """The columns that each law draws; NaN, or none, where a network lacks the part."""

    @property
    def draws_evenly(self) -> bool:
        """Where all values of each law are equally likely; parts are drawn independently."""
        return self.lists and all(self.law(name).even for name in self.law_fields)

    def law(self, parameter: str) -> Any:
        """The law of `width`, and of `width_3`, which is the same."""
        return super().law(PART.sub("", parameter))

    @property
    def refinable(self) -> tuple[str, ...]:
        """None: its columns are of single parts, whose laws are one."""
        return ()

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws in every part that they have."""
        inside = [
            np.isnan(columns[column]) | np.isin(columns[column], self.law(name).values)
            for name, places in self.places().items()
            for column in places
            if column in columns
        ]
        passes: Bools = np.logical_and.reduce(inside)
        return passes
