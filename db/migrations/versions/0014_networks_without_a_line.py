"""A network that is no line of blocks has none fitted: cells, wired graphs.

Revision: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FIT = ("fit_w0", "fit_wa", "fit_wm", "e_fit")


def upgrade() -> None:
    with op.batch_alter_table("draws") as table:
        for name in FIT:
            table.alter_column(name, existing_type=sa.Double(), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("draws") as table:
        for name in FIT:
            table.alter_column(name, existing_type=sa.Double(), nullable=False)
