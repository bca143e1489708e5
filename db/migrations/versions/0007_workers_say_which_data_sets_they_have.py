"""A worker says which data sets its trainings would find.

Revision: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    data_sets = sa.Column("data_sets", sa.JSON(), server_default="[]", nullable=False)
    with op.batch_alter_table("workers") as table:
        table.add_column(data_sets)
    with op.batch_alter_table("workers") as table:
        table.alter_column("data_sets", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("workers") as table:
        table.drop_column("data_sets")
