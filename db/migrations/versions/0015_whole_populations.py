"""A population may be whole: every network of its space inside its windows, each once.

Those that are there were drawn.

Revision: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("populations") as table:
        table.add_column(
            sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("populations") as table:
        table.drop_column("whole")
