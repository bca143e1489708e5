"""Tables of what people use: quotas, who asked for which job, and what was answered to whom.

A worker's role can read none of them.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Milliseconds
from db.clock import now_ms


class QuotaRow(Base):
    """How much a person, or everybody of a role, may use of something."""

    __tablename__ = "quotas"
    __table_args__ = (UniqueConstraint("user_id", "what"), UniqueConstraint("role", "what"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # or a role's
    role: Mapped[str | None]
    what: Mapped[str]  # services.work.usage.What
    most: Mapped[float | None]  # None: no limit, also where the role has one


class ChargeRow(Base):
    """A job that somebody asked for when nobody had paid for it, or asked for again."""

    __tablename__ = "charges"
    __table_args__ = (Index("ix_charges_user_id_at", "user_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    compute: Mapped[float]  # epochs x multiply-adds
    gpu_ms: Mapped[float | None]  # of a GPU, about; None: nobody knew


class AnswerRow(Base):
    """What was answered to a request with an Idempotency-Key; kept for a day."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("asker", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asker: Mapped[str]  # `user ID`, or the name of who has no account
    key: Mapped[str]
    digest: Mapped[str]  # SHA-256 of method, path and body
    answer: Mapped[str | None] = mapped_column(Text)  # JSON
    at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms(), index=True)
