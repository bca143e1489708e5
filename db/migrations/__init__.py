"""The schema's history. `upgrade(url)` brings a database to its newest version.

A migration knows tables as they were then, so it imports nothing of ours.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config


def configuration(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`."""
    command.upgrade(configuration(url), revision)
