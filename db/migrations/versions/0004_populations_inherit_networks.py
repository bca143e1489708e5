"""A population of a refined space may begin with networks that were measured already.

Revision: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place on PostgreSQL; SQLite can't add a foreign key to a table and copies it.
    with op.batch_alter_table("populations") as table:
        table.add_column(sa.Column("inherits", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("inherited", sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
        table.create_foreign_key("fk_populations_inherits", "populations", ["inherits"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("populations") as table:
        table.drop_constraint("fk_populations_inherits", type_="foreignkey")
        table.drop_column("inherited")
        table.drop_column("inherits")
