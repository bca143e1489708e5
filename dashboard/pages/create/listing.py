"""All networks of a space: whether New population offers them, and how many they are."""

from __future__ import annotations

from typing import Any

from designspace.sampling import why_not_listed
from designspace.spaces.base import Family

SOME, ALL = "some", "all"
"""Values of the field `take`: a number of networks, or every one that there is."""


def choices(space: Family | None) -> list[dict[str, Any]]:
    """What can be asked of a space: a number of its networks, and all where they are few."""
    if space is None or why_not_listed(space):
        label, disabled = (
            "all that there are: for small spaces whose networks can be listed",
            True,
        )
    else:
        label, disabled = f"all {space.count():,}, as far as windows let them in", False
    return [
        {"value": SOME, "label": "a number of them, drawn by the laws of the space"},
        {"value": ALL, "label": label, "disabled": disabled},
    ]


def note(space: Family | None) -> str:
    """What the choice means; why all can't be chosen."""
    if space is None:
        return ""
    if reason := why_not_listed(space):
        return f"Not all: {reason}."
    return (
        "All: each once, in a random order, so that what is measured at any time is a sample "
        "of all; the band of its EDF narrows to nothing when each is measured."
    )
