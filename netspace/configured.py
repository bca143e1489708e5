"""Configured: settings from a file, and secrets from files of their own.

    NETSPACE_CONFIG=/etc/netspace/netspace.toml      # else netspace.toml in the data folder
    NETSPACE_DATABASE_URL_FILE=/run/secrets/database # in place of NETSPACE_DATABASE_URL

The file is TOML, a line a setting: `port = 8050`. A variable of the environment wins over a
file, an empty one too, which says that the setting is unset, as an empty text in the file does.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

CONFIG = "NETSPACE_CONFIG"
NAME = "netspace.toml"
FILE = "_file"


class WrongSettings(ValueError):
    """Settings that are not allowed: one line for each."""


def found(
    prefix: str, known: Collection[str], secret: Collection[str], default_dir: Path
) -> dict[str, Any]:
    """What the files say, by setting, of what the environment does not.

    Args:
        known: all settings.
        secret: those of them that may stand in a file of their own.
        default_dir: the data folder, unless the environment names another.

    Raises:
        WrongSettings: a file can't be read, or says what is no setting.
    """
    values = _configuration(prefix, known, secret, default_dir)
    for field in secret:
        own = values.pop(field + FILE, None)
        if (given := os.environ.get(f"{prefix}{field}{FILE}".upper())) or own:
            values[field] = _secret(Path(given or own), prefix, field)
    return {
        field: value
        for field, value in values.items()
        if value != "" and f"{prefix}{field}".upper() not in os.environ
    }


def variables(prefix: str, secret: Collection[str]) -> set[str]:
    """The variables that are read here."""
    return {CONFIG, *(f"{prefix}{field}{FILE}".upper() for field in secret)}


def file(prefix: str, default_dir: Path) -> Path | None:
    """The configuration that is read, if there is one."""
    if named := os.environ.get(CONFIG):
        return Path(named).expanduser().absolute()
    folder = Path(os.environ.get(f"{prefix}DATA_DIR") or default_dir).expanduser()
    return one if (one := folder / NAME).is_file() else None


def _configuration(
    prefix: str, known: Collection[str], secret: Collection[str], default_dir: Path
) -> dict[str, Any]:
    path = file(prefix, default_dir)
    if path is None:
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise WrongSettings(f"{path} can't be read: {why} ({CONFIG})") from None
    except tomllib.TOMLDecodeError as error:
        raise WrongSettings(f"{path} is no TOML: {error}") from None
    allowed = {*known, *(field + FILE for field in secret)}
    if not os.environ.get(CONFIG):
        allowed -= {"data_dir"}  # it lies there
    if strange := [name for name in values if name not in allowed]:
        raise WrongSettings("\n".join(_strange(path, name, allowed) for name in strange))
    return values


def _strange(path: Path, name: str, allowed: Collection[str]) -> str:
    meant = difflib.get_close_matches(name, allowed, 1)
    hint = f", did you mean {meant[0]}?" if meant else ""
    return f"{path}: {name} is no setting there{hint}"


def _secret(path: Path, prefix: str, field: str) -> str:
    name = f"{prefix}{field}{FILE}".upper()
    try:
        text = path.expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no text"
        raise WrongSettings(f'{name} is "{path}": can\'t be read: {why}') from None
    if not text:
        raise WrongSettings(f'{name} is "{path}": is empty')
    return text
