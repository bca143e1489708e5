"""Published networks by their names: torchvision's, timm's and pycls's spellings.

Each family lists its own (`Family.published`); `NAME@MULTIPLIER` where one has a multiplier.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from designspace.networks.network import Network
from designspace.spaces import FAMILIES
from designspace.spaces.base import Member, Published


class UnknownMember(ValueError):
    """No published network has this name; which come near."""


def names() -> list[str]:
    """All names, those of a family together."""
    return [name for name, _ in _all()]


def member(name: str) -> Member:
    """The published network of a name, `mobilenet_v2` or `mobilenet_v2@1.3`.

    Raises:
        UnknownMember: there is none, or it has no such multiplier.
    """
    base, at, times = name.partition("@")
    published = dict(_all()).get(base)
    if published is None:
        near = get_close_matches(base, names(), n=5) or names()[:5]
        raise UnknownMember(f"no published network {base!r} is known; near: {', '.join(near)}")
    if not at:
        return published.member(None)
    return published.member(_multiplier(published, base, times))


def name_of(network: Network) -> str | None:
    """The name of a published network, without a multiplier; None of any other."""
    return _by_hash().get(network.hash)


@cache
def _by_hash() -> dict[str, str]:
    """The first name of each published network."""
    return {member(name).network.hash: name for name in reversed(names())}


def _multiplier(published: Published, name: str, text: str) -> float:
    if not published.scales:
        raise UnknownMember(f"{name} has no multiplier: it is one network")
    try:
        multiplier = float(text)
    except ValueError:
        multiplier = 0
    if not 0.05 <= multiplier <= 20:
        raise UnknownMember(f"the multiplier of {name} is 0.05 to 20, not {text[:40]!r}")
    return multiplier


def _all() -> Iterator[tuple[str, Published]]:
    for family in FAMILIES:
        yield from family.published().items()
