"""Columns of text whose cells are objects, as their fields: `config` becomes `config.lr`, ..

W&B's own recipe for a CSV of runs writes a run's summary and configuration so, as Python prints
them. A configuration of pycls stays whole: it is one network.

Source: docs.wandb.ai, Export runs as a CSV.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pyarrow as pa

from columns.arrays import Ints
from services.exchange.tables.limits import LONGEST_CELL, MOST_COLUMNS
from services.exchange.tables.sources.delimited import Delimited
from services.exchange.tables.sources.objects import column, flat
from services.exchange.tables.sources.source import Block, Source, named

MOSTLY = 0.8
"""Share of a column's cells that are objects, where it is one of objects."""
NUMBERS = re.compile(r"(?<=[:\[,(] )(-?(?:nan|inf))\b")
"""As Python prints them, which its own reader of literals doesn't read."""
WHOLE = "MODEL"
"""A section that every configuration of pycls has."""


class Expanded(Source):
    """Another source, with the fields of some of its columns in place of these."""

    def __init__(self, inner: Delimited, fields: Mapping[str, list[str]]) -> None:
        self.inner = inner
        self.refused, self.notes = inner.refused, inner.notes
        whole: list[str | None] = [None]
        places = [(name, key) for name in inner.names for key in (fields.get(name) or whole)]
        called = [name if key is None else f"{name}.{key}" for name, key in places]
        self.places = dict(zip(named(called, self.notes), places, strict=True))
        self.names = tuple(self.places)
        self.data = inner.data

    @property
    def rows(self) -> int:  # type: ignore[override]  # a field of what is read by itself
        return self.inner.rows

    @property
    def expected(self) -> int | None:
        return self.inner.expected

    @property
    def records(self) -> int | None:
        return self.inner.records

    def lines(self, rows: Ints) -> Ints:
        return self.inner.lines(rows)

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        asked = {name: self.places[name] for name in self.names if name in wanted}
        for block in self.inner.blocks({name for name, _ in asked.values()}):
            objects: dict[str, list[Mapping[str, Any]]] = {}
            columns: dict[str, pa.Array] = {}
            for name, (of, key) in asked.items():
                if key is None:
                    columns[name] = block.columns[of]
                    continue
                if of not in objects:
                    objects[of] = [read(text) or {} for text in block.columns[of].to_pylist()]
                columns[name] = column([one.get(key) for one in objects[of]])
            yield Block(columns, block.rows)


def expanded(source: Delimited) -> Source:
    """A source whose columns of objects are their fields, if it has any."""
    fields: dict[str, list[str]] = {}
    for name, texts in zip(source.names, source.first_columns(), strict=True):
        if keys := _keys(texts):
            fields[name] = keys
    if not fields or sum(map(len, fields.values())) + len(source.names) > MOST_COLUMNS:
        return source
    return Expanded(source, fields)


def _keys(texts: list[str]) -> list[str]:
    """The fields of a column's cells, where they are objects."""
    there = [text for text in texts if text.strip()]
    found = [one for one in map(read, there) if one is not None]
    if (
        not any(found)
        or len(found) < MOSTLY * len(there)
        or any(WHOLE in str(one) for one in found)
    ):
        return []
    return list(dict.fromkeys(str(key) for one in found for key in one))


def read(text: str) -> Mapping[str, Any] | None:
    """The object that a cell has, as JSON or as Python prints it; None where it is none."""
    text = text.strip()
    if not text.startswith("{") or len(text) > LONGEST_CELL:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(NUMBERS.sub(r"'\1'", text))
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return None
    made = flat(found) if isinstance(found, dict) else None
    return None if made is None or isinstance(made, ValueError) else made
