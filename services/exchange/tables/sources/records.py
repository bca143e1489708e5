"""Records of JSON, one after the other: of lines, of a list, of a list within an object.

A decoder of Python's library reads one value at a time from a window of text, so a file of any
size takes no more memory than its largest record. NaN and Infinity, which Python writes, are
read, too.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

from services.errors import Refused, TooLarge
from services.exchange.tables.limits import LARGEST_RECORD, LARGEST_WHOLE
from services.exchange.tables.sources.source import SHOWN, Data, refuse_large

WINDOW = 2**20
"""Characters that are read at a time, at least."""
WHITE = " \t\r\n"
DECODER = json.JSONDecoder(strict=False)
FORMS = "an array of objects, an object with one such array, or columns as arrays"


class Cut(ValueError):
    """The text ends within a value."""


def opened(data: Data) -> BinaryIO:
    return BytesIO(data) if isinstance(data, bytes) else data.open("rb")


class Window:
    """The part of a text that is being read."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.file = file
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.text, self.at, self.line, self.ended = "", 0, 1, False
        self.more()
        self.text = self.text.removeprefix("\ufeff")

    def more(self) -> bool:
        """Read on; False at the end."""
        if self.ended:
            return False
        self.line += self.text.count("\n", 0, self.at)
        rest = self.text[self.at :]
        piece = self.file.read(max(WINDOW, len(rest)))
        self.ended = not piece
        self.text, self.at = rest + self.decoder.decode(piece, final=self.ended), 0
        return not self.ended

    @property
    def place(self) -> int:
        """The line that is being read, from 1."""
        return self.line + self.text.count("\n", 0, self.at)

    def peek(self) -> str:
        """The next character that is not white; "" at the end."""
        while True:
            text, at = self.text, self.at
            while at < len(text) and text[at] in WHITE:
                at += 1
            self.at = at
            if at < len(text):
                return text[at]
            if not self.more():
                return ""

    def take(self, character: str) -> None:
        """Step over a character.

        Raises:
            Cut: the text ends.
            ValueError: another stands there.
        """
        found = self.peek()
        if found != character:
            if not found:
                raise Cut(f"{character} is missing")
            raise ValueError(f"{character} is missing before {found!r}")
        self.at += 1

    def value(self) -> Any:
        """The next value.

        Raises:
            Cut: the text ends within it.
            TooLarge: it is larger than a record may be.
            ValueError: it is no JSON.
        """
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise ValueError("too many levels") from None
            except ValueError as error:
                # A number at the end may go on; so may all that is no JSON yet.
                if len(self.text) - self.at > LARGEST_RECORD:
                    allowed = f"JSON, a record of at most {LARGEST_RECORD:,} bytes"
                    raise TooLarge(f"line {self.place}", str(error)[:SHOWN], allowed) from None
                if not self.more():
                    raise (Cut if _at_end(error, self.text) else ValueError)(
                        str(error)
                    ) from None
                continue
            if end == len(self.text) and self.more():
                continue
            self.at = end
            return value


def _at_end(error: ValueError, text: str) -> bool:
    return not isinstance(error, json.JSONDecodeError) or (
        error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg
    )


def of_lines(data: Data, encoding: str) -> Iterator[tuple[int, Any]]:
    """(line, value) of each line that is not empty; a ValueError where one is no JSON."""
    refuse_large(data)
    decode = codecs.getdecoder(encoding)
    with opened(data) as file:
        line = 0
        while raw := file.readline(LARGEST_RECORD + 1):
            line += 1
            if len(raw) > LARGEST_RECORD:
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(LARGEST_RECORD)
                yield line, ValueError(f"a line of more than {LARGEST_RECORD:,} bytes")
                continue
            if not raw.strip():
                continue
            try:
                yield line, DECODER.decode(decode(raw)[0].removeprefix("\ufeff"))
            except RecursionError:
                yield line, ValueError("too many levels")
            except ValueError:
                yield line, ValueError("no JSON")


def of_document(data: Data, encoding: str, partial: bool) -> Iterator[tuple[int, Any]]:
    """(line, value) of each record of a document.

    Args:
        partial: where only its beginning is here, its end is no mistake.

    Raises:
        Refused: it is no JSON, or has no records.
        TooLarge: a record is, or a document that can't be read in parts.
    """
    size = refuse_large(data)
    with opened(data) as file:
        try:
            window = Window(file, encoding)
            yield from _records(window, data, size, encoding, partial)
        except UnicodeError as error:
            said = f"the encoding of the file: {error}"[:200]
            raise Refused("encoding", encoding, said) from None


def _records(
    window: Window, data: Data, size: int, encoding: str, partial: bool
) -> Iterator[tuple[int, Any]]:
    try:
        first = window.peek()
        if first == "[":
            yield from _list(window)
        elif first == "{":
            yield from _object(window, data, 0 if partial else size, encoding)
        else:
            raise Refused("file", window.text[:SHOWN], FORMS)
    except Cut as error:
        if not partial:
            raise Refused("file", str(error)[:SHOWN], _where(window)) from None
    except (UnicodeError, Refused):
        raise
    except ValueError as error:
        raise Refused("file", str(error)[:SHOWN], _where(window)) from None


def _where(window: Window) -> str:
    return f"JSON; it is none in line {window.place:,}"


def _list(window: Window) -> Iterator[tuple[int, Any]]:
    window.take("[")
    while window.peek() != "]":
        line = window.place
        yield line, window.value()
        if window.peek() != "]":
            window.take(",")
    window.at += 1


def _object(window: Window, data: Data, size: int, encoding: str) -> Iterator[tuple[int, Any]]:
    """The records of the one list of objects among its fields; else the whole of it.

    Args:
        size: bytes of the whole; 0 where only the beginning is here.
    """
    window.take("{")
    found = False
    while window.peek() == '"':
        window.value()
        window.take(":")
        if window.peek() == "[" and not found and _of_objects(window):
            found = True
            yield from _list(window)
        else:
            window.value()
        if window.peek() == ",":
            window.at += 1
    if not found:
        yield from _whole(data, size, encoding)
    else:
        window.take("}")


def _of_objects(window: Window) -> bool:
    """Whether the list that begins here has an object first."""
    at = window.at + 1
    while True:
        rest = window.text[at : at + 1000].lstrip(WHITE)
        if rest or not window.more():
            return rest.startswith("{")
        at = window.at + 1


def _whole(data: Data, size: int, encoding: str) -> Iterator[tuple[int, Any]]:
    """Columns as lists, as objects by row, or rows as objects by name."""
    if not size:
        raise Refused("file", "the beginning of an object", "the whole file, or " + FORMS)
    if size > LARGEST_WHOLE:
        allowed = f"at most {LARGEST_WHOLE:,} bytes of JSON, or {FORMS}"
        raise TooLarge("file", f"{size:,} bytes", allowed)
    with opened(data) as file:
        found = json.loads(file.read().decode(encoding).removeprefix("\ufeff"), strict=False)
    yield from enumerate(_rows(found), start=1)


def _rows(found: dict[str, Any]) -> Iterator[Any]:
    """Rows of what pandas writes, and of its like.

    Raises:
        Refused: it is none of these.
    """
    kinds = {type(value) for value in found.values()}
    columns, data = found.get("columns"), found.get("data")
    if isinstance(columns, list) and isinstance(data, list):
        for row in data:
            yield (
                dict(zip(map(str, columns), row, strict=False))
                if isinstance(row, list)
                else row
            )
    elif kinds == {list}:
        if len({len(values) for values in found.values()}) > 1:
            raise Refused("file", "arrays of different lengths", FORMS)
        for row in zip(*found.values(), strict=True):
            yield dict(zip(found, row, strict=True))
    elif kinds == {dict} and all(key.isdecimal() for value in found.values() for key in value):
        keys = dict.fromkeys(key for value in found.values() for key in value)
        for key in keys:
            yield {name: values.get(key) for name, values in found.items()}
    elif kinds == {dict}:
        for name, row in found.items():
            yield {"name": name, **row}
    else:
        raise Refused("file", "an object", FORMS)
