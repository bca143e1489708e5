"""Records of JSON as columns: nested objects become `outer.inner`, lists stay JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from services.errors import Refused
from services.exchange.tables.limits import LONGEST_CELL, LOOKED_AT, MOST_COLUMNS
from services.exchange.tables.sources import records, sweeps
from services.exchange.tables.sources.source import (
    Block,
    Data,
    Source,
    named,
    refuse_large,
    whole,
)

AT_ONCE = 5_000
"""Records of a piece."""
DEEPEST = 6
"""Levels that become names; what lies deeper stays JSON."""
NO_TEXT = "\x00"
"""In place of text that is none, for which its row is refused later."""


class Objects(Source):
    """A file of JSON or of lines of JSON, or its beginning."""

    def __init__(
        self,
        data: Data,
        format: Literal["json", "jsonl", "sweep"],
        encoding: str = "utf-8",
        partial: bool = False,
    ) -> None:
        super().__init__()
        refuse_large(data)
        self.data, self.format, self.encoding, self.partial = data, format, encoding, partial
        self._lines: list[int] = []
        seen: dict[str, None] = {}
        for _, record in islice(self._records(), LOOKED_AT):
            if isinstance(record, Mapping):
                seen.update(dict.fromkeys(map(str, record)))
            if len(seen) > MOST_COLUMNS:
                break
        if not seen:
            raise Refused("file", "no objects", records.FORMS)
        self.keys = dict(zip(named(seen, self.notes), seen, strict=True))
        self.names = tuple(self.keys)

    def _records(self) -> Iterator[tuple[int, Any]]:
        """(line, a record that has no records in it), or what is no record."""
        if self.format == "jsonl":
            found = records.of_lines(self.data, self.encoding)
        else:
            found = records.of_document(self.data, self.encoding, self.partial)
        made: Callable[[Mapping[str, Any]], Mapping[str, Any] | ValueError]
        made = sweeps.row if self.format == "sweep" else flat
        header: list[str] = []
        for i, (line, record) in enumerate(found):
            if isinstance(record, list):  # of lists the first has the names
                if i == 0:
                    header = [str(name)[:LONGEST_CELL] for name in record]
                    continue
                if header and len(record) == len(header):
                    record = dict(zip(header, record, strict=True))
            yield line, made(record) if isinstance(record, dict) else record

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        keys = {name: key for name, key in self.keys.items() if name in wanted}
        known, further = set(self.keys.values()), set[str]()
        found = self._records()
        while piece := list(islice(found, AT_ONCE)):
            start = self.rows
            self.count(len(piece))
            self._lines += [line for line, _ in piece]
            rows = [i for i, (_, record) in enumerate(piece) if self._taken(start + i, record)]
            taken = [piece[i][1] for i in rows]
            for record in taken:
                if len(further) < MOST_COLUMNS and not known.issuperset(record):
                    further.update(map(str, set(record) - known))
            if taken:
                cells = zip(keys, _columns(taken, list(keys.values())), strict=True)
                columns = {name: column(values) for name, values in cells}
                yield Block(columns, whole(start + np.array(rows)))
        if further:
            listed = ", ".join(sorted(further)[:5])
            first = f"fields that come only after the first {LOOKED_AT:,} rows are left out"
            self.notes.append(f"{first}: {listed}")

    def _taken(self, row: int, record: Any) -> bool:
        if isinstance(record, Mapping):
            return bool(record)
        if isinstance(record, ValueError):
            self.refused.add(row, "", str(record), str(record))
        else:
            self.refused.add(row, "", f"{record!r:.80}", "no object")
        return False

    def lines(self, rows: Any) -> Any:
        return np.array(self._lines, dtype=np.int64)[rows]


def _columns(
    taken: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> Iterable[Sequence[Any]]:
    """Values by key; None where a record has none."""
    if len(keys) > 1:
        try:
            return list(zip(*map(itemgetter(*keys), taken), strict=True))
        except KeyError:  # one lacks a field
            pass
    return ([record.get(key) for record in taken] for key in keys)


def flat(record: Mapping[str, Any]) -> Mapping[str, Any] | ValueError:
    """Without objects in it: their fields are its own, `outer.inner`; lists are JSON."""
    kinds = set(map(type, record.values()))
    short = str not in kinds or max(map(len, _strings(record))) <= LONGEST_CELL
    if short and len(record) <= MOST_COLUMNS and not kinds & {dict, list}:
        return record
    found: dict[str, Any] = {}
    for name, value in _fields(record, "", 1):
        found[name] = value
        if len(found) > MOST_COLUMNS:
            return ValueError(f"more than {MOST_COLUMNS} fields")
    return found


def _strings(record: Mapping[str, Any]) -> Iterator[str]:
    return (value for value in record.values() if type(value) is str)


def _is_plain(value: Any) -> bool:
    return (
        len(value) <= LONGEST_CELL
        if isinstance(value, str)
        else not isinstance(value, dict | list)
    )


def _fields(record: Mapping[str, Any], before: str, level: int) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and value and level < DEEPEST:
            yield from _fields(value, f"{before}{name}.", level + 1)
        else:
            yield f"{before}{name}", value if _is_plain(value) else _text(value)


def column(values: Sequence[Any]) -> pa.Array:
    """Numbers as float64, anything else as text; None is null or ""."""
    if set(map(type, values)) <= {int, float, bool, type(None)}:
        try:
            return pa.array(np.array(values, dtype=np.float64))  # None is nan
        except OverflowError:
            return pa.array(np.array([_number(value) for value in values], dtype=np.float64))
    return pa.array([_text(value) for value in values], pa.string())


def _number(value: float | None) -> float:
    """A whole number of any size as a float, infinite where it is beyond all of them."""
    try:
        return np.nan if value is None else float(value)
    except OverflowError:
        return np.inf


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text.encode()
    except (UnicodeError, ValueError, RecursionError):
        return NO_TEXT
    return text[: LONGEST_CELL + 1]  # enough to be refused
