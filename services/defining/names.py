"""Names and ids that people give: how one may look on the page, over REST, in archives."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field

from services.numbers import LARGEST, Whole

LONGEST = 100
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that nobody sees and that move what others see: control and format
characters, halves of characters, ends of lines and of paragraphs."""
MEANINGLESS = {"Cn", "Co"}
"""Categories of what is not assigned, or for private use: others see a box."""
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u2800\u3164\ufe00-\ufe0d\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Others that nobody sees: fillers of Hangul, Khmer's inherent vowels, the grapheme joiner,
Braille of no dot, selectors of a letter's form, what Unicode keeps for such uses."""
STYLE = re.compile("[\ufe0e\ufe0f]")
"""Put behind a character by keyboards: shown as text or as a picture."""


def given(name: str) -> str:
    """A name that people can read and tell apart, in the one spelling that is kept.

    That is Unicode's composed form (NFC) without U+FE0E and U+FE0F: names that look alike by
    these are one name.

    Raises:
        ValueError: blank, blanks at its ends, characters that nobody sees, or what is none.
    """
    name = unicodedata.normalize("NFC", STYLE.sub("", name))
    if not name or name != name.strip():
        raise ValueError("should be a name with no blanks at its ends")
    for letter in name:
        if unicodedata.category(letter) in UNSEEN or BLANK.match(letter):
            said = f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
            raise ValueError(f"should be a name without what nobody sees; it has {said}")
        if unicodedata.category(letter) in MEANINGLESS:
            said = f"U+{ord(letter):04X}"
            raise ValueError(f"should be a name of assigned characters; {said} is none")
    if all(unicodedata.category(letter).startswith(("M", "Z")) for letter in name):
        raise ValueError("should be a name of more than marks on letters")
    return name


Name = Annotated[
    str, Field(min_length=1, max_length=LONGEST, strict=True), AfterValidator(given)
]
"""The type of a name in a request."""

Id = Annotated[Whole, Ge(0), Le(LARGEST)]
"""Of a row, in a path, a query or a body."""
