"""Networks that see images at a side of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from columns.arrays import Ints
from designspace.networks.network import Network, NetworkBatch, NetworkList

Alike: TypeAlias = NetworkBatch | NetworkList
"""Networks that see images as they come."""


@dataclass(frozen=True)
class ResizedNetworks:
    """n networks, and the side that images are resized to for each, pixels, shape (n,)."""

    networks: Alike
    resolution: Ints

    def __len__(self) -> int:
        return len(self.networks)

    def __getitem__(self, i: int) -> Network:
        return self.networks[i].model_copy(update={"resolution": int(self.resolution[i])})

    def __iter__(self) -> Iterator[Network]:
        return (self[i] for i in range(len(self)))

    def take(self, rows: NDArray[Any]) -> ResizedNetworks:
        """The networks at `rows` (indices or a mask), in that order."""
        return ResizedNetworks(self.networks.take(rows), self.resolution[rows])

    @property
    def keys(self) -> list[bytes]:
        """One for each network: equal where the architectures of a space are."""
        both = zip(self.resolution.tolist(), self.networks.keys, strict=True)
        return [b"%d " % side + key for side, key in both]

    @property
    def by_side(self) -> Iterator[tuple[int, Ints, Alike]]:
        """(side, places, the networks there) of each side; those are counted together."""
        for side in np.unique(self.resolution).tolist():
            rows = np.flatnonzero(self.resolution == side)
            yield side, rows, self.networks.take(rows)


Networks: TypeAlias = Alike | ResizedNetworks
