"""What a backup says of itself: the last member of the file, which is not whole without."""

from __future__ import annotations

from importlib import metadata
from typing import Literal

from pydantic import Field

from designspace.values import Frozen

NAME = "manifest.json"
FORMAT: Literal[1] = 1

Kind = Literal["sqlite", "postgresql"]


class Member(Frozen):
    """A file of the backup."""

    name: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Contents(Frozen):
    """What is in a database, all of it at one moment."""

    database: Kind
    migration: str = Field(description="the newest that its tables have")
    identity: str = Field(description="the database's name then: services.reading.identity")
    counts: dict[str, int] = Field(description="rows of each table")


class Manifest(Frozen):
    """A backup: which netspace wrote it, what is in it, what was left out."""

    format: Literal[1] = FORMAT
    netspace: str = Field(description="version")
    made_at: str = Field(description="UTC, ISO 8601")
    contents: Contents
    members: tuple[Member, ...]
    left_out: tuple[str, ...] = Field((), description="in words")

    def member(self, name: str) -> Member | None:
        """The member of a name, if there is one."""
        return next((one for one in self.members if one.name == name), None)

    def below(self, folder: str) -> list[Member]:
        """The members of a folder."""
        return [one for one in self.members if one.name.startswith(f"{folder}/")]


def version() -> str:
    """The version of the code that runs; `unknown` where it was never installed."""
    try:
        return metadata.version("netspace")
    except metadata.PackageNotFoundError:
        return "unknown"
