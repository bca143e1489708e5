"""What an import has done, as REST says it."""

from __future__ import annotations

from pydantic import Field

from server.schemas.base import Read


class CountRead(Read):
    added: int
    there: int = Field(description="that were here already, and are left as they are")


class ImportRead(Read):
    """What an import has done."""

    spaces: CountRead
    regimes: CountRead
    networks: CountRead
    populations: CountRead
    results: CountRead
    failures: CountRead = Field(description="jobs that ended without a result")
    pending: int = Field(description="jobs that had not ended: they wait, paused")
    kept: int = Field(description="results not taken: the job ended here without one")
    renamed: dict[str, str] = Field(description="names that stand for something else here")
    population_ids: list[int] = Field(description="of the archive's populations, here")
