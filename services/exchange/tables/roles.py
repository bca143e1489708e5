"""Roles: what each column of a table is likely to be, by its name and its numbers.

Each is said with a reason, which a person reads beside it and may overrule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from columns.quantities import declared
from services.exchange.tables import spellings
from services.exchange.tables.looked import Looked
from services.exchange.tables.names import LONGEST_TEXT, own
from services.exchange.tables.plan import ColumnPlan, Role
from services.exchange.tables.spellings import Sense

LINE = frozenset(
    {
        "depth",
        "w0",
        "wa",
        "wm",
        "bottleneck_ratio",
        "bot_mul",
        "group_width",
        "se_ratio",
        "stem_width",
    }
)
"""What a RegNet is built of: kept where it is one number for all."""
HALF = 0.5
"""Share of a column's cells that makes it one of numbers, where its name says so, too."""
NEARLY_ALL = 0.9
FEW = 20
"""Different whole numbers that make an unknown column a setting."""
LOG = 100
"""Largest / smallest, from which an axis is logarithmic."""
BY_SIZE = ", by the size of its numbers"
SECONDS = {1e-9: "ns", 1e-6: "µs", 1e-3: "ms", 60.0: "minutes", 3600.0: "hours"}
BYTES = {1e3: "kB", 1e6: "MB", 1e9: "GB", 2.0**10: "KiB", 2.0**20: "MiB", 2.0**30: "GiB"}
COUNTS = {1e3: "thousands", 1e6: "millions", 1e9: "10^9", 1e12: "10^12"}
LONG = 300
"""Characters of a text that is no name."""
INDEX = frozenset(
    {
        "index",
        "idx",
        "id",
        "unnamed_0",
        "number",
        "no",
        "trial",
        "trial_id",
        "row",
        "row_id",
        "column_1",
    }
)
MODEL = "model"


@dataclass(frozen=True)
class Guess:
    """What a column is likely to be, and why."""

    plan: ColumnPlan
    why: str


def guessed(columns: Sequence[Looked]) -> list[Guess]:
    """What each column is likely to be, in the order of the file."""
    line = spellings.has_line([column.source for column in columns])
    senses: dict[str, Sense] = {}
    ignored: dict[str, str] = {}
    names: list[Looked] = []
    for column in columns:
        if why := _nothing(column):
            ignored[column.source] = why
        elif (sense := _sense(column, line)) is not None:
            senses[column.source] = sense
        else:
            names.append(column)
    by_name = {column.source: column for column in columns}
    error = _error(by_name, senses)
    for source, why in _constant(by_name, senses, error).items():
        ignored[source] = why
    for source, why in _doubled(by_name, senses, error).items():
        ignored[source] = why
    taken: set[str] = {"error"}
    found: dict[str, Guess] = {}
    for column in names:
        if why := _no_name(column):
            ignored[column.source] = why
    shown = _first_names([column for column in names if column.source not in ignored])
    for column in shown:
        found[column.source] = _name(column, taken, column is shown[0] and _names_rows(column))
    for source, sense in senses.items():
        if source not in ignored:
            found[source] = _number(by_name[source], sense, source == error, taken)
    for source, why in ignored.items():
        found[source] = Guess(ColumnPlan(source=source, role="ignored", quantity=""), why)
    return [found[column.source] for column in columns]


def _nothing(column: Looked) -> str:
    """Why there is nothing to be taken of a column."""
    if column.empty == len(column) and not column.numeric:
        return "empty"
    name = spellings.words(column.source)
    if spellings.is_bookkeeping(column.source) and not name.endswith("run_name"):
        return "says when, where or by whom, not what"
    if name in INDEX and column.numeric and column.counts_rows:
        return "counts the rows"
    if not column.numeric and column.dates:
        return "dates"
    return ""


def _sense(column: Looked, line: bool) -> Sense | None:
    """What a column's numbers are; None of one of texts."""
    sense = spellings.sense(column.source, line)
    if sense and column.share >= HALF:  # its name says that those that are none are mistakes
        return sense
    return _by_values(column) if column.numeric else None


def _by_values(column: Looked) -> Sense:
    """Of a column whose name says nothing."""
    few = column.of_whole_numbers and column.distinct <= FEW
    return Sense("parameter" if few else "result")


def _error(columns: dict[str, Looked], senses: dict[str, Sense]) -> str | None:
    """The column of errors; others that could be it become results."""
    could = [
        source
        for source, sense in senses.items()
        if sense.role == "error" and _is_share(columns[source], HALF)
    ]
    best = max(could, key=lambda source: senses[source].rank, default=None)
    for source, sense in senses.items():
        if sense.role == "error" and source != best:
            senses[source] = replace(sense, role="result", quantity="", accuracy=False)
    if best is None:
        best = next(
            (
                source
                for source in senses
                if spellings.words(spellings.parted(source)[1]) in spellings.OBJECTIVES
                and _is_share(columns[source], NEARLY_ALL)
            ),
            None,
        )
        if best:
            senses[best] = _objective(columns[best])
    return best


def _objective(column: Looked) -> Sense:
    scale = 1.0 if is_fraction(column) else 100.0
    accuracy = float(np.median(column.finite)) > 0.5 * scale
    return Sense("error", "error", "%", accuracy=accuracy, percent=True, rank=-1)


def _is_share(column: Looked, least: float) -> bool:
    """Whether that many of its numbers are from 0 to 100."""
    values = column.finite
    inside = (values >= 0) & (values <= 100)
    return not len(values) or float(inside.mean()) >= least


def is_fraction(column: Looked) -> bool:
    """Whether shares are from 0 to 1; a name with % says that they are not."""
    values = column.finite
    if spellings.PERCENTS.search(column.source) or not len(values):
        return False
    return bool(values.min() >= 0 and values.max() <= 1)


def _constant(
    columns: dict[str, Looked], senses: dict[str, Sense], error: str | None
) -> dict[str, str]:
    return {
        source: f"{columns[source].shown[0][:40]} in all rows"
        for source, sense in senses.items()
        if columns[source].constant and source != error and sense.quantity not in LINE
    }


def _doubled(
    columns: dict[str, Looked], senses: dict[str, Sense], error: str | None
) -> dict[str, str]:
    """Accuracies beside whose error they say nothing more."""
    shares = [source for source, sense in senses.items() if sense.percent]
    found: dict[str, str] = {}
    for source in shares:
        if source == error or spellings.ERROR.search(spellings.words(source)):
            continue
        for other in shares:
            if (
                other != source
                and other not in found
                and _adds_up(columns[source], columns[other])
            ):
                found[source] = f"100 - {other}, which is there"
                break
    return found


def _adds_up(one: Looked, other: Looked) -> bool:
    total = one.values + other.values
    top = 1.0 if is_fraction(one) and is_fraction(other) else 100.0
    finite = np.isfinite(total)
    return bool(finite.any()) and bool((np.abs(total[finite] - top) < 2e-3 * top).all())


def _no_name(column: Looked) -> str:
    """Why a column of texts is none that is shown."""
    if column.constant:
        return f"{column.texts[0][:40]!r} in all rows"
    if column.structured:
        return "lists or objects"
    if np.mean([len(text) for text in column.texts[:200]]) > LONG:
        return "long texts"
    if spellings.words(column.source) in ("id", "run_id") and len(set(column.texts)) > 1:
        return "names rows for machines"
    return ""


def _first_names(columns: Sequence[Looked]) -> list[Looked]:
    """Columns of texts, the one that names the rows first."""
    return sorted(columns, key=lambda column: (_place(column), not _all_differ(column)))


def _place(column: Looked) -> int:
    """Of a column's name among those of names."""
    name = spellings.words(spellings.parted(column.source)[1])
    name = "run_name" if name.endswith("run_name") else name
    return spellings.NAMES.index(name) if name in spellings.NAMES else len(spellings.NAMES)


def _names_rows(column: Looked) -> bool:
    return _place(column) < len(spellings.NAMES) or _all_differ(column)


def _all_differ(column: Looked) -> bool:
    return len(column.texts) > 1 and len(set(column.texts)) == len(column.texts)


def _name(column: Looked, taken: set[str], first: bool) -> Guess:
    name = MODEL if first else spellings.words(spellings.parted(column.source)[1])
    plan = ColumnPlan(
        source=column.source,
        role="name",
        quantity=own(name, taken),
        label=_label(column.source),
    )
    return Guess(plan, "text" if not first else "text: the rows' name")


def _label(source: str) -> str:
    inner = spellings.parted(source)[1]
    return " ".join(inner.replace("_", " ").split())[: LONGEST_TEXT - 10] or source


def _number(column: Looked, sense: Sense, error: bool, taken: set[str]) -> Guess:
    """A column of numbers: one of ours where its name says so and none has it yet."""
    factor, why = _factor(column, sense)
    quantity = declared(sense.quantity)
    if error:
        return _of_errors(column, sense, factor, why)
    name, role = sense.quantity, sense.role
    if quantity is None or name in taken:
        if name in taken:
            why = f"{why}; another column is the {quantity.label if quantity else name}"
        inner = name if name == spellings.MULTIPLIER else _own_words(column.source)
        name = own(inner, taken)
        unit = sense.unit or (quantity.unit if quantity else "")
        label, log = _label(column.source), column.spread >= LOG
    else:
        taken.add(name)
        unit, label, log = quantity.unit, quantity.label, quantity.log
    plan = ColumnPlan(
        source=column.source,
        role=role,
        quantity=name,
        label=label,
        unit=unit,
        log=log,
        factor=factor,
    )
    return Guess(plan, why)


def _own_words(source: str) -> str:
    return spellings.words(spellings.parted(source)[1])


def _of_errors(column: Looked, sense: Sense, factor: float, why: str) -> Guess:
    said = "accuracy" if sense.accuracy else "error"
    of = "fractions" if factor == 100 else "percent"
    number = "100 x it" if factor == 100 else "it"
    why = f"{said} in {of}: error = {'100 - ' if sense.accuracy else ''}{number}"
    if sense.rank < 0:
        why += "; a guess by its numbers, for the file does not say what is sought"
    plan = ColumnPlan(
        source=column.source,
        role="error",
        quantity="error",
        label="top-1 error",
        unit="%",
        factor=factor,
        complement=sense.accuracy,
    )
    return Guess(plan, why)


def _factor(column: Looked, sense: Sense) -> tuple[float, str]:
    """Stored number / number of the file, and how that is known."""
    if sense.percent:
        if is_fraction(column):
            return 100.0, "a share in fractions: 100 x it"
        return 1.0, "a share in percent"
    ours = declared(sense.quantity)
    unit = ours.unit if ours else sense.unit
    if sense.factor is None:
        counts = bool((column.finite % 1 == 0).all())
        factor = by_size(sense.quantity, column.median, counts)
        why = f"{_said(sense)} {_times(factor, unit)}".strip()
        return factor, f"{why}{BY_SIZE}"
    return sense.factor, f"{_said(sense)} {_times(sense.factor, unit)}".strip()


def by_size(quantity: str, median: float, counts: bool = False) -> float:
    """What numbers without a unit are counted in, by the median of them.

    Args:
        counts: all of them are whole: thousands of millions are rounded less.
    """
    if quantity == "flops":
        return 1.0 if median >= 1e5 else 1e6 if median >= 60 else 1e9
    if quantity in ("params", "activations"):
        return 1.0 if median >= (1e3 if counts else 1e4) else 1e6
    if quantity == "peak_memory":
        return 1.0 if median >= 1e6 else 1e6 if median >= 64 else 1e9
    return 1e-3 if median >= 0.5 else 1.0  # times


def _said(sense: Sense) -> str:
    quantity = declared(sense.quantity)
    words: dict[Role, str] = {"parameter": "a setting", "result": "a measured number"}
    return quantity.label if quantity else words.get(sense.role, f"a {sense.role}")


def _times(factor: float, unit: str = "") -> str:
    """What numbers are counted in, in words."""
    if factor == 1:
        return ""
    words = SECONDS if unit == "s" else BYTES if unit == "B" else COUNTS
    return f"in {words.get(factor, f'units of {factor:g}')}"
