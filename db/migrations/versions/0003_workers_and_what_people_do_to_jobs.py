"""Workers tell of themselves; jobs have a device they need, and are retried by people.

Revision: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("gpu", sa.Boolean(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
    op.add_column(
        "populations",
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    for column in (
        sa.Column("needs_gpu", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("forgiven", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retried_at", sa.BigInteger(), nullable=True),
    ):
        op.add_column("jobs", column)
    op.create_index("ix_jobs_retried_at", "jobs", ["retried_at"])
    _index_queue("kind", "needs_gpu", "priority", "turn", "id")


def downgrade() -> None:
    _index_queue("kind", "priority", "turn", "id")
    op.drop_index("ix_jobs_retried_at", "jobs")
    for column in ("retried_at", "forgiven", "needs_gpu"):
        op.drop_column("jobs", column)
    op.drop_column("populations", "priority")
    op.drop_table("workers")


def _index_queue(*columns: str) -> None:
    """The claim's index, over other columns."""
    op.drop_index("ix_jobs_queue", "jobs")
    op.create_index(
        "ix_jobs_queue", "jobs", list(columns), sqlite_where=QUEUED, postgresql_where=QUEUED
    )
