"""Lookups: a network by a name or as somebody writes it, and what is known of it here.

Nothing is stored: what has never been drawn can be counted and written out all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import DrawRow, NetworkRow, PopulationRow
from designspace.layers.complexity import Complexity
from designspace.naming import members, written
from designspace.naming.notations import Described, NotDescribed, described
from designspace.naming.written import Form, Images
from designspace.networks.network import Network
from services.acting.permission import visible
from services.errors import Refused
from services.reading import networks
from services.reading.networks import File

COLOURS = 3
MOST = 50
"""Populations that are told, the newest."""


@dataclass(frozen=True)
class Asked:
    """A network as somebody names or writes it; images that are None are as published."""

    what: str
    resolution: int | None = None
    channels: int = COLOURS
    classes: int | None = None


@dataclass(frozen=True)
class Drawn:
    """A population that has a network."""

    population: int
    name: str
    network: int


@dataclass(frozen=True)
class Found:
    """A network, what it costs on which images, and who can say it."""

    network: Network
    images: Images
    complexity: Complexity
    forms: Sequence[Form]
    name: str | None  # of a published network
    left_out: Sequence[str]  # of the text, what says nothing of the network


def find(asked: Asked) -> Found:
    """The network that is asked for.

    Raises:
        Refused: there is none, or the images are too small for it.
    """
    found = _described(asked)
    images, network = _images(asked, found), found.member.network
    try:
        counted = found.counted(images.resolution, images.channels, images.classes)
    except NotDescribed as mistakes:
        raise _refused(asked, mistakes) from None
    return Found(
        network,
        images,
        counted,
        written.forms(network),
        members.name_of(network),
        found.left_out,
    )


def file(asked: Asked, form: Form) -> File:
    """It as a file, for its images.

    Raises:
        Refused: there is no such network, or the notation can't say it.
    """
    found = _described(asked)
    return networks.as_file(found.member.network, form, _images(asked, found))


def drawn(session: Session, network: Network) -> list[Drawn]:
    """The populations that have it, newest first, of those that the actor sees."""
    rows = session.execute(
        select(PopulationRow.id, PopulationRow.name, NetworkRow.id)
        .join(DrawRow, DrawRow.population_id == PopulationRow.id)
        .join(NetworkRow, NetworkRow.id == DrawRow.network_id)
        .where(NetworkRow.hash == network.hash, visible(session, PopulationRow))
        .order_by(PopulationRow.id.desc())
        .limit(MOST)
    )
    return [Drawn(*row) for row in rows]


def _described(asked: Asked) -> Described:
    try:
        return described(asked.what)
    except NotDescribed as mistakes:
        raise _refused(asked, mistakes) from None


def _refused(asked: Asked, mistakes: NotDescribed) -> Refused:
    return Refused("what", asked.what[:80], str(mistakes)[:500])


def _images(asked: Asked, found: Described) -> Images:
    member = found.member
    return Images(
        asked.resolution or member.resolution,
        asked.channels,
        asked.classes or member.classes,
    )
