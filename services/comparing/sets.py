"""Sets: what constraints select, of one or several populations, as a population that stays.

It has the networks with a result, and those that failed, of the launch-order prefix of each
side, as they are at that moment: later results change the populations and not the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from columns.quantities import Quantity
from db.session import Database
from population.population import NO_CAUSE, ORDINAL, Population
from services.acting import permission
from services.acting.actor import who
from services.acting.once import OFTEN, Once
from services.acting.permission import Verb, Visibility
from services.comparing import sides
from services.comparing.sides import Side
from services.errors import Refused
from services.reading import blocks
from services.reading.blocks import MARK, TEXT
from services.reading.layout import Described, Layout
from services.reading.snapshots import Snapshot, Snapshots
from services.sampling import sharing, tables
from services.sampling.tables import NewTable

ORIGIN = "origin"
"""The text that says which population a network of a set comes from."""
MOST = 2_000_000
"""Networks of a set."""


@dataclass(frozen=True, eq=False)
class Part:
    """What a side gives to a set: the rows of its population that pass and are final."""

    side: Side
    rows: NDArray[np.int64]  # of the snapshot's population

    @property
    def snapshot(self) -> Snapshot:
        return self.side.view.snapshot

    @property
    def population(self) -> Population:
        return self.snapshot.population

    @property
    def places(self) -> NDArray[np.int64]:
        """Of the rows, in the whole population: a side may be a part of its launch order."""
        found: NDArray[np.int64] = self.population.marks[ORDINAL][self.rows].astype(np.int64)
        return found

    def column(self, name: str) -> NDArray[Any]:
        """Its values, nan where its population has no such column."""
        columns = self.population.columns
        return columns[name][self.rows] if name in columns else np.full(self.rows.size, np.nan)

    def text(self, name: str) -> list[str | None]:
        table = self.snapshot.table
        if name == ORIGIN:
            return [self.snapshot.name] * self.rows.size
        if table is None or name not in table.texts:
            return [None] * self.rows.size
        found: list[str | None] = table.texts[name][self.places].tolist()
        return found

    @property
    def networks(self) -> NDArray[np.int64]:
        """The network that each row is; 0: none."""
        table = self.snapshot.table
        if table is not None:
            return table.networks[self.places]
        assert self.population.ids is not None
        return np.asarray(self.population.ids[self.rows], dtype=np.int64)

    @property
    def causes(self) -> list[str | None]:
        """Why each row failed; None where it did not."""
        names = np.array([*self.population.causes, None], dtype=object)
        found: list[str | None] = names[self.population.cause[self.rows]].tolist()
        return found


def create(
    database: Database,
    snapshots: Snapshots,
    name: str,
    texts: Sequence[str],
    visibility: str = Visibility.LAB,
    once: Once = OFTEN,
) -> int:
    """Store the networks of some sides as a population; its id.

    Raises:
        Refused: a side that is none, sides that are judged by different things, no network
            among them, too many, or some population is seen by fewer.
        NotFound: no such population.
        Conflict: the name is taken.
        Forbidden: whoever asks may create none.
    """
    with database.read() as session:
        permission.require(who(session), Verb.CREATE)
        once.look(session)
        of = [sides.parse_side(one)[0] for one in texts]
        sharing.require_within(session, visibility, of)
    found = sides.sides(snapshots, texts, fewest=1)
    parts = _each_once([part_of(side) for side in found])
    new = _table(name, parts, texts, visibility)
    with database.durable() as session:
        once.begin(session)
        id = tables.store(session, new)
        once.end(session, id)
        return id


def part_of(side: Side) -> Part:
    """The rows of a side that are final, in launch order."""
    snapshot, view = side.view.snapshot, side.view
    whole = snapshot.population
    passes = whole.passing(view.constraints)
    passes[len(snapshot.prefix) :] = False
    return Part(side, np.flatnonzero(passes))


def _each_once(parts: Sequence[Part]) -> list[Part]:
    """Without the rows of a population that a side before has, too.

    Raises:
        Refused: none is left, or too many.
    """
    had: dict[int, set[int]] = {}
    left = []
    for part in parts:
        known = had.setdefault(part.snapshot.id, set())
        places = part.places.tolist()
        new = [i for i, place in enumerate(places) if place not in known]
        known.update(places)
        left.append(Part(part.side, part.rows[new]))
    n = sum(part.rows.size for part in left)
    if not 1 <= n <= MOST:
        raise Refused("sides", f"{n:,} networks", f"1 to {MOST:,} networks that are final")
    return left


def _table(name: str, parts: Sequence[Part], texts: Sequence[str], visibility: str) -> NewTable:
    quantities: dict[str, Quantity] = {}
    for part in parts:
        _require_same(quantities, part.snapshot.quantities)
        quantities |= part.snapshot.quantities
    of_texts = dict.fromkeys([ORIGIN, *(name for part in parts for name in _texts(part))])
    causes = [cause for part in parts for cause in part.causes]
    known = sorted({cause for cause in causes if cause is not None})
    numbers = {one: np.concatenate([part.column(one) for part in parts]) for one in quantities}
    layout = Layout(
        numbers=tuple(
            Described.of(quantity, not np.isnan(numbers[one]).any())
            for one, quantity in quantities.items()
        ),
        texts=tuple(of_texts),
        labels={ORIGIN: "population"},
        causes=tuple(known),
        criterion=parts[0].population.criterion,
        images=_images(parts),
    )
    codes = [NO_CAUSE if cause is None else known.index(cause) for cause in causes]
    words = {one: [text for part in parts for text in part.text(one)] for one in of_texts}
    marks = {
        "network": _joined(part.networks for part in parts),
        "line": _joined(part.places + 1 for part in parts),
        "status": _joined(part.population.status[part.rows] for part in parts),
        "cause": np.array(codes, dtype=np.int32),
        "multiplicity": _joined(part.population.multiplicity[part.rows] for part in parts),
    }
    return NewTable(
        name,
        layout,
        len(causes),
        _blocks(numbers, words, marks),
        {"sides": [_said(part, text) for part, text in zip(parts, texts, strict=True)]},
        {"rows": len(causes), "taken": len(causes)},
        visibility,
    )


def _texts(part: Part) -> Iterable[str]:
    return () if part.snapshot.table is None else part.snapshot.table.texts


def _require_same(known: Mapping[str, Quantity], others: Mapping[str, Quantity]) -> None:
    """Refuse a column that means something else in another population."""
    for name in known.keys() & others.keys():
        a, b = known[name].unit, others[name].unit
        if a != b:
            allowed = f"populations that have {name} in one unit, not {a!r} and {b!r}"
            raise Refused("sides", name, allowed)


def _images(parts: Sequence[Part]) -> tuple[int, int, int] | None:
    """For which images their networks are counted, where it is the same for all."""
    of = {part.snapshot.images for part in parts}
    return of.pop() if len(of) == 1 else None


def _joined(arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([*arrays])


def _blocks(
    numbers: Mapping[str, NDArray[Any]],
    texts: Mapping[str, list[str | None]],
    marks: Mapping[str, NDArray[Any]],
) -> Iterator[tuple[str, Iterable[bytes]]]:
    for name, values in numbers.items():
        yield name, blocks.packed(pa.array(values))
    for name, words in texts.items():
        yield TEXT + name, blocks.packed(pa.array(words, pa.string()))
    for name, values in marks.items():
        yield MARK + name, blocks.packed(pa.array(values))


def _said(part: Part, text: str) -> dict[str, Any]:
    """Where a part is from: which version of which population, under which constraints."""
    return {
        "side": text,
        "population": part.snapshot.id,
        "name": part.snapshot.name,
        "version": part.snapshot.version,
        "networks": int(part.rows.size),
        "pending": part.side.view.pending,
    }
