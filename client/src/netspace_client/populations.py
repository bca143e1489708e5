"""A population: its columns, its statistics, and what happens while it trains."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import httpx

from netspace_client import files, sides, streams
from netspace_client import progress as shown
from netspace_client.answers import Activity, Edf, Gone, Note, PopulationRecord, Ranges, Report
from netspace_client.columns import Columns, decode
from netspace_client.connection import Connection
from netspace_client.errors import NotFound, Problem
from netspace_client.files import FileForm
from netspace_client.records import read
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

    def columns(self, *names: str, of: str | None = None) -> Columns:
        """All columns, or those named, in one request; from memory while nothing has changed.

        Args:
            of: the column that networks are judged by, best first; the error by default.
        """
        query = str(httpx.QueryParams(given(columns=",".join(names) or None, of=of)))
        path = f"{self._path}/columns"
        return self.connection.kept(f"{path}?{query}" if query else path, decode)

    def report(self) -> Report:
        """What became of the rows of the file that it was; of a table."""
        return read(Report, self.connection.get(f"{self._path}/report"))

    def remove(self, used: bool = False) -> None:
        """Delete it: it is there for nobody until `lab.restore` brings it back.

        Args:
            used: also where others go by it: heirs, sets, watches.
        """
        self.connection.delete(self._path, {"used": "true"} if used else None)

    def to_pandas(self) -> pandas.DataFrame:
        """The columns as a frame of pandas, which has to be installed."""
        return self.columns().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The same of polars."""
        return self.columns().to_polars()

    def save(
        self,
        path: str | PathLike[str],
        constraints: Constraints | None = None,
        *,
        form: FileForm | None = None,
        sort: str | None = None,
        columns: Sequence[str] = (),
        provenance: bool = False,
    ) -> Path:
        """The networks that pass, measured or not, as a file, written while it comes.

        Args:
            path: of the file, which is there whole or as it was before.
            constraints: by column, as in {"depth": "5..8", "group_width": [8, 16]}.
            form: by default what the name ends in: .csv, .parquet or .arrow.
            sort: by this column; `-` in front: largest first.
            columns: these alone.
            provenance: of what, by which version: lines before a CSV, `netspace` in the
                metadata of the other two.

        Raises:
            ValueError: the name ends in none of those.
        """
        options = given(
            sort=sort,
            columns=",".join(columns) or None,
            provenance="true" if provenance else None,
        )
        query = asked(constraints, options, "sort", "columns", "provenance")
        suffix = form or files.form_of(path)
        with files.whole(path) as file:
            self.connection.download(f"{self._path}/networks.{suffix}", query, file)
        return Path(path)

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
        of: str | None = None,
    ) -> Edf:
        """The EDF of the networks that pass, with a band.

        Args:
            constraints: by column, as in {"depth": "5..8", "group_width": [8, 16]}.
            points: evenly spaced errors; "all": every step.
            level: of the band.
            seeds: "mean": of errors that are means over the seeds of a network.
            of: the column whose EDF it is; the error by default.
        """
        options = given(points=points, level=level, seeds=seeds, of=of)
        query = asked(constraints, options, "points", "level", "seeds", "of")
        return read(Edf, self.connection.get(f"{self._path}/edf", query))

    def best_ranges(
        self,
        constraints: Constraints | None = None,
        *,
        columns: Sequence[str] = (),
        pairs: Sequence[tuple[str, str]] = (),
        of: str | None = None,
    ) -> Ranges:
        """Where the best networks, by `of`, sit in each column, or in two together."""
        options = given(
            of=of,
            columns=",".join(columns) or None,
            pairs=",".join(f"{x}:{y}" for x, y in pairs) or None,
        )
        query = asked(constraints, options, "columns", "pairs", "of")
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

    def rename(self, name: str) -> Population:
        """Give it another name. It as it then is."""
        return self._changed(name=name)

    def group(self, study: str) -> Population:
        """Say which study it is of; empty: of none."""
        return self._changed(study=study)

    def archive(self) -> Population:
        """Put it away: nothing of it runs, and no page offers it unless asked."""
        return self._changed(archived=True)

    def unarchive(self) -> Population:
        """Take it out again."""
        return self._changed(archived=False)

    def annotate(
        self,
        text: str | None = None,
        tags: Sequence[str] | None = None,
        network: int | None = None,
    ) -> Note:
        """Write its note and tags, each in place of what was there; None: as it was.

        Args:
            network: of this one of its networks instead, by its id.

        Raises:
            Conflict: somebody has written at the same moment.
        """
        before = self.written(network)
        body = {
            "text": before.text if text is None else text,
            "tags": before.tags if tags is None else list(tags),
            "version": before.version,
        }
        return read(Note, self.connection.put(self._note(network), body))

    def written(self, network: int | None = None) -> Note:
        """What is written down of it, or of one of its networks."""
        return read(Note, self.connection.get(self._note(network)))

    def _note(self, network: int | None) -> str:
        of = "" if network is None else f"/networks/{network}"
        return f"{self._path}{of}/note"

    def _changed(self, **facts: Any) -> Population:
        return Population.of(self.connection, self.connection.patch(self._path, facts))

    def watch(self) -> Iterator[Activity]:
        """Its state now, then each that follows, until it is deleted; a broken stream is opened
        again."""
        for one in streams.follow(self.connection, self.id):
            if isinstance(one, Gone):
                return
            if one is not None:
                yield one

    def wait(self, progress: bool = True, timeout: float | None = None) -> Population:
        """Until none of its jobs is left. It as it then is; `progress.complete` says more.

        Args:
            progress: show how far it is: a bar of tqdm, or lines of text without tqdm.
            timeout: seconds, kept within ten.

        Raises:
            TimeoutError: jobs were left.
            NotFound: it is deleted meanwhile.
        """
        end = None if timeout is None else time.monotonic() + timeout
        silence = streams.SILENCE if timeout is None else min(streams.SILENCE, timeout)
        with shown.bar(self.name, progress) as bar:
            for activity in streams.follow(self.connection, self.id, silence):
                if isinstance(activity, Gone):
                    deleted = f"population {self.id} {self.name!r} was deleted meanwhile"
                    raise NotFound([Problem(deleted)], 404)
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
