"""Names that people give can be seen, and told apart."""

import pytest

from services.defining.names import given


@pytest.mark.parametrize(
    "name",
    [
        "RegNetX, b = 1",
        "d \u2264 24",
        "\U0001f600",
        "\U0001f44d\U0001f3fd",  # a thumb of a colour
        "\u05e9\u05dc\u05d5\u05dd",
        "\u00e9",
        "x\u0304",  # Unicode has no composed form of it
        "\u0915\u094d\u0937",
    ],
)
def test_a_name_is_of_any_script(name):
    assert given(name) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("\ud55c", "\u1112\u1161\u11ab"),  # Hangul, whole and in parts
        ("\u00c5", "\u212b"),  # the letter, and the sign of Angstrom
        ("q\u0323\u0307", "q\u0307\u0323"),  # marks in either order
        ("\u2764 best", "\u2764\ufe0f best"),  # a heart, and one that is to be a picture
        ("1\u20e3", "1\ufe0f\u20e3"),
    ],
)
def test_names_that_look_alike_by_their_spelling_are_one_name(one, other):
    assert given(one) == given(other)


def test_a_name_that_was_given_once_stays_as_it_is():
    for name in ("cafe\u0301", "\u2764\ufe0f", "\u212b", "a\ufe0f\u0301"):
        assert given(given(name)) == given(name)


@pytest.mark.parametrize(
    "blank",
    [
        "",
        " ",
        "\u00a0",
        "\u3164",  # Hangul filler, a letter
        "\uffa0",
        "\u115f",
        "\u2800",  # Braille of no dot, a symbol
        "\u034f",  # combining grapheme joiner
        "\ufe0f",  # variation selector
        "\u0301",  # an accent on nothing
    ],
)
def test_a_name_that_nobody_sees_is_refused(blank):
    with pytest.raises(ValueError, match="name"):
        given(blank)


@pytest.mark.parametrize(
    "unseen",
    [
        "\u3164",
        "\u2800",
        "\u034f",
        "\u200b",
        "\u202e",
        "\u2028",
        "\ufe00",
        "\U000e0100",
        "\u180b",
    ]
    + ["\u2065", "\ufff0", "\U000e0041"],
)
def test_a_name_is_not_told_from_another_by_what_nobody_sees(unseen):
    with pytest.raises(ValueError, match=f"has U.{ord(unseen):04X}"):
        given(f"A{unseen}B")


def test_pictures_that_are_joined_are_refused_by_the_name_of_the_joiner():
    # A font without the picture of the two shows them as if they were not joined.
    with pytest.raises(ValueError, match="U.200D ZERO WIDTH JOINER"):
        given("\U0001f469\u200d\U0001f4bb")


@pytest.mark.parametrize(
    "letter",
    [
        "\ufdd0",
        "\ufffe",
        "\U0010ffff",  # noncharacters
        "\u0378",  # not assigned
        "\ue000",
        "\U000f0000",  # private use
    ],
)
def test_a_name_is_of_assigned_characters_and_which_is_not_is_said(letter):
    with pytest.raises(ValueError, match=f"assigned characters; U\\+{ord(letter):04X} is none"):
        given(f"a{letter}b")
