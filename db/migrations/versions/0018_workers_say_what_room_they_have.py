"""Workers say what room they have, and why they take no jobs; a database was born once.

Revision: 0018
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workers", sa.Column("disk", sa.JSON(), nullable=True))
    op.add_column("workers", sa.Column("refuses", sa.String(), nullable=True))
    op.add_column("identity", sa.Column("born", sa.String(), nullable=True))
    identity = sa.table("identity", sa.column("born"))
    op.execute(identity.update().values(born=secrets.token_hex(8)))


def downgrade() -> None:
    with op.batch_alter_table("identity") as table:
        table.drop_column("born")
    with op.batch_alter_table("workers") as table:
        table.drop_column("refuses")
        table.drop_column("disk")
