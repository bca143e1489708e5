"""What commands share: settings that are checked, the database, errors in a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import typer

from netspace import logs, preparation
from netspace.settings import ROLES, Settings, WrongSettings, load, misspelt
from netspace.stack import postgres
from netspace.stack.errors import CannotStart

if TYPE_CHECKING:
    from db.session import Database


@contextmanager
def opened() -> Iterator[Database]:
    """The settings' database, or that of the lab that runs in the data folder; migrated."""
    with plain_errors():
        settings = of_the_lab(checked_settings())
        preparation.upgrade(settings)
        from db.session import Database

        database = Database(settings.database)
        try:
            yield database
        finally:
            database.dispose()


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend ends the command with a line, not with a traceback."""
    try:
        yield
    except WrongSettings as wrong:
        fail(str(wrong), code=2)
    except CannotStart as reason:
        fail(str(reason), code=1)


def of_the_lab(settings: Settings) -> Settings:
    """The settings with the database of `make lab`, where that runs and none is set."""
    folder = settings.data_dir / "postgres"
    if settings.database_url is not None or (url := postgres.running(folder)) is None:
        return settings
    port = urlsplit(url).port or 0
    roles = (postgres.url(folder, port, role) for role in postgres.ROLES)
    found = dict(zip(ROLES, roles, strict=True))
    return settings.model_copy(update={"database_url": url, **found})


def fail(text: str, code: int) -> NoReturn:
    """End the command with a line of text on standard error."""
    for line in text.splitlines():
        logs.say(line, error=True)
    raise typer.Exit(code)


def checked_settings() -> Settings:
    """The settings; a word on variables that look like one and are none."""
    for name, meant in misspelt().items():
        hint = f", did you mean {meant}?" if meant else ""
        logs.say(f"{name} is no setting{hint}", error=True)
    return load()


def serving() -> Settings:
    """The settings of what runs for long, which logs as they say."""
    settings = checked_settings()
    logs.begin(settings)
    return settings
