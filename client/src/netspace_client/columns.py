"""All columns of a population, as the server keeps them: arrays of 32 bits by name.

    uint32   length of the header, little endian, as everything here
    header   JSON
    columns  one after the other, n values of 4 bytes each

Rows come best first: diverged networks (error +inf) after all others, then those that failed
and those that are pending (error nan). Statistics read the rows with `ordinal` < `prefix`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspace_client.errors import Fault, Problem

if TYPE_CHECKING:
    import pandas
    import polars

TYPES = {"uint32": "<u4", "float32": "<f4"}
STATUS = ("pending", "failed", "measured", "diverged")
"""What a number in the column `status` says."""


class Columns(Mapping[str, NDArray[Any]]):
    """Arrays by name, each of shape (n,) and read-only, and what they are of.

    `id` names a network, `ordinal` is its place in the launch order, `status` indexes STATUS,
    `cause` indexes `causes` (beyond them: none). The others are parameters and quantities in
    base units, error in percent; nan where a network has none.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], header: Mapping[str, Any]) -> None:
        self._arrays, self._header = dict(arrays), header
        self.population: int = header["population"]
        self.name: str = header["name"]
        self.version: int = header["version"]
        self.n: int = header["n"]
        self.prefix: int = header["prefix"]  # networks that statistics read, in launch order
        self.criterion: str = header.get(
            "criterion", "error"
        )  # the column that the order goes by
        self.others: tuple[str, ...] = tuple(
            header.get("others", ())
        )  # that were not asked for
        self.whole: bool = header["whole"]  # all networks there are, in random order
        self.measured: tuple[str, ...] = tuple(header["measured"])  # known by training only
        self.causes: tuple[str, ...] = tuple(header["causes"])  # of failures

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return f"Columns of {self.name!r}, version {self.version}: {self.n} x {[*self]}"

    @property
    def failures(self) -> NDArray[Any]:
        """Why each network failed, as text; None where it did not."""
        causes = np.array([*self.causes, None], dtype=object)
        found: NDArray[Any] = causes[np.minimum(self["cause"], len(self.causes))]
        return found

    def in_launch_order(self) -> Columns:
        """The same rows as they were drawn, which is what sequential statistics want."""
        order = np.argsort(self["ordinal"], kind="stable")
        return Columns({name: values[order] for name, values in self.items()}, self._header)

    def to_pandas(self) -> pandas.DataFrame:
        """A frame of pandas, `status` and `cause` as words."""
        import pandas

        frame = pandas.DataFrame(self._worded())
        frame.attrs = {"population": self.name, "version": self.version}
        return frame

    def to_polars(self) -> polars.DataFrame:
        """The same of polars."""
        import polars

        return polars.DataFrame(self._worded())

    def _worded(self) -> dict[str, Any]:
        words = np.array(STATUS, dtype=object)[self["status"]]
        return self._arrays | {"status": words, "cause": self.failures}


def decode(data: bytes) -> Columns:
    """Columns of what the server sends; no value is copied.

    Raises:
        Fault: these are no such bytes.
    """
    try:
        start = 4 + int.from_bytes(data[:4], "little")
        header = json.loads(data[4:start])
        n, arrays = header["n"], {}
        for column in header["columns"]:
            kind = TYPES[column["type"]]
            arrays[column["name"]] = (
                np.frombuffer(data, kind, n, start) if n else np.empty(0, kind)
            )
            start += 4 * n
        if start != len(data):
            raise ValueError(f"{len(data):,} bytes instead of {start:,}")
        return Columns(arrays, header)
    except (KeyError, TypeError, ValueError) as error:
        raise Fault([Problem(f"columns that can't be read: {error}")]) from error
