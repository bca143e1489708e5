"""Quotas, who asked for which job, and answers that are given again.

What was queued before was nobody's to pay.

Revision: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quotas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("most", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quotas"),
        sa.UniqueConstraint("user_id", "what", name="uq_quotas_user_id_what"),
        sa.UniqueConstraint("role", "what", name="uq_quotas_role_what"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_quotas_user_id"),
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("compute", sa.Double(), nullable=False),
        sa.Column("gpu_ms", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_charges"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_charges_job_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_charges_user_id"),
    )
    op.create_index("ix_charges_job_id", "charges", ["job_id"])
    op.create_index("ix_charges_user_id_at", "charges", ["user_id", "at"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("asker", "key", name="uq_answers_asker_key"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])


def downgrade() -> None:
    for name in ("answers", "charges", "quotas"):
        op.drop_table(name)
