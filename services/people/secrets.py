"""Secrets: what lets somebody in, of which only the SHA-256 is stored.

A token has the form that scanners of repositories find: a prefix, 30 random letters and six of
their CRC32, which tells a mistyped one without a look into the database.
"""

from __future__ import annotations

import secrets
import string
import zlib
from hashlib import sha256

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "ns_"
RANDOM, CHECK = 30, 6
SHOWN = len(PREFIX) + 6
"""Letters of a token that lists show."""


def link() -> str:
    """Of a session or a one-time link: 256 random bits."""
    return secrets.token_urlsafe(32)


def token() -> str:
    """Of an API token: 178 random bits and a check."""
    body = "".join(secrets.choice(BASE62) for _ in range(RANDOM))
    return PREFIX + body + _check(body)


def is_token(text: str) -> bool:
    """Whether a text can be a token at all."""
    body, check = text[len(PREFIX) : -CHECK], text[-CHECK:]
    right = text.startswith(PREFIX) and len(body) == RANDOM and text.isascii()
    return right and check == _check(body)


def digest(secret: str) -> str:
    """What is stored of a secret; it has enough chance in it to need no salt."""
    return sha256(secret.encode()).hexdigest()


def _check(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(BASE62))
        letters = BASE62[digit] + letters
    return letters
