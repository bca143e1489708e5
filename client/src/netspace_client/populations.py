"""A population: its columns, its statistics, and what happens while it trains."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from netspace_client import progress as shown
from netspace_client import sides, streams
from netspace_client.answers import Activity, Edf, PopulationRecord, Ranges, read
from netspace_client.columns import Columns, decode
from netspace_client.connection import Connection
from netspace_client.sides import Constraint, Constraints, Side

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True)
class Population(PopulationRecord):
    """A population as it was when it was asked for; what it is asked is answered as of now."""

    connection: Connection = field(repr=False, compare=False)

    @classmethod
    def of(cls, connection: Connection, said: Any) -> Population:
        """The population that an answer tells of."""
        record = read(PopulationRecord, said)
        facts = {one.name: getattr(record, one.name) for one in fields(record)}
        return cls(**facts, connection=connection)

    @property
    def _path(self) -> str:
        return f"/populations/{self.id}"

    def refreshed(self) -> Population:
        """The same as it is now."""
        return Population.of(self.connection, self.connection.get(self._path))

    def columns(self) -> Columns:
        """All columns in one request; from memory while nothing has changed since the last."""
        return self.connection.kept(f"{self._path}/columns", decode)

    def to_pandas(self) -> pandas.DataFrame:
        """The columns as a frame of pandas, which has to be installed."""
        return self.columns().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The same of polars."""
        return self.columns().to_polars()

    def where(self, **constraints: Constraint) -> Side:
        """This population under constraints, as a side: `where(depth="5..8")`."""
        return Side(self.id, sides.texts(constraints))

    def edf(
        self,
        constraints: Constraints | None = None,
        *,
        points: int | Literal["all"] | None = None,
        level: float | None = None,
        seeds: Literal["own", "mean"] | None = None,
    ) -> Edf:
        """The error EDF of the networks that pass, with a band.

        Args:
            constraints: by column, as in {"depth": "5..8", "group_width": [8, 16]}.
            points: evenly spaced errors; "all": every step.
            level: of the band.
            seeds: "mean": of errors that are means over the seeds of a network.
        """
        options = given(points=points, level=level, seeds=seeds)
        query = asked(constraints, options, "points", "level", "seeds")
        return read(Edf, self.connection.get(f"{self._path}/edf", query))

    def best_ranges(
        self,
        constraints: Constraints | None = None,
        *,
        columns: Sequence[str] = (),
        pairs: Sequence[tuple[str, str]] = (),
    ) -> Ranges:
        """Where the best networks sit in each column, or in two together."""
        options = given(
            columns=",".join(columns) or None,
            pairs=",".join(f"{x}:{y}" for x, y in pairs) or None,
        )
        query = asked(constraints, options, "columns", "pairs")
        return read(Ranges, self.connection.get(f"{self._path}/ranges", query))

    def extend(self, n: int, *, key: str | None = None) -> Population:
        """Make it n networks larger, as its seed goes on. It as it then is."""
        more = self.connection.post(f"{self._path}/networks", {"n": n}, key)
        return Population.of(self.connection, more)

    def pause(self) -> Population:
        """Hold up its queued jobs; running ones end as they would. It as it then is."""
        return self._changed(paused=True)

    def resume(self) -> Population:
        """Let them go on."""
        return self._changed(paused=False)

    def _changed(self, **facts: Any) -> Population:
        return Population.of(self.connection, self.connection.patch(self._path, facts))

    def watch(self) -> Iterator[Activity]:
        """Its state now, then each that follows, for ever; a broken stream is opened again."""
        return (one for one in streams.follow(self.connection, self.id) if one is not None)

    def wait(self, progress: bool = True, timeout: float | None = None) -> Population:
        """Until none of its jobs is left. It as it then is; `progress.complete` says more.

        Args:
            progress: show how far it is: a bar of tqdm, or lines of text without tqdm.
            timeout: seconds, kept within ten.

        Raises:
            TimeoutError: jobs were left.
        """
        end = None if timeout is None else time.monotonic() + timeout
        silence = streams.SILENCE if timeout is None else min(streams.SILENCE, timeout)
        with shown.bar(self.name, progress) as bar:
            for activity in streams.follow(self.connection, self.id, silence):
                if activity is not None:
                    bar.show(activity.progress)
                    if activity.progress.ended:
                        break
                if end is not None and time.monotonic() >= end:
                    raise TimeoutError(f"{self.name!r} is not trained after {timeout:g} s")
        return self.refreshed()


def given(**options: Any) -> dict[str, Any]:
    """The options that are not left to the server."""
    return {name: value for name, value in options.items() if value is not None}


def asked(
    constraints: Constraints | None, options: dict[str, Any], *names: str
) -> dict[str, Any]:
    """A query of constraints and options, none of which is taken for the other."""
    texts = sides.texts(constraints)
    if taken := sorted(texts.keys() & {*names}):
        raise ValueError(f"{', '.join(taken)} is an option here, and no column of a constraint")
    return options | texts
