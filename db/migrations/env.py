"""What Alembic runs for every command: connect, compare with the models, migrate."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, pool

import db.models  # noqa: F401  # what is compared
from db.base import Base

config = context.config


def migrate(connection: Connection) -> None:
    """Over a connection, in its transaction where it has one already."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# `netspace migrate` and the tests hand the address over, `netspace restore` a connection; the
# bare `alembic` command, used for writing revisions, reads it from alembic.ini or -x url=..
if (given := config.attributes.get("connection")) is not None:
    migrate(given)
else:
    url = (
        config.attributes.get("url")
        or context.get_x_argument(as_dictionary=True).get("url")
        or config.get_main_option("sqlalchemy.url")
    )
    if not url:
        raise SystemExit("alembic: give the database as -x url=sqlite:///FILE")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()
