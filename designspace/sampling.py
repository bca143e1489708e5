"""Sampling: distinct networks of a design space, inside windows of complexity.

Candidates are drawn in chunks, each from its own child of the generator, and accepted in the
order they were drawn: a seed gives the same networks on every machine. Every candidate that is
not accepted is counted by the first cause that refused it. What is accepted is fitted after
that (`fitted`), at hundreds of networks a second where candidates come at millions.

Source: arXiv 2003.13678, section 3.1: "n = 500 models with 360 - 400 MF".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from columns.constraints import Constraint
from designspace.layers.complexity import Complexity, complexity, countable
from designspace.lines import fits
from designspace.lines.line import Line
from designspace.networks.network import Network
from designspace.spaces.base import Draws, Family

WINDOWS = ("flops", "params", "activations")
"""What a window can bound, in the order in which they are judged."""

LARGEST_LISTED = 100_000
"""Networks of a space that all of them are asked for, at most."""


@dataclass(frozen=True)
class Draw:
    """A sampled network: how it was drawn, what it costs and, once `fitted`, its line."""

    network: Network
    parameters: dict[str, float]  # as drawn, and the effective widths as built
    complexity: Complexity
    fit: fits.Fit | None = None
    multiplicity: int = 1  # how often this architecture was drawn


@dataclass(frozen=True)
class Sample:
    """Distinct networks in the order they were drawn, and what became of the candidates."""

    draws: list[Draw]
    tried: int
    refused: dict[str, int]  # by cause: stages, size, flops, params, activations, duplicate

    @property
    def accepted(self) -> int:
        return len(self.draws)

    @property
    def inside(self) -> int:
        """Candidates that nothing refused."""
        return self.tried - sum(self.refused.values())


class TooFewNetworks(ValueError):
    """The candidates ran out before enough distinct networks were found."""

    def __init__(self, sample: Sample, wanted: int, reason: str = "") -> None:
        causes = ", ".join(f"{cause} {count:,}" for cause, count in sample.refused.items())
        super().__init__(
            f"{sample.accepted:,} distinct networks in {sample.tried:,} candidates"
            f"{' ' + reason if reason else ''}, {wanted:,} wanted "
            f"(refused: {causes or 'none'})"
        )
        self.sample, self.wanted, self.reason = sample, wanted, reason

    def __reduce__(self) -> tuple[Any, ...]:
        return TooFewNetworks, (self.sample, self.wanted, self.reason)


def sample(
    space: Family,
    n: int,
    rng: Generator,
    windows: Mapping[str, Constraint] | None = None,
    *,
    resolution: int = 224,
    channels: int = 3,
    classes: int = 1000,
    candidates: int | None = None,
    known: Sequence[Draw] = (),
    hopeless: Callable[[int, int], str] = lambda accepted, tried: "",
) -> Sample:
    """Draw until n distinct networks lie inside the windows.

    Args:
        space: any design space.
        n: distinct architectures wanted.
        rng: a seeded generator; it is spawned from once per chunk.
        windows: constraints on flops, params and activations of one image.
        resolution: side of the image, pixels; channels and classes likewise of the regime.
        candidates: give up after this many; by default 4,000 a network, at least 200,000.
        known: draws of the same law that come first and count among the n; a candidate that is
            one of them counts for it.
        hopeless: asked after each chunk, with how many are accepted and how many candidates
            were tried; a text that is not empty ends the search, and says why.

    Returns:
        draws without a fit, but for those of `known` that have one.

    Raises:
        TooFewNetworks: fewer than n distinct networks among the candidates, or in time.
        ValueError: a window on something else.
    """
    windows = _known(windows)
    if space.lists and n > space.count():
        few = Sample(list(known), 0, {})
        raise TooFewNetworks(few, n, f"(the space has {space.count():,})")
    budget = candidates or max(200_000, 4_000 * n)
    found = _Found(known)
    refused: Counter[str] = Counter()
    tried, reason = 0, ""
    while len(found) < n and tried < budget and not reason:
        draws = space.draw(rng.spawn(1)[0], space.chunk)
        counts = complexity(draws.networks, resolution, channels, classes)
        causes = _judge(space, draws, counts, windows, resolution)[: budget - tried]
        end = _accept(found, n, draws, counts, causes)
        refused.update(cause for cause in causes[:end].tolist() if cause)
        tried += end
        reason = hopeless(len(found), tried)
    result = Sample(found.draws, tried, dict(refused))
    if len(found) < n:
        raise TooFewNetworks(result, n, reason)
    return result


def everything(
    space: Family,
    rng: Generator,
    windows: Mapping[str, Constraint] | None = None,
    *,
    resolution: int = 224,
    channels: int = 3,
    classes: int = 1000,
    first: int | None = None,
) -> Sample:
    """Every network of a small space that lies inside the windows, once, in random order.

    Not in the order of the enumeration: what is trained first would be alike, and a curve of
    it tell of no others. In random order it is a sample without replacement at any time.

    Args:
        space: one whose family lists its networks, `why_not_listed` says which.
        rng: a seeded generator: it shuffles.
        windows, resolution, channels, classes: as of `sample`.
        first: make only so many, though all are judged.

    Raises:
        ValueError: a window on something else, or a space that can't be listed.
    """
    windows = _known(windows)
    if reason := why_not_listed(space):
        raise ValueError(reason)
    draws = space.enumerated()
    counts = complexity(draws.networks, resolution, channels, classes)
    causes = _judge(space, draws, counts, windows, resolution)
    refused = Counter(cause for cause in causes.tolist() if cause)
    rows = rng.permutation(np.flatnonzero(causes[draws.candidates] == ""))
    made = [_draw(draws, counts, row) for row in rows[:first].tolist()]
    return Sample(made, draws.tried, dict(refused))


def why_not_listed(space: Family) -> str:
    """Why not all networks of a space can be asked for; "" where they can."""
    count = space.count()
    if not space.lists:
        return f"networks of {space.family!r} are drawn, not listed: give a number of them"
    if count > LARGEST_LISTED:
        return f"{count:,} settings are more than {LARGEST_LISTED:,}: give a number of them"
    return ""


def _known(windows: Mapping[str, Constraint] | None) -> dict[str, Constraint]:
    """The windows, none of which is on anything but what can be counted."""
    known = dict(windows or {})
    if unknown := set(known) - set(WINDOWS):
        raise ValueError(
            f"no window on {', '.join(sorted(unknown))}: only {', '.join(WINDOWS)}"
        )
    return known


def _judge(
    space: Family,
    draws: Draws,
    counts: Complexity,
    windows: Mapping[str, Constraint],
    resolution: int,
) -> NDArray[np.str_]:
    """The cause that refuses each of the tried candidates, empty where none does."""
    # Candidates that made a network are `draws.candidates`; all others failed at their stages.
    causes = np.full(draws.tried, "stages", dtype="<U11")
    cause = causes[draws.candidates]
    cause[:] = ""
    cause[~countable(draws.networks, resolution)] = "size"
    for name in WINDOWS:
        if name in windows:
            outside = ~windows[name].holds(getattr(counts, name))
            cause[outside & (cause == "")] = name
    for name, beyond in space.beyond(counts).items():
        cause[beyond & (cause == "")] = name
    causes[draws.candidates] = cause
    return causes


class _Found:
    """Distinct networks: those known before, then each as it was first drawn."""

    def __init__(self, known: Sequence[Draw]) -> None:
        self.draws = list(known)
        self._known = {draw.network.hash: i for i, draw in enumerate(known)}
        self._places: dict[bytes, int] = {}  # by what a batch tells its networks apart

    def __len__(self) -> int:
        return len(self.draws)

    def again(self, key: bytes) -> bool:
        """Whether it was found before; then it was drawn once more."""
        if (place := self._places.get(key)) is None:
            return False
        self._raise(place)
        return True

    def add(self, key: bytes, draw: Draw) -> bool:
        """Add what was not found before; whether it was not known either."""
        place = self._known.get(draw.network.hash) if self._known else None
        self._places[key] = len(self.draws) if place is None else place
        if place is None:
            self.draws.append(draw)
            return True
        self._raise(place)
        return False

    def _raise(self, place: int) -> None:
        seen = self.draws[place]
        self.draws[place] = replace(seen, multiplicity=seen.multiplicity + 1)


def _accept(
    found: _Found,
    n: int,
    draws: Draws,
    counts: Complexity,
    causes: NDArray[np.str_],
) -> int:
    """Add draws that nothing refuses to `found` until it holds n; how many were tried.

    One that is there already counts for the first of its kind, and is refused as a duplicate.
    """
    inside = draws.candidates < len(causes)
    rows = np.flatnonzero(inside)[causes[draws.candidates[inside]] == ""]
    keys = draws.networks.take(rows).keys
    for row, key in zip(rows.tolist(), keys, strict=True):
        candidate = int(draws.candidates[row])
        if found.again(key) or not found.add(key, _draw(draws, counts, row)):
            causes[candidate] = "duplicate"
        elif len(found) == n:
            return candidate + 1
    return len(causes)


def _draw(draws: Draws, counts: Complexity, row: int) -> Draw:
    network = draws.networks[row]
    values = {name: float(column[row]) for name, column in draws.parameters.items()}
    parameters = {name: value for name, value in values.items() if not np.isnan(value)}
    parameters |= network.built
    return Draw(
        network,
        parameters,
        Complexity(
            int(counts.flops[row]), int(counts.params[row]), int(counts.activations[row])
        ),
    )


def fitted(draws: Iterable[Draw]) -> Iterator[Draw]:
    """Each with its line and e_fit, one after the other; those that have them keep them.

    A network that is no line of blocks, as cells are, has none.
    """
    for draw in draws:
        yield draw if draw.fit else replace(draw, fit=_fit(draw.network, draw.parameters))


def _fit(network: Network, parameters: Mapping[str, float]) -> fits.Fit | None:
    """e_fit of the widths; the line is the one a network was drawn from, where there is one."""
    if not network.block_widths:
        return None
    nearest = fits.fit(network.block_widths)
    if {"w0", "wa", "wm"} <= parameters.keys():
        drawn = Line(parameters["w0"], parameters["wa"], parameters["wm"])
        return replace(nearest, line=drawn)
    return nearest
