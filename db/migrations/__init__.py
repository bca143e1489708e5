"""The schema's history. `upgrade(url)` brings a database to its newest version.

A migration knows tables as they were then, so it imports nothing of ours.
"""

from __future__ import annotations

import functools

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine


def configuration(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`."""
    command.upgrade(configuration(url), revision)


def upgrade_on(connection: Connection) -> None:
    """Bring a database to its newest version in a transaction that is another's to end."""
    config = configuration("")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_known(revision: str) -> bool:
    """Whether a database at `revision` is of this version of the code, or of an older one."""
    script = ScriptDirectory.from_config(configuration(""))
    return revision in {one.revision for one in script.walk_revisions()}


def is_newest(url: str) -> bool:
    """Whether the database is at its newest version; it is only read."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return {*found} == heads()


@functools.cache
def heads() -> frozenset[str]:
    """The newest version: what this code reads and writes."""
    return frozenset(ScriptDirectory.from_config(configuration("")).get_heads())
