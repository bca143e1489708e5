"""Tables of what people keep beside results: views of the pages, notes, tags.

A worker's role can read none of them.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Milliseconds
from db.clock import now_ms
from db.people import Owned, Restorable


class ViewRow(Restorable, Owned, Base):
    """What a page shows, by its address, under a name."""

    __tablename__ = "views"
    # The id of one that is gone names no other: links go by it.
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    page: Mapped[str]  # services.keeping.addresses
    query: Mapped[str] = mapped_column(Text)  # with ? in front
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    changed_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class ViewedRow(Base):
    """A population that a view shows. One that was purged stays named: the view lacks it."""

    __tablename__ = "view_populations"

    view_id: Mapped[int] = mapped_column(
        ForeignKey("views.id", ondelete="CASCADE"), primary_key=True
    )
    population_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class NoteRow(Base):
    """What somebody wrote down of a population, of a network of one, or of a view."""

    __tablename__ = "notes"
    __table_args__ = (
        UniqueConstraint("population_id", "network_id"),
        UniqueConstraint("view_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    population_id: Mapped[int | None] = mapped_column(
        ForeignKey("populations.id", ondelete="CASCADE")
    )
    # As the population's lists have it, of a table the row; 0: the population as a whole.
    network_id: Mapped[int] = mapped_column(server_default=sql("0"))
    view_id: Mapped[int | None] = mapped_column(ForeignKey("views.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    changed_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who wrote last


class TagRow(Base):
    """A tag of what a note is about."""

    __tablename__ = "tags"

    note_id: Mapped[int] = mapped_column(
        ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)
