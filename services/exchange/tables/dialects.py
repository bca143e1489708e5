"""Dialects: how a table of text is written, by what makes its lines agree.

A separator is right where the first lines have equally many cells, and the more cells, the
better. Lines before the header are comments, or a title of fewer cells.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from services.exchange.tables.numerals import Numerals
from services.exchange.tables.plan import Encoding, Quote, Separator
from services.exchange.tables.sources.delimited import Dialect

SEPARATORS: Final[tuple[Separator, ...]] = (",", ";", "\t", "|", " ")
LINES = 200
"""Records that are looked at."""
TITLES = 20
"""Lines that may stand before a header."""
GROUPS: Final = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII),
    " ": re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?", re.ASCII),
    "'": re.compile(r"[+-]?\d{1,3}(['’]\d{3})+([.,]\d+)?", re.ASCII),
}
COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?\s?%?", re.ASCII)
POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?\s?%?", re.ASCII)


@dataclass(frozen=True)
class Agreement:
    """How well lines agree on a separator."""

    share: float  # of the records that have the usual number of cells
    cells: int
    separator: Separator
    quote: Quote
    records: list[list[str]]

    @property
    def rank(self) -> tuple[bool, float, bool, int, int]:
        """Several cells in nearly all records, and in the first, which has no decimal commas;
        then how many cells.
        """
        several, plain = self.cells > 1 and self.share > 0.8, -SEPARATORS.index(self.separator)
        head = bool(self.records) and len(self.records[0]) == self.cells
        return several, round(self.share, 1), head, self.cells, plain


def sniffed(text: str, encoding: Encoding) -> Dialect:
    """The dialect of a text's beginning."""
    quotes: tuple[Quote, ...] = ('"', "'") if _quotes_by_apostrophes(text) else ('"',)
    tried = [_agreement(text, separator, quote) for quote in quotes for separator in SEPARATORS]
    words = [one for one in tried if one.separator != " "]
    best = max(words, key=lambda one: one.rank)
    if best.cells < 2:  # a space parts texts, too: only where nothing else parts anything
        best = max(tried, key=lambda one: one.rank if one.share == 1 and one.cells > 2 else ())
        best = best if best.cells > 1 else words[0]
    skip = _skipped(text, best)
    records = _records(_behind(text, skip), best.separator, best.quote)
    return Dialect(encoding, best.separator, best.quote, has_header(records), skip)


def _quotes_by_apostrophes(text: str) -> bool:
    return (
        '"' not in text
        and len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=$|[,;\t|\r\n])", text, re.M)) > 2
    )


def _agreement(text: str, separator: Separator, quote: Quote) -> Agreement:
    records = _records(text, separator, quote)
    counts = Counter(len(record) for record in records)
    cells = max(counts, key=lambda n: (counts[n], n), default=0)
    share = counts[cells] / max(1, len(records))
    return Agreement(share, cells, separator, quote, records)


def _records(text: str, separator: str, quote: str) -> list[list[str]]:
    """The first records that are not empty."""
    found: list[list[str]] = []
    lines = text.splitlines(keepends=True)
    try:
        for record in csv.reader(lines, delimiter=separator, quotechar=quote):
            if record:
                found.append(record)
            if len(found) == LINES:
                break
    except csv.Error:
        pass
    return found


def _skipped(text: str, best: Agreement) -> int:
    """Lines before the header: comments, empty ones, titles of fewer cells."""
    lines = text.splitlines()
    skip = 0
    for line in islice(lines, TITLES):
        cells = len(next(iter(_records(line, best.separator, best.quote)), []))
        title = best.cells > 2 and cells < best.cells - 1 and best.share > 0.5
        if line.strip() and not line.startswith("#") and not title:
            break
        if line.startswith("#") and cells == best.cells > 1:
            break  # `#,name,acc` is a header
        skip += 1
    return skip if skip < min(TITLES, len(lines)) else 0


def _behind(text: str, skip: int) -> str:
    return "".join(text.splitlines(keepends=True)[skip:])


def has_header(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first record is names: no numbers, above numbers or unlike all others."""
    if not records:
        return True
    numerals = Numerals()
    first = [cell.strip() for cell in records[0]]
    numbers = [cell for cell in first if cell and _is_number(numerals, cell)]
    if not numbers:
        return True
    return len(numbers) < len([cell for cell in first if cell]) / 2


def _is_number(numerals: Numerals, text: str) -> bool:
    found = numerals.one(text.replace(",", "."))
    return found is not None and found == found


def numerals(cells: Iterable[str], separator: str) -> Numerals:
    """How numbers are written, by cells of a table."""
    points = commas = 0
    groups: Counter[str] = Counter()
    for text in (cell.strip() for cell in cells):
        if not text or not text[-1:].isdigit() and not text.endswith("%"):
            continue
        for by, pattern in GROUPS.items():
            if pattern.fullmatch(text):
                groups[by] += 1
                # 1.013 and 1,013 may be either; two groups, or both marks, may not.
                if by in ",." and len(re.findall(r"[.,]", text)) > 1:
                    groups[by] += 1_000
        if COMMA.fullmatch(text):
            commas += 1
        if POINT.fullmatch(text):
            points += 1
    decimal = "," if _by_commas(points, commas, groups, separator) else "."
    return Numerals(decimal, _thousands(groups, decimal, points, commas))


def _by_commas(points: int, commas: int, groups: Counter[str], separator: str) -> bool:
    """Whether decimals are behind a comma."""
    if groups[","] >= 1_000 or not commas:
        return False
    if groups["."] >= 1_000:
        return True
    # Commas that could all be thousands are decimals where nothing else is, and lines part by ;
    certain_commas = commas - groups[","]
    certain_points = points - groups["."]
    if certain_commas and not certain_points:
        return True
    return not certain_points and not certain_commas and separator != "," and not points


def _thousands(groups: Counter[str], decimal: str, points: int, commas: int) -> str:
    """What parts thousands, if anything does."""
    if decimal == ".":
        return "," if groups[","] else "'" if groups["'"] else " " if groups[" "] else ""
    return "." if groups["."] else "'" if groups["'"] else " " if groups[" "] else ""
