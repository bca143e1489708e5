"""Names of columns, as a file has them and as a population does; text that may be shown."""

from __future__ import annotations

import re

from columns.quantities import declared

LONGEST_TEXT = 200
"""Characters of a column's name, label or unit."""

LONGEST_NAME = 63
"""Characters of a column's name in a population."""

OPTIONS = """
after against axes before below best colour columns cursor cut fields format gamma group half
kind lasso level limit marks match method of offset pairs pin planned points population
provenance q regime replacement seeds select side since sort space state theme until what
"""
"""Of addresses, those that may come."""

BESIDE = """
band cause code depths failure id inherited multiplicity name network networks order ordinal
page rank status version widths
"""
"""What rows of networks have beside their columns."""

RESERVED = frozenset((OPTIONS + BESIDE).split())
"""Names that mean something else in an address or a row; another becomes `x_NAME`."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What no name of one line has."""


def cleared(text: str) -> str:
    """Text of one line.

    Raises:
        ValueError: it has control characters.
    """
    if CONTROL.search(text):
        raise ValueError("text of one line, without control characters")
    return text


def own(words: str, taken: set[str]) -> str:
    """A name for a column of a population, which is then taken; none of ours, none reserved."""
    base = re.sub(r"[^a-z0-9_]", "_", words.lower())
    if not re.match(r"[a-z]", base):
        base = f"x_{base}".rstrip("_")
    base = base[: LONGEST_NAME - 8]
    if base in RESERVED or declared(base):
        base = f"x_{base}"
    found, times = base, 1
    while found in taken or declared(found):
        times += 1
        found = f"{base}_no{times}"
    taken.add(found)
    return found
