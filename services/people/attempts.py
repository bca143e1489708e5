"""Attempts: wrong passwords, counted by account and by address, in the database.

Whoever tries one account's passwords from one address is stopped after few, whoever tries one
password on all accounts after some more, and neither keeps the account's owner out at another
address before many have failed.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.people import AttemptRow
from services.errors import TooOften

WINDOW_SECONDS = 900
HERE, ADDRESS, ACCOUNT = 10, 50, 200
"""Wrong passwords in a window: of an account from an address, of an address, of an account."""


def require_few(session: Session, name: str, address: str) -> None:
    """Refuse one more try where there were too many.

    Raises:
        TooOften: again when the first of them is a window old.
    """
    for key, most in _keys(name, address).items():
        number, first, now = session.execute(
            select(func.count(), func.min(AttemptRow.at), now_ms()).where(
                AttemptRow.key == key, AttemptRow.at > now_ms() - WINDOW_SECONDS * 1_000
            )
        ).one()
        if number >= most:
            seconds = (first + WINDOW_SECONDS * 1_000 - now) // 1_000 + 1
            raise TooOften("too many wrong passwords", max(1, seconds))


def count(session: Session, name: str, address: str) -> None:
    """Remember a wrong password; what is older than a window is forgotten."""
    session.execute(delete(AttemptRow).where(AttemptRow.at < now_ms() - WINDOW_SECONDS * 1_000))
    session.add_all([AttemptRow(key=key) for key in _keys(name, address)])


def forget(session: Session, name: str, address: str) -> None:
    """The right one came: what this account has failed at this address counts no more."""
    here = f"{name} at {_line(address)}"
    session.execute(delete(AttemptRow).where(AttemptRow.key == here))


def _keys(name: str, address: str) -> dict[str, int]:
    address = _line(address)
    return {
        f"{name} at {address}": HERE,
        f"address {address}": ADDRESS,
        f"account {name}": ACCOUNT,
    }


def _line(address: str) -> str:
    """An address as it is counted: of IPv6, whoever has one has the 2**64 beside it, too."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return address
    return str(read.ipv4_mapped or ip_network((read, 64), strict=False))
