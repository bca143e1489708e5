"""Words: notes as they are written, tags in one spelling."""

import pytest
from pydantic import TypeAdapter, ValidationError

from services.errors import Refused
from services.keeping import addresses, words
from services.keeping.words import NoteText, Tag

NOTE, TAG = TypeAdapter(NoteText), TypeAdapter(Tag)


def test_a_note_keeps_its_lines_and_blanks_in_them():
    text = "first\n\n  second:\tindented\n<b>not bold</b> & $x$"
    assert NOTE.validate_python(text) == text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\n\na  \nb\n\n", "a\nb"),
        ("cafe\u0301", "caf\u00e9"),
        ("", ""),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),  # one picture of three
    ],
)
def test_ends_of_lines_are_one_character_and_nothing_stands_behind_them(written, kept):
    assert NOTE.validate_python(written) == kept


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u202e", "\u2028", "\ufeff"])
def test_what_nobody_sees_is_refused_by_its_name(unseen):
    with pytest.raises(ValidationError, match=rf"U\+{ord(unseen):04X}"):
        NOTE.validate_python(f"a{unseen}b")


def test_a_note_has_an_end():
    assert NOTE.validate_python("x" * words.LONGEST_NOTE)
    with pytest.raises(ValidationError, match="10000"):
        NOTE.validate_python("x" * (words.LONGEST_NOTE + 1))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Baseline", "baseline"),
        ("#to do", "to-do"),
        ("  Best   Ones ", "best-ones"),
        ("STRASSE", "strasse"),
        ("stra\u00dfe", "strasse"),
        ("v1.2/a+b:c_d", "v1.2/a+b:c_d"),
        ("\u03a3", "\u03c3"),
    ],
)
def test_a_tag_has_one_spelling(written, kept):
    assert TAG.validate_python(written) == kept
    assert words.tag(kept) == kept


@pytest.mark.parametrize("written", ["", " ", "#", "--", "a,b", "a;b", "<b>", "x" * 41])
def test_what_is_no_tag_is_refused(written):
    with pytest.raises(ValidationError):
        TAG.validate_python(written)


def test_a_search_finds_what_has_all_its_words_large_or_small():
    assert words.finds("SEED stra\u00dfe", "the second seed", None, "Strasse 7")
    assert not words.finds("seed third", "the second seed")
    assert words.finds("", "anything")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("?population=2&against=1&depth=5..8&pin=depth=5..8;wm=2..2.5", [2, 1]),
        ("?side=1;depth=5..8&side=2&of=latency&match=depth,flops", [1, 2]),
        ("?side=3&side=3;depth=..6", [3]),
        ("?population=3&time=latency_64&depth=5..8", [3]),
    ],
)
def test_an_address_names_its_populations(query, ids):
    # As the pages write them: explore/state/url.mjs, compare, trends and speed/question.mjs.
    assert addresses.populations(query) == ids


@pytest.mark.parametrize(
    "query",
    [
        "",
        "population=1",
        "?depth=5..8",
        "?population=x",
        "?population=-1",
        "?side=;depth=5..8",
        "?population=1 2",
        "?population=1\n",
        "?population=99999999999",
        "?" + "&".join(f"side={i}" for i in range(1, 30)),
    ],
)
def test_what_names_none_is_no_view(query):
    with pytest.raises(Refused):
        addresses.populations(query)
