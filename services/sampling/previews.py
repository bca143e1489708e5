"""Previews: what sampling a population would give, before anything is stored.

A preview draws with the population's own seed, so the networks it shows are the first ones of
the population.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.session import Database
from designspace import sampling
from designspace.sampling import Draw, TooFewNetworks
from designspace.spaces.base import Family
from services.defining import regimes, spaces
from services.errors import Refused
from services.sampling import samplers, windows
from services.sampling.samplers import Sampler

NETWORKS = 100
"""Networks that a preview looks for: the acceptance is then known within about a tenth."""
CANDIDATES = 200_000
"""Candidates after which it gives up."""


@dataclass(frozen=True)
class Preview:
    """What became of the candidates, and the networks that were accepted, in their order."""

    draws: list[Draw]
    tried: int
    refused: dict[str, int]  # candidates, by cause
    whole: bool = False  # all networks of the space were judged, `draws` are some

    @property
    def accepted(self) -> int:
        """Candidates that nothing refuses."""
        return self.tried - sum(self.refused.values())

    @property
    def acceptance(self) -> float:
        """Accepted candidates as a share of those tried."""
        return self.accepted / self.tried

    @property
    def flops(self) -> float:
        """Of an accepted network, about; of one at least."""
        total: int = sum(draw.complexity.flops for draw in self.draws)
        return total / len(self.draws)

    def candidates_for(self, n: int) -> int | None:
        """About how many candidates n networks take; None where none was accepted.

        Of a small space more, because duplicates become frequent.
        """
        return round(n / self.acceptance) if self.draws else None


def preview(
    database: Database,
    space: Family | int,
    regime_id: int,
    texts: Mapping[str, str],
    seed: int = 0,
    sampler: Sampler = samplers.here,
    whole: bool = False,
) -> Preview:
    """Sample a few networks of a space, given itself or by id, and store nothing.

    Args:
        texts: its windows.
        whole: judge all networks of the space; the few are the first of them in random order.

    Raises:
        NotFound: no such space or regime.
        Refused: a window that is no constraint on complexity, or a space that is not listed.
    """
    inside = windows.parse(texts)
    with database.read() as session:
        regime = regimes.get(session, regime_id).regime
        if isinstance(space, int):
            space = spaces.get(session, space).space
    if whole:
        if reason := sampling.why_not_listed(space):
            raise Refused("n", "all", reason)
        some = sampler(space, None, seed, inside, regime, candidates=NETWORKS)
        return Preview(some.draws, some.tried, some.refused, whole)
    try:
        wanted = min(NETWORKS, space.count()) if space.lists else NETWORKS
        sample = sampler(space, wanted, seed, inside, regime, candidates=CANDIDATES)
    except TooFewNetworks as few:
        sample = few.sample
    return Preview(sample.draws, sample.tried, sample.refused)
