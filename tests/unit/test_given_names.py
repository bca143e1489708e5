"""Names that people give can be seen, and told apart."""

import pytest

from services.names import checked


@pytest.mark.parametrize(
    "name",
    [
        "RegNetX, b = 1",
        "d \u2264 24",
        "\U0001f600",
        "\u05e9\u05dc\u05d5\u05dd",
        "\u00e9",
        "e\u0301",
    ],
)
def test_a_name_is_of_any_script(name):
    assert checked(name) == name


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
        checked(blank)


@pytest.mark.parametrize("unseen", ["\u3164", "\u2800", "\u034f", "\u200b", "\u202e", "\u2028"])
def test_a_name_is_not_told_from_another_by_what_nobody_sees(unseen):
    with pytest.raises(ValueError, match="name"):
        checked(f"A{unseen}B")
