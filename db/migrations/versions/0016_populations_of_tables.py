"""Populations that are the rows of a table: no space, no regime, columns in blocks.

Revision: 0016
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF_SAMPLED: dict[str, sa.types.TypeEngine[Any]] = {
    "space_id": sa.Integer(),
    "regime_id": sa.Integer(),
    "windows": sa.JSON(),
    "seed": sa.BigInteger(),
    "training_seed": sa.BigInteger(),
    "tried": sa.BigInteger(),
    "refused": sa.JSON(),
}


def upgrade() -> None:
    # SQLite would give the id of a population that was removed to the next one.
    with op.batch_alter_table(
        "populations", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(
            sa.Column("kind", sa.String(), nullable=False, server_default="sampled")
        )
        table.add_column(sa.Column("layout", sa.JSON(), nullable=True))
        table.add_column(sa.Column("report", sa.JSON(), nullable=True))
        for name, type in OF_SAMPLED.items():
            table.alter_column(name, existing_type=type, nullable=True)
    op.create_table(
        "blocks",
        sa.Column("population_id", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("population_id", "column", "number", name="pk_blocks"),
        sa.ForeignKeyConstraint(
            ["population_id"],
            ["populations.id"],
            name="fk_blocks_population_id",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("blocks")
    op.execute("DELETE FROM populations WHERE kind <> 'sampled'")
    with op.batch_alter_table("populations") as table:
        for name, type in OF_SAMPLED.items():
            table.alter_column(name, existing_type=type, nullable=False)
        for name in ("report", "layout", "kind"):
            table.drop_column(name)
