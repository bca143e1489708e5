"""Words: how a note, a tag and the label of a study are written, in the one spelling kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from services.defining.names import LONGEST, UNSEEN, given
from services.errors import Refused

LONGEST_NOTE = 10_000
"""Characters of a note."""
LONGEST_TAG = 40
MOST_TAGS = 20
"""Of one thing."""
JOINER = "\u200d"
"""Of the parts of a picture: the one character that nobody sees that a note may have."""
BLANKS = re.compile(r"\s+")
ODD = re.compile(r"[^\w.:+/-]")
"""What a tag has not."""


def note(text: str) -> str:
    """Plain text of lines and tabs, with no blanks at the ends of lines or behind the last.

    Raises:
        ValueError: a character that nobody sees.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    for letter in text:
        if letter not in "\n\t" + JOINER and unicodedata.category(letter) in UNSEEN:
            said = f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
            raise ValueError(f"should be text without what nobody sees; it has {said}")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def tag(text: str) -> str:
    """One spelling: small letters, a dash for blanks, without # in front.

    Raises:
        ValueError: nothing is left, or it is no word.
    """
    plain = unicodedata.normalize("NFC", text.strip().removeprefix("#").casefold())
    plain = BLANKS.sub("-", plain.strip())
    if odd := ODD.search(plain):
        raise ValueError(
            f"should be a word of letters, digits and . : + / - _; it has {odd[0]!r}"
        )
    if not any(letter.isalnum() for letter in plain):
        raise ValueError("should be a word with a letter or a digit")
    if len(plain) > LONGEST_TAG:
        raise ValueError(f"should have at most {LONGEST_TAG} characters, has {len(plain)}")
    return plain


def asked(text: str) -> str:
    """A tag that is looked for, as it is kept; empty: any.

    Raises:
        Refused: it can be none.
    """
    try:
        return tag(text) if text else ""
    except ValueError as error:
        raise Refused("tag", text, str(error)) from None


def study(text: str) -> str:
    """A name, or nothing: of no study."""
    return given(text) if text else text


def folded(text: str) -> str:
    """As texts are compared where one is looked for."""
    return unicodedata.normalize("NFC", text).casefold()


def finds(search: str, *texts: str | None) -> bool:
    """Whether every word that is looked for is in one of some texts, large or small."""
    whole = folded("\n".join(text for text in texts if text))
    return all(word in whole for word in folded(search).split())


NoteText = Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(note)]
Tag = Annotated[str, Field(max_length=LONGEST), AfterValidator(tag)]
Study = Annotated[str, Field(max_length=LONGEST), AfterValidator(study)]
