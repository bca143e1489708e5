"""Addresses of servers, as URLs: one spelling to connect by, and one that people may see.

A password may stand before the host or in the query, and holds whatever characters its owner
likes. Libraries disagree on what they accept, and their messages quote what they can't read. So
an address is read once, here, and passed on with its password in one place, percent-encoded.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

HIDDEN = "***"

SCHEME = re.compile(r"[a-z][a-z0-9+.]*", re.IGNORECASE)
USER = re.compile(r"[\w.-]*")
PLACE = re.compile(r"(\[[0-9a-f:.]+\]|[\w.-]*)(:\d+)?(/[^@:?#%]*)?", re.IGNORECASE)
"""HOST:PORT/NAME, where nothing else is hidden in it."""

PUBLIC = re.compile(r"https?://[A-Za-z0-9._\[\]:-]+((?:/[A-Za-z0-9._~-]+)*/?)")
"""Origin and path of the pages."""

OURS = ("api", "app", "auth")
"""First parts of our own paths: behind such a prefix nobody could tell one from the other."""

LOGIN = ("user", "username", "password")
"""Parameters of a query that belong before the host."""

OPTIONS = frozenset(
    {"cached_statements", "check_same_thread", "detect_types", "isolation_level", "timeout"}
)
"""Parameters that Python's sqlite3 takes; others would be left out without a word."""

PERCENT = "with each / ? # : @ % of user and password percent-encoded"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def broker(url: str) -> str:
    """The address of a Redis-protocol server; a password of the query moves before the host.

    Raises:
        ValueError: it can't be read; the text doesn't quote it.
    """
    if not url.startswith(("redis://", "rediss://")):
        raise ValueError("should begin with redis:// or rediss://")
    allowed = f"should be redis://[:PASSWORD@]HOST:PORT/DB, {PERCENT}"
    try:
        parts = urlsplit(url)
        _ = parts.port  # refused when it is read
        said = dict(
            parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
            if parts.query
            else []
        )
    except ValueError:
        raise ValueError(allowed) from None
    if "@" in parts.path + parts.query or parts.fragment:
        raise ValueError(allowed)
    user = unquote(parts.username or "") or said.get("username", "")
    password = unquote(parts.password or "") or said.get("password", "")
    users = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user or password else ""
    place = users + parts.netloc.rpartition("@")[2]
    others = {name: value for name, value in said.items() if name not in LOGIN}
    return urlunsplit((parts.scheme, place, parts.path, urlencode(others), ""))


def public(url: str) -> str:
    """The address that browsers reach this server by, without a slash at its end.

    Raises:
        ValueError: it is none, or its path begins as one of our own does.
    """
    match = PUBLIC.fullmatch(url)
    path = match[1].rstrip("/") if match else ""
    first = path.partition("/")[2].partition("/")[0]
    if match is None or {".", ".."} & set(path.split("/")):
        raise ValueError(
            "should be http[s]://HOST[:PORT][/PATH], its path of A-Z a-z 0-9 . _ ~ -"
        )
    if first in OURS:
        raise ValueError(
            f"its path should not begin with {' or '.join(f'/{one}' for one in OURS)}"
        )
    return url.rstrip("/")


def issuer(url: str) -> str:
    """The address of a provider of OpenID Connect, as it is: what it says is compared with it.

    Raises:
        ValueError: others could read or change what comes from there.
    """
    allowed = "should be https://HOST[/PATH] (http:// on loopback alone), and nothing behind it"
    try:
        parts = urlsplit(url)
        _ = parts.port  # refused when it is read
    except ValueError:
        raise ValueError(allowed) from None
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not secure or {"@", "?", "#", " ", "\\"} & set(url) or not url.isprintable():
        raise ValueError(allowed)
    return url


def database(url: str) -> str:
    """The address of a database; a password of the query moves before the host.

    Raises:
        ValueError: it can't be read; the text doesn't quote it.
    """
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("should begin with sqlite:/// or postgresql+psycopg://")
    from sqlalchemy import make_url  # here: the supervisor and the broker do without
    from sqlalchemy.exc import ArgumentError

    allowed = f"should be postgresql+psycopg://USER:PASSWORD@HOST/NAME, {PERCENT}"
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(allowed) from None
    if read.get_backend_name() == "sqlite":
        if strange := {*read.query} - OPTIONS:
            raise ValueError(f"knows no {', '.join(strange)}; a ? of the file's name is %3F")
        return url
    if "?" in url.rpartition("@")[0]:  # of a password, or before an @ of the query?
        raise ValueError(allowed)
    # A password may hold an @ as it is: the host begins behind the last one.
    rest, at, host = (read.host or "").rpartition("@")
    if at and read.password is not None:
        read = read.set(password=f"{read.password}@{unquote(rest)}", host=host)
    elif at or "@" in (read.database or ""):
        raise ValueError(allowed)
    user = read.query.get("user", read.username)
    password = read.query.get("password", read.password)
    if isinstance(user, tuple) or isinstance(password, tuple):  # given twice
        raise ValueError(allowed)
    if user is not None:  # else there is no place before the host
        read = read.difference_update_query(LOGIN).set(username=user, password=password)
    return read.render_as_string(hide_password=False)


def sqlite(file: Path) -> str:
    """The address of a database in a file, whatever characters its path has."""
    from sqlalchemy import URL

    return URL.create("sqlite", database=str(file)).render_as_string()


def shown(url: str) -> str:
    """The address for people: no password, nor anything that might be a part of one."""
    scheme, colon, rest = url.partition("://")
    if not colon or not SCHEME.fullmatch(scheme):
        return HIDDEN
    head, *queries = re.split("[?#]", rest, maxsplit=1)
    after = f"?{HIDDEN}" if queries else ""
    if scheme == "sqlite":
        return f"{scheme}://{head}{after}"
    users, at, place = head.rpartition("@")
    if "@" in "".join(queries) or not PLACE.fullmatch(place):
        return f"{scheme}://{HIDDEN}"
    user, colon, _ = users.partition(":")
    known = f"{user}:" if colon and USER.fullmatch(user) else ""
    return f"{scheme}://{f'{known}{HIDDEN}@' if at else ''}{place}{after}"
