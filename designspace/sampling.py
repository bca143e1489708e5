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
from designspace.networks.network import Network, NetworkBatch
from designspace.spaces.base import Draws, Family

CHUNK = 16_384
"""Candidates drawn together: large enough for numpy, small enough for the cache."""
WINDOWS = ("flops", "params", "activations")
"""What a window can bound, in the order in which they are judged."""


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
    windows = dict(windows or {})
    if unknown := set(windows) - set(WINDOWS):
        raise ValueError(
            f"no window on {', '.join(sorted(unknown))}: only {', '.join(WINDOWS)}"
        )
    budget = candidates or max(200_000, 4_000 * n)
    distinct = {_architecture(draw.network): draw for draw in known}
    refused: Counter[str] = Counter()
    tried, reason = 0, ""
    while len(distinct) < n and tried < budget and not reason:
        draws = space.draw(rng.spawn(1)[0], CHUNK)
        counts = complexity(draws.networks, resolution, channels, classes)
        causes = _judge(space, draws, counts, windows, resolution)[: budget - tried]
        end = _accept(distinct, n, draws, counts, causes)
        refused.update(cause for cause in causes[:end].tolist() if cause)
        tried += end
        reason = hopeless(len(distinct), tried)
    # A dict keeps the order of its keys: the known draws, then each as it was first drawn.
    result = Sample(list(distinct.values()), tried, dict(refused))
    if len(distinct) < n:
        raise TooFewNetworks(result, n, reason)
    return result


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
    for name, beyond in (space.limits.broken(counts) if space.limits else {}).items():
        cause[beyond & (cause == "")] = name
    causes[draws.candidates] = cause
    return causes


def _accept(
    distinct: dict[bytes, Draw],
    n: int,
    draws: Draws,
    counts: Complexity,
    causes: NDArray[np.str_],
) -> int:
    """Add draws that nothing refuses to `distinct` until it holds n; how many were tried.

    One that is there already counts for the first of its kind, and is refused as a duplicate.
    """
    inside = draws.candidates < len(causes)
    rows = np.flatnonzero(inside)[causes[draws.candidates[inside]] == ""]
    keys = _architectures(draws.networks.take(rows))
    for row, key in zip(rows.tolist(), keys, strict=True):
        candidate = int(draws.candidates[row])
        if key in distinct:
            causes[candidate] = "duplicate"
            seen = distinct[key]
            distinct[key] = replace(seen, multiplicity=seen.multiplicity + 1)
            continue
        distinct[key] = _draw(draws, counts, row)
        if len(distinct) == n:
            return candidate + 1
    return len(causes)


def _architectures(networks: NetworkBatch) -> list[bytes]:
    """A key for each network: equal where the architectures are."""
    columns = [
        column
        for stage in networks.stages
        for column in (stage.depth, stage.width, stage.inner_width, stage.group_width)
    ]
    return [row.tobytes() for row in np.stack(columns, axis=1)]


def _architecture(network: Network) -> bytes:
    """The key of one network, as `_architectures` gives it."""
    numbers = [
        number
        for stage in network.stages
        for number in (stage.depth, stage.width, stage.inner_width, stage.group_width)
    ]
    return np.array(numbers, dtype=np.int64).tobytes()


def _draw(draws: Draws, counts: Complexity, row: int) -> Draw:
    network = draws.networks[row]
    values = {name: float(column[row]) for name, column in draws.parameters.items()}
    parameters = {name: value for name, value in values.items() if not np.isnan(value)}
    for i, stage in enumerate(network.stages, start=1):
        parameters[f"effective_width_{i}"] = float(stage.width)
        parameters[f"effective_group_width_{i}"] = float(stage.group_width)
    return Draw(
        network,
        parameters,
        Complexity(
            int(counts.flops[row]), int(counts.params[row]), int(counts.activations[row])
        ),
    )


def fitted(draws: Iterable[Draw]) -> Iterator[Draw]:
    """Each with its line and e_fit, one after the other; those that have them keep them."""
    for draw in draws:
        yield draw if draw.fit else replace(draw, fit=_fit(draw.network, draw.parameters))


def _fit(network: Network, parameters: Mapping[str, float]) -> fits.Fit:
    """e_fit of the widths; the line is the one a network was drawn from, where there is one."""
    nearest = fits.fit(network.block_widths)
    if {"w0", "wa", "wm"} <= parameters.keys():
        drawn = Line(parameters["w0"], parameters["wa"], parameters["wm"])
        return replace(nearest, line=drawn)
    return nearest
