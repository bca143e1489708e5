"""What an import has done, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Count:
    """Of one kind of thing: how many came in, how many were there."""

    added: int = 0
    there: int = 0

    def see(self, added: bool) -> None:
        self.added += added
        self.there += not added


@dataclass
class Report:
    """What an import has done."""

    spaces: Count = field(default_factory=Count)
    regimes: Count = field(default_factory=Count)
    networks: Count = field(default_factory=Count)
    populations: Count = field(default_factory=Count)
    results: Count = field(default_factory=Count)
    failures: Count = field(default_factory=Count)  # jobs that ended without a result
    pending: int = 0  # jobs that had not ended: they wait, paused
    renamed: dict[str, str] = field(default_factory=dict)  # their names in the archive and here
    kept: int = 0  # results not taken: the job ended here in another way
    population_ids: list[int] = field(default_factory=list)  # in the archive's order
