"""Origins: whether somebody made a population here, or it came with netspace or an archive."""

from __future__ import annotations

from typing import Literal

Origin = Literal["here", "demo", "study", "imported"]

DEMO = ("AnyNetX_A · digits", "RegNetX · digits")
"""The populations that an empty database begins with."""

STUDY = "Study: "
"""How the names of the reference studies' populations begin."""


def origin(name: str, archive: str | None) -> Origin:
    """Where a population of this name comes from.

    Args:
        archive: SHA-256 of the file it was imported from, if it was.
    """
    if name.startswith(STUDY):
        return "study"
    if archive is not None:
        return "imported"
    return "demo" if name in DEMO else "here"
