"""Audits: what an archive says, counted again before a row of it is stored.

Hashes, complexity under the regime, effective widths, membership of space and windows, and that
everything named is there, once. What can't be counted again is the measuring itself, and e_fit,
whose grid has changed between versions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from pydantic import BaseModel

from columns import constraints
from columns.constraints import ConstraintError
from designspace import sampling
from designspace.layers.complexity import Complexity, complexity
from designspace.networks.network import Network
from designspace.regimes import Regime
from designspace.spaces.base import Family
from services.errors import Refused, WrongArchive
from services.exchange import job_checks as job_audits
from services.exchange.archives import (
    PROBLEMS,
    Archive,
    ArchivedDraw,
    ArchivedPopulation,
    shown,
)
from services.exchange.job_checks import once


def audit(archive: Archive) -> None:
    """Check all that can be checked.

    Raises:
        WrongArchive: what is wrong, and where; at most the first PROBLEMS of it.
    """
    found: list[Refused] = []
    # Later steps look up what the earlier ones have found to be there.
    for step in (_definitions, _networks, _populations, job_audits.jobs):
        for problem in step(archive):
            found.append(problem)
            if len(found) == PROBLEMS:
                break
        if found:
            raise WrongArchive(found)


def _definitions(archive: Archive) -> Iterator[Refused]:
    """Spaces and regimes: names once, parents before children, finite numbers."""
    yield from once("spaces", [space.name for space in archive.spaces])
    yield from once("regimes", [regime.name for regime in archive.regimes])
    known: set[str] = set()
    for i, space in enumerate(archive.spaces):
        yield from _finite(f"spaces.{i}.space", space.space)
        if space.refined_from is not None and space.refined_from not in known:
            where = f"spaces.{i}.refined_from"
            yield Refused(where, space.refined_from, "a space that stands before this one")
        known.add(space.name)
    for i, regime in enumerate(archive.regimes):
        yield from _finite(f"regimes.{i}.regime", regime.regime)


def _networks(archive: Archive) -> Iterator[Refused]:
    yield from once("networks", [network.hash for network in archive.networks])
    for i, archived in enumerate(archive.networks):
        if archived.network.hash != archived.hash:
            allowed = f"{archived.network.hash}, the hash of this architecture"
            yield Refused(f"networks.{i}.hash", archived.hash, allowed)


def _populations(archive: Archive) -> Iterator[Refused]:
    yield from once("populations", [population.name for population in archive.populations])
    spaces = {space.name: space.space for space in archive.spaces}
    regimes = {regime.name: regime.regime for regime in archive.regimes}
    networks = {network.hash: network.network for network in archive.networks}
    trained = {
        (job.network, job.regime, job.seed) for job in archive.jobs if job.kind == "train"
    }
    known: set[str] = set()
    for i, population in enumerate(archive.populations):
        where = f"populations.{i}"
        missing = [
            *_named(f"{where}.space", population.space, spaces),
            *_named(f"{where}.regime", population.regime, regimes),
            *(
                _named(f"{where}.inherits", name, known)
                if (name := population.inherits)
                else ()
            ),
            *_drawn(where, population, networks),
        ]
        yield from missing
        if not missing:
            regime, space = regimes[population.regime], spaces[population.space]
            yield from _counted(where, population, networks, regime)
            yield from _inside(where, population, space)
            yield from _measured(where, population, trained)
            if population.whole:
                yield from _whole(where, population, space, regime)
        known.add(population.name)


def _drawn(
    where: str, population: ArchivedPopulation, networks: Collection[str]
) -> Iterator[Refused]:
    """Draws: of networks that are there, each once; no more inherited than drawn."""
    yield from once(f"{where}.draws", [draw.network for draw in population.draws])
    for j, draw in enumerate(population.draws):
        yield from _named(f"{where}.draws.{j}.network", draw.network, networks)
    if population.inherited > len(population.draws):
        allowed = f"at most {len(population.draws)}, the number of draws"
        yield Refused(f"{where}.inherited", population.inherited, allowed)


def _counted(
    where: str,
    population: ArchivedPopulation,
    networks: dict[str, Network],
    regime: Regime,
) -> Iterator[Refused]:
    """The complexity of each network under the regime, and its widths as built."""
    for j, draw in enumerate(population.draws):
        network = networks[draw.network]
        counts = complexity(network, regime.resolution, regime.channels, regime.classes)
        place = f"{where}.draws.{j}"
        for name in sampling.WINDOWS:
            counted = getattr(counts, name)
            if getattr(draw, name) != counted:
                allowed = f"{counted}, as counted of network {draw.network}"
                yield Refused(f"{place}.{name}", getattr(draw, name), allowed)
        for name, built in _built(network).items():
            if draw.parameters.get(name, built) != built:
                allowed = f"{built}, as network {draw.network} is built"
                yield Refused(f"{place}.parameters.{name}", draw.parameters[name], allowed)


def _built(network: Network) -> dict[str, float]:
    return {"depth": network.depth, **network.built}


def _inside(where: str, population: ArchivedPopulation, space: Family) -> Iterator[Refused]:
    """Whether the space and the windows contain each network, by what it was drawn with."""
    draws = population.draws
    try:
        windows = constraints.parse_all(population.windows, sampling.WINDOWS)
    except ConstraintError as error:
        yield Refused(f"{where}.windows.{error.column}", error.text, error.reason)
        return
    counts = Complexity(*(_column(draws, name) for name in sampling.WINDOWS))
    for name, window in windows.items():
        for j in np.flatnonzero(~window.holds(getattr(counts, name))).tolist():
            given, allowed = getattr(draws[j], name), population.windows[name]
            yield Refused(f"{where}.draws.{j}.{name}", given, f"inside the window {allowed}")
    for name, beyond in space.beyond(counts).items():
        for j in np.flatnonzero(beyond).tolist():
            given = getattr(draws[j], name)
            yield Refused(f"{where}.draws.{j}.{name}", given, "inside the limits of the space")
    names = {name for draw in draws for name in draw.parameters}
    columns = {
        name: np.array([draw.parameters.get(name, np.nan) for draw in draws]) for name in names
    }
    try:
        contained = space.contains(columns)
    except KeyError as missing:
        allowed = f"with {missing.args[0]}, a parameter of space {population.space!r}"
        yield Refused(f"{where}.draws", sorted(names)[:8], allowed)
        return
    for j in np.flatnonzero(~contained).tolist():
        allowed = f"what space {population.space!r} draws (network {draws[j].network})"
        yield Refused(f"{where}.draws.{j}.parameters", shown(draws[j].parameters), allowed)


def _whole(
    where: str, population: ArchivedPopulation, space: Family, regime: Regime
) -> Iterator[Refused]:
    """Whether they are as many as the space has inside the windows, each drawn once, here."""
    if reason := sampling.why_not_listed(space):
        yield Refused(f"{where}.whole", True, f"false: {reason}")
        return
    try:
        windows = constraints.parse_all(population.windows, sampling.WINDOWS)
    except ConstraintError:
        return  # told of before
    found = sampling.everything(
        space,
        np.random.default_rng(population.seed),
        windows,
        resolution=regime.resolution,
        channels=regime.channels,
        classes=regime.classes,
        first=0,
    )
    if population.inherited:
        yield Refused(f"{where}.inherited", population.inherited, "0 in a whole population")
    if len(population.draws) != found.inside:
        allowed = f"{found.inside:,} draws, as many as there are inside the windows"
        yield Refused(f"{where}.draws", f"{len(population.draws):,} draws", allowed)
    for j, draw in enumerate(population.draws):
        if draw.multiplicity != 1:
            where_it_is = f"{where}.draws.{j}.multiplicity"
            yield Refused(where_it_is, draw.multiplicity, "1 in a whole population")


def _column(draws: list[ArchivedDraw], name: str) -> np.ndarray:
    return np.array([getattr(draw, name) for draw in draws])


def _measured(
    where: str, population: ArchivedPopulation, trained: set[tuple[str, str, int]]
) -> Iterator[Refused]:
    """A training for each network, ended or pending: the line knows no network without."""
    for j, draw in enumerate(population.draws):
        if (draw.network, population.regime, population.training_seed) not in trained:
            allowed = "a network with a job `train` under the population's regime and seed"
            yield Refused(f"{where}.draws.{j}.network", draw.network, allowed)


def _named(where: str, name: str, known: Collection[str]) -> Iterator[Refused]:
    if name not in known:
        yield Refused(where, name, "something that this archive has")


def _finite(where: str, model: BaseModel) -> Iterable[Refused]:
    try:
        json.dumps(model.model_dump(), allow_nan=False)
    except ValueError:
        yield Refused(where, "Infinity", "finite numbers")
