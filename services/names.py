"""Names and ids that people give: how one may look on the page, over REST, in archives."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field

LONGEST = 100
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that nobody sees and that move what others see: control and format
characters, halves of characters, ends of lines and of paragraphs."""
BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and a symbol by their category that nobody sees either: fillers of Hangul,
Khmer's inherent vowels, the grapheme joiner, Braille of no dot."""


def checked(name: str) -> str:
    """A name that people can read and tell apart.

    Raises:
        ValueError: blank, blanks at its ends, or characters that nobody sees.
    """
    if not name or name != name.strip():
        raise ValueError("should be a name with no blanks at its ends")
    categories = [unicodedata.category(letter) for letter in name]
    if not UNSEEN.isdisjoint(categories) or not BLANK.isdisjoint(name):
        raise ValueError("should be a name without control, format or blank characters")
    if all(category.startswith(("M", "Z")) for category in categories):
        raise ValueError("should be a name of more than marks on letters")
    return name


Name = Annotated[
    str, Field(min_length=1, max_length=LONGEST, strict=True), AfterValidator(checked)
]
"""The type of a name in a request."""

Id = Annotated[int, Ge(0), Le(2**31 - 1)]
"""Of a row: what PostgreSQL's column holds, and no more on SQLite."""
