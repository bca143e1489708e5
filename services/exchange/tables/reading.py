"""Reading of a file by a plan: columns of numbers and texts, networks, and a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.arrays import Floats, Ints
from designspace.networks.network import Network
from services.errors import Refused
from services.exchange.tables import differences, recognised, repeats
from services.exchange.tables.counting import counted
from services.exchange.tables.gathering import Gathered, shown
from services.exchange.tables.looked import as_text
from services.exchange.tables.looked import texts as texts_of
from services.exchange.tables.opening import by_plan, numerals_of, refuse_missing
from services.exchange.tables.plan import Plan
from services.exchange.tables.quantities import quantity_of
from services.exchange.tables.recognised import BOUNDS, RECOGNISERS
from services.exchange.tables.sources.source import Source
from services.exchange.tables.table import Difference, RefusedRow, Report, Table

LISTED = 20
"""Names that a note lists."""
COUNTED = ("flops", "params", "activations")
SAMPLE = 200
"""Rows by which the column is found that describes networks."""


@dataclass
class Columns:
    """What was taken of a file, before rows of one network become one."""

    numbers: dict[str, Floats]
    texts: dict[str, pa.Array]
    rows: Ints
    networks: dict[int, Network]


def read(path: Path, plan: Plan) -> Table:
    """The table of a file.

    Raises:
        Refused: the file is not what the plan says, or nothing of it can be used.
        TooLarge: it has more bytes, rows or columns than are taken.
    """
    source = by_plan(path, plan)
    refuse_missing(plan, source)
    recogniser = RECOGNISERS[plan.networks]() if plan.networks != "none" else None
    described = description(path, plan)
    gathered = Gathered(
        plan.columns,
        numerals_of(plan),
        recogniser,
        described,
        source.refused,
        source.records or 0,
    )
    for block in source.blocks(gathered.wanted):
        gathered.add(block)
    _refuse_nothing(gathered, source)
    kept = _joined(gathered)
    merged, times = _merged(kept, plan)
    return _table(merged, times, kept, gathered, source, plan)


def description(path: Path, plan: Plan) -> str | None:
    """The column whose texts describe the networks, if they are described by texts."""
    if plan.networks in ("none", "regnet"):
        return None
    source = by_plan(path, plan)
    block = next(source.blocks(set(source.names)), None)
    if block is None:
        return None
    texts = {
        name: list(texts_of(column.slice(0, SAMPLE)))
        for name, column in block.columns.items()
        if not pa.types.is_floating(column.type)
    }
    return recognised.column_of(plan.networks, texts)


def _refuse_nothing(gathered: Gathered, source: Source) -> None:
    if gathered.n:
        return
    if source.refused.first:
        _, column, value, reason = source.refused.first[0]
        raise Refused(column or "file", value, f"no row can be used: {reason}")
    raise Refused("file", "no rows", "a table with at least one row")


def _joined(gathered: Gathered) -> Columns:
    """Pieces as columns."""
    numbers = {name: values.taken for name, values in gathered.numbers.items()}
    texts = {name: _text(gathered.texts.pop(name)) for name in list(gathered.texts)}
    return Columns(numbers, texts, np.concatenate(gathered.rows), gathered.networks.by_row)


def _text(parts: list[pa.Array]) -> pa.Array:
    """Texts as one array, of a dictionary where that is shorter."""
    if all(pa.types.is_dictionary(part.type) for part in parts):
        return pa.chunked_array(parts).unify_dictionaries().combine_chunks()
    whole = pa.concat_arrays([as_text(part) for part in parts])
    known = pc.dictionary_encode(whole)
    return known if 2 * len(known.dictionary) < len(whole) else whole


def _merged(kept: Columns, plan: Plan) -> tuple[Columns, Ints]:
    """One row of each network, and how many rows gave it."""
    n = len(kept.rows)
    once = np.ones(n, dtype=np.int64)
    if plan.repeats == "apart":
        return kept, once
    group = repeats.groups(n, list(_keys(kept, plan)))
    for column in plan.of_role("seed"):
        kept.numbers.pop(column.quantity, None)
    if group is None:
        return kept, once
    first = repeats.firsts(group)
    averaged = {
        column.quantity: kept.numbers[column.quantity]
        for column in plan.of_role("error", "result", "time")
    }
    means = repeats.means(group, averaged)
    numbers = {
        name: means.get(name, values[first]) if name in means else values[first]
        for name, values in kept.numbers.items()
    }
    texts = {name: part.take(pa.array(first)) for name, part in kept.texts.items()}
    networks = {
        place: kept.networks[row]
        for place, row in enumerate(first.tolist())
        if row in kept.networks
    }
    return Columns(numbers, texts, kept.rows[first], networks), np.bincount(group)


def _keys(kept: Columns, plan: Plan) -> Iterator[Floats | Ints]:
    """What tells one network from another: itself and what else was set, else its names."""
    ids = _ids(kept)
    if kept.networks:
        yield ids
    own = ids >= 0
    for column in plan.of_role("parameter"):
        values = kept.numbers[column.quantity]
        if plan.networks == "regnet" and column.quantity in BOUNDS:
            values = np.where(own, np.nan, values)
        yield values
    # Where a seed tells runs apart and parameters networks, a name of its own is a run's.
    of_runs = any(plan.of_role("seed")) and any(plan.of_role("parameter"))
    for column in plan.of_role("name"):
        called = kept.texts[column.quantity]
        if of_runs and not kept.networks and _all_differ(called):
            continue
        yield np.where(own, -1, repeats.codes(called))


def _all_differ(texts: pa.Array) -> bool:
    return not pa.types.is_dictionary(texts.type) and pc.count_distinct(texts).as_py() == len(
        texts
    )


def _ids(kept: Columns) -> Ints:
    """A number for each architecture; -1 of rows that are none."""
    found = np.full(len(kept.rows), -1, dtype=np.int64)
    by_hash: dict[str, int] = {}
    by_object: dict[int, int] = {}
    for row, network in kept.networks.items():
        key = id(network)
        if key not in by_object:
            by_object[key] = by_hash.setdefault(network.hash, len(by_hash))
        found[row] = by_object[key]
    return found


def _table(
    merged: Columns, times: Ints, kept: Columns, gathered: Gathered, source: Source, plan: Plan
) -> Table:
    planned = {column.quantity: column for column in plan.columns if column.role != "ignored"}
    empty = [name for name, values in merged.numbers.items() if np.isnan(values).all()]
    numbers = {name: values for name, values in merged.numbers.items() if name not in empty}
    if not numbers and not merged.texts:
        raise Refused("columns", ", ".join(empty)[:80], "a column that is not empty")
    report = Report(
        rows=source.rows,
        taken=len(merged.rows),
        merged=len(kept.rows) - len(merged.rows),
        refused=_refused(source),
        refused_by_reason=dict(source.refused.by_reason),
        networks=len(merged.networks),
        not_networks=dict(gathered.networks.reasons),
        differences=_differences(merged, numbers, plan),
        notes=[*source.notes, *_notes(gathered, plan, source, numbers, empty)],
    )
    return Table(
        numbers=numbers,
        texts=merged.texts,
        quantities={name: quantity_of(planned[name], numbers[name]) for name in numbers},
        roles={name: planned[name].role for name in (*numbers, *merged.texts)},
        lines=source.lines(merged.rows),
        repeats=times,
        networks=merged.networks,
        report=report,
    )


def _refused(source: Source) -> list[RefusedRow]:
    first = sorted(source.refused.first)
    lines = source.lines(np.array([row for row, *_ in first], dtype=np.int64)).tolist()
    return [
        RefusedRow(line, column, shown(value), reason)
        for line, (_, column, value, reason) in zip(lines, first, strict=True)
    ]


def _differences(
    merged: Columns, numbers: Mapping[str, Floats], plan: Plan
) -> list[Difference]:
    """The file's counts against ours, on images of each row's own side if the file has it."""
    theirs = [name for name in COUNTED if name in numbers]
    if not theirs or not merged.networks:
        return []
    rows = np.array(list(merged.networks), dtype=np.int64)
    ours = (
        counted(
            list(merged.networks.values()),
            sides(numbers, plan)[rows],
            plan.channels,
            plan.classes,
        )
        if len(rows)
        else {}
    )
    names = next(iter(merged.texts.values()), None)

    def called(place: int) -> str:
        row = int(rows[place])
        return shown(names[row].as_py() or "") if names is not None else f"row {row + 1}"

    return [
        one
        for name in theirs
        for one in differences.differences(name, numbers[name][rows], ours[name], called)
    ]


def sides(numbers: Mapping[str, Floats], plan: Plan) -> Ints:
    """The images' side of each row: its own, or the plan's."""
    n = len(next(iter(numbers.values())))
    own = numbers.get("resolution", np.full(n, np.nan))
    good = (own >= 4) & (own <= 1024) & (own == np.rint(own))
    return np.where(good, own, plan.resolution).astype(np.int64)


def _notes(
    gathered: Gathered,
    plan: Plan,
    source: Source,
    numbers: Mapping[str, Floats],
    empty: Sequence[str],
) -> Iterator[str]:
    """What a person should know of what was read."""
    planned = {column.source for column in plan.columns}
    ignored = [column.source for column in plan.columns if column.role == "ignored"]
    further = [name for name in source.names if name not in planned]
    yield from _listed("columns that are left out", ignored)
    yield from _listed("columns that the plan does not name, left out", further)
    yield from _listed("columns without a number, left out", empty)
    for name, times in gathered.infinite.items():
        yield f"{name}: infinite numbers that are left out: {times:,}"
    for name, times in (+gathered.cut).items():
        yield f"{name}: texts that are cut: {times:,}"
    constant = [name for name, values in numbers.items() if _constant(values)]
    yield from _listed("columns with one number in all rows", constant)
    for column in plan.of_role("error"):
        lacking = int(np.isnan(numbers.get("error", np.full(1, np.nan))).sum())
        if lacking and "error" in numbers:
            yield f"{column.source}: rows that lack an error: {lacking:,}"
        diverged = int(np.isinf(numbers.get("error", np.zeros(0))).sum())
        if diverged:
            yield f"{column.source}: rows that diverged (inf): {diverged:,}"
    renamed = [
        f"{column.source!r} is {column.quantity}"
        for column in plan.columns
        if column.quantity.startswith("x_")
    ]
    yield from _listed("names that mean something else here", renamed)


def _constant(values: Floats) -> bool:
    return len(values) > 1 and bool((values == values[0]).all())


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        yield f"{what}: {', '.join(names[:LISTED])}{more}"
