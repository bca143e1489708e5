"""Numbers as files write them: separators, percent, inf, nothing, and times with units.

    1013.01   1,013.01   1.013,01   1 013,01   1'013.01     by the plan's separators
    71.3 %    25.6M    4.1 GB      12.5 ms     2 min        without percent; counts; in seconds
    0 days 00:04:22.37   00:04:22                           in seconds
    inf   -inf   Infinity   true   no                       infinite; 1, 0
    ""   na   NaN   null   None   -   –   ?                 no number

pyarrow reads whole columns of plain numbers; what it can't read is read one by one here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.arrays import Bools, Floats

NONE = frozenset(
    ["", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "-", "--", "–", "—", "?"]
)
TRUTHS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
INFINITE = {"inf": np.inf, "infinity": np.inf, "∞": np.inf, "diverged": np.inf}
SUFFIXES = {"k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9, "t": 1e12}
SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$"
ENDED = re.compile(
    r"([+-]?[\d.,' ]+(?:[eE][+-]?\d{1,4})?)\s?(%|ns|us|µs|ms|s|sec|min|h|d|[kKMGBT])", re.ASCII
)
CLOCK = re.compile(
    r"(?:(-?\d{1,9}) days?,? \+?)?(\d{1,9}):(\d\d):(\d\d(?:\.\d{1,12})?)", re.ASCII
)
NUMBER = re.compile(PLAIN, re.ASCII)
LONGEST = 64
"""Characters of a number."""
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "’": "'"})


@dataclass(frozen=True)
class Numerals:
    """How the numbers of a file are written."""

    decimal: str = "."
    thousands: str = ""

    def read(self, texts: pa.Array) -> tuple[Floats, Bools]:
        """Numbers, nan where there is none, and which texts are no numbers; shape (n,) each."""
        if self.decimal == "." and not self.thousands:
            try:
                return _floats(pc.cast(texts, pa.float64())), np.zeros(len(texts), dtype=bool)
            except pa.ArrowInvalid:
                pass
        trimmed = pc.utf8_trim_whitespace(texts)
        plain = self._plain(trimmed)
        empty = pc.equal(trimmed, "")
        odd = pc.invert(pc.or_(plain, empty))
        values = self._decimal(pc.if_else(plain, trimmed, pa.scalar(None, pa.string())))
        found = _floats(pc.cast(values, pa.float64())).copy()
        bad = np.zeros(len(texts), dtype=bool)
        places = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
        texts = trimmed.take(pa.array(places)).to_pylist()
        for place, text in zip(places.tolist(), texts, strict=True):
            number = self.one(text)
            if number is None:
                bad[place] = True
            else:
                found[place] = number
        return found, bad

    def _plain(self, texts: pa.Array) -> pa.Array:
        pattern = PLAIN if self.decimal == "." else PLAIN.replace(r"\.", ",")
        return pc.match_substring_regex(texts, pattern)

    def _decimal(self, texts: pa.Array) -> pa.Array:
        return texts if self.decimal == "." else pc.replace_substring(texts, ",", ".")

    def one(self, text: str) -> float | None:
        """The number of a text, nan for none; None where it is no number."""
        return _one(self, text) if len(text) <= LONGEST else None

    @cached_property
    def _grouped(self) -> re.Pattern[str] | None:
        if not self.thousands:
            return None
        by, point = re.escape(self.thousands), re.escape(self.decimal)
        return re.compile(rf"[+-]?\d{{1,3}}({by}\d{{3}})+({point}\d*)?", re.ASCII)

    def number(self, text: str) -> float | None:
        """A number without anything behind it."""
        if self._grouped and self._grouped.fullmatch(text):
            text = text.replace(self.thousands, "")
        if self.decimal == ",":
            if "." in text:
                return None
            text = text.replace(",", ".")
        return float(text) if NUMBER.fullmatch(text) else None


@lru_cache(maxsize=65_536)
def _one(numerals: Numerals, text: str) -> float | None:
    text = text.strip().translate(SPACES)
    lower = text.lower()
    if lower in NONE:
        return np.nan
    if lower in TRUTHS:
        return TRUTHS[lower]
    if lower.lstrip("+-") in INFINITE:
        return -np.inf if lower.startswith("-") else np.inf
    if (number := numerals.number(text)) is not None:
        return number
    if clock := CLOCK.fullmatch(text):
        days, hours, minutes, seconds = clock.groups()
        return int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if not (ended := ENDED.fullmatch(text)):
        return None
    number = numerals.number(ended[1].strip())
    # 4.1 x 10^9 is half a millionth short of a whole number.
    return None if number is None else float(f"{number * _times(ended[2]):.15g}")


def _times(unit: str) -> float:
    if unit == "%":
        return 1.0
    if unit in SECONDS:
        return SECONDS[unit]
    return SUFFIXES[unit.lower()]


def _floats(array: pa.Array) -> Floats:
    """nan where there is none."""
    found: Floats = array.to_numpy(zero_copy_only=False)
    return found


def numbers(column: pa.Array, numerals: Numerals) -> tuple[Floats, Bools]:
    """Numbers of a column of a block, and which of its cells are none; shape (n,) each."""
    if pa.types.is_floating(column.type):
        return _floats(column), np.zeros(len(column), dtype=bool)
    if pa.types.is_dictionary(column.type):
        values, bad = numerals.read(column.dictionary.fill_null(""))
        values, bad = np.append(values, np.nan), np.append(bad, False)
        places = column.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
        return values[places], bad[places]
    return numerals.read(column.fill_null("") if column.null_count else column)
