"""JSON keeps the order of its keys on PostgreSQL, too: that is the order of columns.

Revision: 0002
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = (
    ("design_spaces", "definition"),
    ("regimes", "definition"),
    ("networks", "architecture"),
    ("populations", "windows"),
    ("populations", "refused"),
    ("draws", "parameters"),
    ("results", "quantities"),
    ("results", "conditions"),
)


def upgrade() -> None:
    _change(JSON(), "json")


def downgrade() -> None:
    _change(JSONB(), "jsonb")


def _change(to: TypeEngine[object], name: str) -> None:
    if op.get_bind().dialect.name != "postgresql":  # SQLite's JSON is text and always kept it
        return
    for table, column in COLUMNS:
        op.alter_column(table, column, type_=to, postgresql_using=f"{column}::{name}")
