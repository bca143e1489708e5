"""A database has an identity: what was read of one is never taken for what another says.

Revision: 0008
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    identity = op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
    )
    op.bulk_insert(identity, [{"id": 1, "token": secrets.token_hex(8)}])


def downgrade() -> None:
    op.drop_table("identity")
