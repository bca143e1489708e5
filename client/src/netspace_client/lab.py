"""A lab: the server as a whole, its populations, spaces and regimes, and comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

import httpx

from netspace_client import sides, streams, tables
from netspace_client.answers import (
    Activity,
    Comparison,
    Note,
    Regime,
    Space,
    TableLook,
    View,
    Worker,
)
from netspace_client.connection import Connection
from netspace_client.errors import NotFound, Problem
from netspace_client.populations import Population, given
from netspace_client.records import read
from netspace_client.retries import Retries
from netspace_client.sides import Constraints, Side
from netspace_client.tables import Plan, Source
from netspace_client.version import VERSION

Compared: TypeAlias = Population | Side | str
"""A side: a population, one under constraints, or `2;depth=5..8` as REST writes it."""
Named = TypeVar("Named", Population, Space, Regime)
Visibility: TypeAlias = Literal["private", "lab", "public"]
Page: TypeAlias = Literal["explore", "compare", "trends", "speed"]
"""That a view is of."""


def connect(
    url: str,
    token: str | None = None,
    *,
    timeout: float = 60.0,
    retries: Retries | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Lab:
    """The lab at an address; nothing is asked yet.

    Args:
        url: `http://127.0.0.1:8050`, as a browser has it, perhaps with a path.
        token: `ns_..`, of the page My account, where one has to log in.
        timeout: seconds that a call may say nothing.
        retries: how calls are tried again that fail on the way.
        transport: another way there than a socket.

    Raises:
        ValueError: no such address, or a token that can't be one.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"url: should be http(s)://HOST[:PORT][/PATH], got {url!r}")
    if parts.username or parts.password:
        raise ValueError("url: a server takes a token, and no user or password in its address")
    if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
        raise ValueError("token: should be printable ASCII, as in ns_..")
    headers = {"User-Agent": f"netspace-client/{VERSION}"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token.strip()}"
    client = httpx.Client(
        base_url=url.rstrip("/"),
        headers=headers,
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
        transport=transport,
    )
    return Lab(Connection(client, retries or Retries()), url)


class Lab:
    """A server, and what can be asked of it. As a context it closes its connections."""

    def __init__(self, connection: Connection, url: str) -> None:
        self.connection, self.url = connection, url

    def __repr__(self) -> str:
        return f"Lab({self.url!r})"

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self.connection.close()

    def populations(
        self,
        search: str | None = None,
        *,
        tag: str | None = None,
        study: str | None = None,
        archived: bool | None = None,
    ) -> list[Population]:
        """All populations with their progress, oldest first.

        Args:
            search: words that are all in the name, study, space, regime, owner, note or tags.
            tag: that it has.
            study: that it is of.
            archived: only those put away, or only others; both by default.
        """
        away = None if archived is None else str(archived).lower()
        query = given(search=search, tag=tag, study=study, archived=away)
        every = self.connection.get("/populations", query)["items"]
        return [Population.of(self.connection, one) for one in every]

    def deleted(self) -> list[Population]:
        """Those that are deleted and that you may restore, oldest first."""
        every = self.connection.get("/populations", {"deleted": "true"})["items"]
        return [Population.of(self.connection, one) for one in every]

    def restore(self, id: int, name: str | None = None) -> Population:
        """Bring a deleted population back, under another name where its own is taken."""
        said = self.connection.post(f"/populations/{id}/restore", given(name=name))
        return Population.of(self.connection, said)

    def notes(self, search: str | None = None, *, tag: str | None = None) -> list[Note]:
        """What is written down of populations, networks and views, oldest first."""
        every = self.connection.get("/notes", given(search=search, tag=tag))["items"]
        return [read(Note, one) for one in every]

    def views(
        self, search: str | None = None, *, page: Page | None = None, tag: str | None = None
    ) -> list[View]:
        """Views that were kept of the pages, oldest first."""
        query = given(search=search, page=page, tag=tag)
        return [read(View, one) for one in self.connection.get("/views", query)["items"]]

    def keep_view(
        self,
        name: str,
        page: Page,
        query: str,
        *,
        note: str = "",
        tags: Sequence[str] = (),
        visibility: Visibility | None = None,
        key: str | None = None,
    ) -> View:
        """Keep what a page shows, by its address from `?` on."""
        body = {"name": name, "page": page, "query": query, "note": note, "tags": list(tags)}
        said = self.connection.post("/views", body | given(visibility=visibility), key)
        return read(View, said)

    def population(self, name: str | int) -> Population:
        """One population, by its name or its id."""
        if isinstance(name, str):
            return named("population", name, self.populations())
        said = self.connection.get(f"/populations/{int(name)}")
        return Population.of(self.connection, said)

    def spaces(self) -> list[Space]:
        """All design spaces, oldest first."""
        return [read(Space, one) for one in self.connection.get("/spaces")["items"]]

    def space(self, name: str | int) -> Space:
        """One design space, by its name or its id."""
        if isinstance(name, str):
            return named("design space", name, self.spaces())
        return read(Space, self.connection.get(f"/spaces/{int(name)}"))

    def regimes(self) -> list[Regime]:
        """All training regimes, oldest first."""
        return [read(Regime, one) for one in self.connection.get("/regimes")["items"]]

    def regime(self, name: str | int) -> Regime:
        """One training regime, by its name or its id."""
        if isinstance(name, str):
            return named("regime", name, self.regimes())
        return read(Regime, self.connection.get(f"/regimes/{int(name)}"))

    def create_space(
        self,
        name: str,
        space: Mapping[str, Any],
        *,
        refined_from: int | None = None,
        visibility: Visibility | None = None,
        key: str | None = None,
    ) -> Space:
        """Define a design space, perhaps as a refinement of another.

        Args:
            name: of its own.
            space: its definition, as `Space.space` has it.
            refined_from: id of the space this one refines.
            visibility: who sees it.
            key: an Idempotency-Key; asked again under it, the same is not done again.
        """
        body = {"name": name, "space": space}
        options = given(refined_from=refined_from, visibility=visibility)
        return read(Space, self.connection.post("/spaces", body | options, key))

    def create_regime(
        self,
        name: str,
        regime: Mapping[str, Any],
        *,
        visibility: Visibility | None = None,
        key: str | None = None,
    ) -> Regime:
        """Define a training regime, as `Regime.regime` has it."""
        body = {"name": name, "regime": regime} | given(visibility=visibility)
        return read(Regime, self.connection.post("/regimes", body, key))

    def create_population(
        self,
        name: str,
        space: Space | str | int,
        regime: Regime | str | int,
        n: int | Literal["all"],
        *,
        windows: Constraints | None = None,
        seed: int | None = None,
        training_seed: int | None = None,
        priority: int | None = None,
        inherits: Population | int | None = None,
        visibility: Visibility | None = None,
        key: str | None = None,
    ) -> Population:
        """Sample n distinct networks inside the windows, or all, and queue their training.

        Args:
            name: of its own.
            space: where they are drawn from: itself, its name or its id.
            regime: what they are trained by, likewise.
            n: networks; "all": every one of a space that is small enough.
            windows: constraints on flops, params, activations, as in {"flops": "100k..300k"}.
            seed: of the draws.
            training_seed: of the training; populations of one share results.
            priority: of the jobs: lower goes first.
            inherits: a population whose measured networks of this space come first.
            visibility: who sees it.
            key: an Idempotency-Key; asked again under it, the same is not done again. One is
                drawn by default, which holds for the attempts of this call.
        """
        space = self.space(space) if isinstance(space, str) else space
        regime = self.regime(regime) if isinstance(regime, str) else regime
        body = {
            "name": name,
            "space_id": space.id if isinstance(space, Space) else space,
            "regime_id": regime.id if isinstance(regime, Regime) else regime,
            "n": n,
        }
        options = given(
            windows=None if windows is None else sides.texts(windows),
            seed=seed,
            training_seed=training_seed,
            priority=priority,
            inherits=inherits.id if isinstance(inherits, Population) else inherits,
            visibility=visibility,
        )
        said = self.connection.post("/populations", body | options, key)
        return Population.of(self.connection, said)

    def look_at_table(self, source: Source, plan: Plan | None = None) -> TableLook:
        """The first rows of a table, as `plan`, or the one that seems right, reads them.

        Args:
            source: a file's path (CSV, JSON, Parquet, Arrow ..), or a frame.
            plan: a changed `look.plan`.
        """
        with tables.opened(source) as (name, file):
            said = self.connection.upload("/tables/look", tables.fields(plan), name, file)
        return read(TableLook, said)

    def import_table(
        self,
        name: str,
        source: Source,
        plan: Plan | None = None,
        *,
        visibility: Visibility | None = None,
        key: str | None = None,
    ) -> Population:
        """Store a table as a population, whole or not at all; `report()` tells of its rows.

        Args:
            name: of the population.
            source: a file's path, or a frame of pandas or polars.
            plan: how it is read; as `look_at_table` finds it by default.
            visibility: who sees it.
            key: an Idempotency-Key; asked again under it, the same is not done again.
        """
        fields = tables.fields(plan, name=name, visibility=visibility)
        with tables.opened(source) as (called, file):
            said = self.connection.upload("/tables", fields, called, file, key)
        return Population.of(self.connection, said["population"])

    def create_set(
        self,
        name: str,
        *kept: Compared,
        visibility: Visibility | None = None,
        key: str | None = None,
    ) -> Population:
        """The networks of some sides, as they are now, as a population that stays so."""
        body = {"name": name, "sides": [side_of(one) for one in kept]}
        said = self.connection.post("/sets", body | given(visibility=visibility), key)
        return Population.of(self.connection, said)

    def compare(
        self,
        *compared: Compared,
        level: float | None = None,
        cut: float | None = None,
        planned: int | None = None,
        band: Literal["pointwise", "simultaneous", "kolmogorov"] | None = None,
        points: int | None = None,
        half: Literal["first", "second"] | None = None,
        of: str | None = None,
    ) -> Comparison:
        """Which of two or more sides is better, by how much, and whether it is decided.

        Args:
            compared: populations, `population.where(depth="5..8")`, or text of REST.
            level: of the intervals.
            cut: of the areas, percent, fixed before looking.
            planned: networks per side that were planned.
            band: around the EDFs.
            points: errors of the EDFs.
            half: of the launch order: constraints chosen on the first are tested on the second.
            of: the column that networks are judged by; the error by default.
        """
        side = [side_of(one) for one in compared]
        options = given(
            level=level, cut=cut, planned=planned, band=band, points=points, half=half, of=of
        )
        said = self.connection.get("/comparison", {"side": side} | options)
        return read(Comparison, said)

    def workers(self) -> list[Worker]:
        """All workers with what they are at."""
        return [read(Worker, one) for one in self.connection.get("/workers")["items"]]

    def events(self) -> Iterator[Activity]:
        """The state of each population now, then each that follows, for ever.

        A stream that breaks is opened again; nothing is lost, and nothing told twice. Of a
        population that is deleted nothing more is told.
        """
        return (one for one in streams.follow(self.connection) if isinstance(one, Activity))


def side_of(compared: Compared) -> str:
    """A side as REST writes it."""
    return str(Side(compared.id) if isinstance(compared, Population) else compared)


def named(what: str, name: str, every: Sequence[Named]) -> Named:
    """The one of that name."""
    if found := [one for one in every if one.name == name]:
        return found[0]
    there = ", ".join(repr(one.name) for one in every[:20]) or "none"
    raise NotFound([Problem(f"no {what} {name!r}; there are {there}", "name", name)])
