"""A population may come from an archive: which one, and where it was measured.

Revision: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("populations", sa.Column("archive", sa.String(), nullable=True))
    op.add_column("populations", sa.Column("provenance", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("populations") as table:
        table.drop_column("provenance")
        table.drop_column("archive")
