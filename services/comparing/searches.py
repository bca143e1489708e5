"""Random search over a side: how good the best of k networks is, and how many are enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from population.basics.estimate import SEED
from population.curves.efficiency import Efficiency, random_search
from population.curves.enough import Enough, enough
from services.comparing.sides import Side

SUBSAMPLES = 100
LARGEST = 20_000
"""Networks whose subsamples are measured; of more, the first in launch order."""


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search among the networks of a side finds."""

    side: Side
    efficiency: Efficiency
    enough: Enough


def searched(side: Side, replacement: bool = False) -> Searched:
    """Best of k in closed form, and the distance of subsamples from all."""
    results, chance = side.results, side.view.snapshot.chance
    some = side.launched
    return Searched(
        side,
        random_search(
            results.judged,
            multiplicity=results.multiplicity if len(results) else None,
            replacement=replacement,
            chance=chance,
        ),
        enough(
            some.judged[:LARGEST],
            np.random.default_rng(SEED),
            multiplicity=some.multiplicity[:LARGEST] if len(some) else None,
            subsamples=SUBSAMPLES,
        ),
    )
