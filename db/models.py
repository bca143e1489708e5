"""Tables: each is a noun of the line from a design space to a result.

    design_spaces, regimes -> populations -> draws -> networks -> jobs -> results, epochs

Times are milliseconds of the database's clock. JSON is text on both databases: PostgreSQL's
JSONB would lose the order of keys, which is the order of columns. Only `services` sees rows.
People are in `db/people.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from db import accounting, keeping  # noqa: F401  # their tables are of the same metadata
from db.base import Base, Milliseconds
from db.clock import now_ms
from db.people import Owned, Restorable

SAMPLED, TABLE = "sampled", "table"
"""Kinds of populations."""
NOT_DELETED = "deleted_at IS NULL"
"""Among which a population's name is unique."""


def of_sampled(*given: Any, **more: Any) -> MappedColumn[Any]:
    """A column that every sampled population has, and no other."""
    return mapped_column(*given, nullable=True, **more)


class DesignSpaceRow(Owned, Base):
    """A design space as defined. Never changed: refining it makes a new row."""

    __tablename__ = "design_spaces"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    refined_from: Mapped[int | None] = mapped_column(ForeignKey("design_spaces.id"))
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class RegimeRow(Owned, Base):
    """A training regime as defined. Never changed."""

    __tablename__ = "regimes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class NetworkRow(Base):
    """An architecture, once, however many populations drew it."""

    __tablename__ = "networks"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    architecture: Mapped[dict[str, Any]] = mapped_column(JSON)


class PopulationRow(Restorable, Owned, Base):
    """Networks that are looked at together: sampled here, or the rows of a table."""

    __tablename__ = "populations"
    __table_args__ = (
        Index(
            "uq_populations_name",
            "name",
            unique=True,
            sqlite_where=text(NOT_DELETED),
            postgresql_where=text(NOT_DELETED),
        ),
        # The id of one that is removed names no other: links, snapshots and tags go by it.
        {"sqlite_autoincrement": True},
    )
    __mapper_args__ = {"polymorphic_on": "kind"}  # SQLAlchemy's own form

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    study: Mapped[str | None]  # a label that people group populations by
    archived_at: Mapped[int | None] = mapped_column(Milliseconds)  # put away: nothing runs
    kind: Mapped[str] = mapped_column(server_default=SAMPLED)
    n: Mapped[int]
    # Where it was not made here: SHA-256 of the file, and who measured it (JSON).
    archive: Mapped[str | None]
    provenance: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Raised in the transaction of each result: what snapshots, ETags and events go by.
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class SampledRow(PopulationRow):
    """n distinct networks drawn from a space to be measured under a regime."""

    __mapper_args__ = {"polymorphic_identity": SAMPLED}

    space_id: Mapped[int] = of_sampled(ForeignKey("design_spaces.id"))
    regime_id: Mapped[int] = of_sampled(ForeignKey("regimes.id"), index=True)
    whole: Mapped[bool] = mapped_column(server_default=false())  # all there are in its windows
    windows: Mapped[dict[str, str]] = of_sampled(JSON)
    seed: Mapped[int] = of_sampled(BigInteger)  # of the draws
    training_seed: Mapped[int] = of_sampled(BigInteger)  # of the jobs
    paused: Mapped[bool] = mapped_column(server_default=false())
    priority: Mapped[int] = mapped_column(server_default=text("0"))  # of its jobs
    # Its first networks were drawn for another population, whose law given its own is its own.
    inherits: Mapped[int | None] = mapped_column(ForeignKey("populations.id"))
    inherited: Mapped[int] = mapped_column(server_default=text("0"))
    tried: Mapped[int] = of_sampled(BigInteger)  # candidates
    refused: Mapped[dict[str, int]] = of_sampled(JSON)  # candidates, by cause

    @property
    def goes_on(self) -> bool:
        """Whether its jobs may run: `services.work.wanting` says the same in SQL."""
        return not self.paused and self.archived_at is None and self.deleted_at is None


class TableRow(PopulationRow):
    """The rows of a table: somebody else's results, or what constraints have selected.

    Its numbers and texts are `BlockRow`s; nothing of it is ever measured here.
    """

    __mapper_args__ = {"polymorphic_identity": TABLE}

    # What its columns are (services.tables.layout), and what reading it has found.
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=True)


class BlockRow(Base):
    """Some rows of one column of a table, as an Arrow stream. Never changed."""

    __tablename__ = "blocks"

    population_id: Mapped[int] = mapped_column(
        ForeignKey("populations.id", ondelete="CASCADE"), primary_key=True
    )
    column: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 0, in the order of rows
    data: Mapped[bytes]


class DrawRow(Base):
    """One network of a population: where in the sampling order, and how it was drawn."""

    __tablename__ = "draws"
    __table_args__ = (UniqueConstraint("population_id", "network_id"),)

    population_id: Mapped[int] = mapped_column(ForeignKey("populations.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)  # from 0
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"), index=True)
    parameters: Mapped[dict[str, float]] = mapped_column(JSON)
    multiplicity: Mapped[int]  # how often this architecture was drawn
    flops: Mapped[int] = mapped_column(BigInteger)  # multiply-adds under the regime
    params: Mapped[int] = mapped_column(BigInteger)
    activations: Mapped[int] = mapped_column(BigInteger)
    # The line of its block widths; none of a network that is no line of blocks.
    fit_w0: Mapped[float | None]
    fit_wa: Mapped[float | None]
    fit_wm: Mapped[float | None]
    e_fit: Mapped[float | None]


class JobRow(Base):
    """One measurement of a network, wanted once. The row is the queue; messages only wake.

    It belongs to no population: whoever draws the same network under the same regime and seed
    shares it. `state`: queued, paused, running; then for ever done, failed, cancelled or dead
    (no attempts left).
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("network_id", "regime_id", "seed", "kind"),
        # The claim reads this index only; its order is the order of service.
        Index(
            "ix_jobs_queue",
            "kind",
            "needs_gpu",
            "priority",
            "turn",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_jobs_leases",
            "lease_expires_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"))
    regime_id: Mapped[int] = mapped_column(ForeignKey("regimes.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    needs_gpu: Mapped[bool] = mapped_column(server_default=false())
    state: Mapped[str] = mapped_column(server_default="queued")
    priority: Mapped[int] = mapped_column(server_default=text("0"))  # lower goes first
    turn: Mapped[int] = mapped_column(server_default=text("0"))  # populations take turns by it
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    forgiven: Mapped[int] = mapped_column(server_default=text("0"))  # attempts before a retry
    retried_at: Mapped[int | None] = mapped_column(Milliseconds, index=True)  # by a person
    not_before: Mapped[int] = mapped_column(Milliseconds, server_default=text("0"))
    lease_token: Mapped[str | None]
    lease_expires_at: Mapped[int | None] = mapped_column(Milliseconds)
    heartbeat_at: Mapped[int | None] = mapped_column(Milliseconds)
    worker: Mapped[str | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=false())
    failure: Mapped[str | None]  # class: see jobs.messages.Failure
    detail: Mapped[str | None]  # the last lines of what was said
    ended_at: Mapped[int | None] = mapped_column(Milliseconds, index=True)


class ResultRow(Base):
    """What one job measured, each quantity in its base unit. Written once, never changed."""

    __tablename__ = "results"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    attempt: Mapped[int]
    quantities: Mapped[dict[str, float]] = mapped_column(JSON)
    conditions: Mapped[dict[str, str]] = mapped_column(JSON)  # device, versions, dtype ..
    recorded_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class EpochRow(Base):
    """One epoch of a training job's learning curve; a new attempt writes over the old one's."""

    __tablename__ = "epochs"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)  # from 1
    loss: Mapped[float | None]
    error: Mapped[float | None]  # percent
    seconds: Mapped[float]


class EventRow(Base):
    """Something that happened to a job. Only ever added."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), index=True)
    attempt: Mapped[int]
    what: Mapped[str]  # claimed, released, expired, retried, done, failed ..
    worker: Mapped[str | None]
    at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class WorkerRow(Base):
    """A worker as it says of itself every few seconds, until it leaves."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str]  # in words
    gpu: Mapped[bool]
    slots: Mapped[int]
    data_sets: Mapped[list[str]] = mapped_column(JSON)  # names that its trainings would find
    # Of its data folder: bytes free, size, used by part; why it takes no job.
    disk: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    refuses: Mapped[str | None]
    started_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    seen_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class WatchRow(Base):
    """Two populations told to stop when one is found better; set up before looking."""

    __tablename__ = "watches"

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str]  # a side: services.comparing.sides
    b: Mapped[str]
    level: Mapped[float]
    planned: Mapped[int]  # networks a side that the verdict is tightest for
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    outcome: Mapped[str | None]  # A, B, same; None while it is open
    found: Mapped[dict[str, float] | None] = mapped_column(JSON)  # n, m, theta and its limits
    decided_at: Mapped[int | None] = mapped_column(Milliseconds)


class IdentityRow(Base):
    """The database's random names, a row: `services.reading.identity` says for how long."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(primary_key=True)  # 1
    token: Mapped[str]
    born: Mapped[str | None]  # for as long as it lives


class MendedRow(Base):
    """What a space, regime or population was before migration 0009 made it readable."""

    __tablename__ = "mended"

    id: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[str]  # its table and id
    name: Mapped[str]
    definition: Mapped[str | None] = mapped_column(Text)
    mended_at: Mapped[int] = mapped_column(Milliseconds)
