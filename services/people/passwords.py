"""Passwords: argon2id, and none that everybody knows.

A check costs 64 MiB and 0.2 s of a core by design, so faces let few be at it at once (`Turns`).
Length is what counts, and no rule of composition (NIST SP 800-63B, section 5.1.1).
"""

from __future__ import annotations

import re
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from services.errors import Refused

SHORTEST, LONGEST = 15, 1_000
"""Characters."""
DISTINCT = 6
"""Different characters, at least."""
COMMON = re.compile(
    r"(password|passwort|passw0rd|letmein|welcome|administrator|admin|netspace|qwertz|qwerty"
    r"|qwertyuiop|asdfghjkl|asdf|zxcvbnm|iloveyou|monkey|dragon|football|baseball|sunshine"
    r"|princess|master|superman|batman|trustno1|abcdefg|abc|changeme|secret|default|login"
    r"|correct|horse|battery|staple|1q2w3e4r5t|1q2w3e4r|1qaz2wsx|qazwsx|[0-9\W_])+"
)
"""Words of the lists of passwords that are tried first, with what is put between them."""

_hashing = PasswordHash((Argon2Hasher(),))


def require_good(password: str, name: str) -> None:
    """Refuse a password that is short, long, or among the first to be tried.

    Raises:
        Refused: which of these; the value is not repeated.
    """
    allowed = f"{SHORTEST} to {LONGEST:,} characters, longer is better than stranger"
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused("password", None, f"{allowed}; it has {len(password):,}")
    lowered = password.lower()
    if len(set(lowered)) < DISTINCT or COMMON.fullmatch(lowered.replace(name, "")):
        raise Refused("password", None, f"{allowed}; this one is among the first to be tried")


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hashing.hash(password)


@cache
def _nobodys() -> str:
    """What is checked where there is no such account, so that it takes as long."""
    return hashed("of nobody")


def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one; takes as long where nothing is stored."""
    if len(password) > LONGEST:
        return False
    try:
        right = _hashing.verify(password, stored or _nobodys())
    except UnknownHashError:
        return False
    return right and stored is not None
