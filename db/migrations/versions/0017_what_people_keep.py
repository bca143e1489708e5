"""What people keep: views, notes, tags; populations of a study, archived, deleted and restored.

A name is unique among the populations that are not deleted.

Revision: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NOT_DELETED = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table(
        "populations", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(sa.Column("study", sa.String(), nullable=True))
        table.add_column(sa.Column("archived_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("deleted_at", sa.BigInteger(), nullable=True))
        table.drop_constraint("uq_populations_name", type_="unique")
    op.create_index(
        "uq_populations_name",
        "populations",
        ["name"],
        unique=True,
        sqlite_where=NOT_DELETED,
        postgresql_where=NOT_DELETED,
    )
    op.create_table(
        "views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("visibility", sa.String(), server_default="lab", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_views_owner_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_views_owner_id", "views", ["owner_id"])
    op.create_table(
        "view_populations",
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("population_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("view_id", "population_id", name="pk_view_populations"),
        sa.ForeignKeyConstraint(
            ["view_id"], ["views.id"], name="fk_view_populations_view_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("population_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.UniqueConstraint(
            "population_id", "network_id", name="uq_notes_population_id_network_id"
        ),
        sa.UniqueConstraint("view_id", name="uq_notes_view_id"),
        sa.ForeignKeyConstraint(
            ["population_id"],
            ["populations.id"],
            name="fk_notes_population_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["views.id"], name="fk_notes_view_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_notes_author_id"),
    )
    op.create_table(
        "tags",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "tag", name="pk_tags"),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name="fk_tags_note_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_tags_tag", "tags", ["tag"])


def downgrade() -> None:
    """What is deleted gets a name that nobody else has: there is no other place for it."""
    for name in ("tags", "notes", "view_populations", "views"):
        op.drop_table(name)
    op.execute(
        "UPDATE populations SET name = name || ' (deleted ' || id || ')' "
        "WHERE deleted_at IS NOT NULL"
    )
    op.drop_index("uq_populations_name", "populations")
    with op.batch_alter_table(
        "populations", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.create_unique_constraint("uq_populations_name", ["name"])
        for name in ("deleted_at", "archived_at", "study"):
            table.drop_column(name)
