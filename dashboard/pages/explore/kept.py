"""Controls that are made once a version of a population: a table's take seconds.

Nothing of a table's columns is kept but what the controls say of them.
"""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from dashboard.pages.explore import constraints
from dashboard.pages.explore.constraints import Control
from services.reading.snapshots import Snapshot

_found: WeakKeyDictionary[Snapshot, list[Control]] = WeakKeyDictionary()
_making = threading.Lock()


def controls(snapshot: Snapshot) -> list[Control]:
    """A control of each column, whatever differs in it, by section."""
    if (known := _found.get(snapshot)) is not None:
        return known
    with _making:  # two pages that open at once: one of them waits
        if (known := _found.get(snapshot)) is None:
            table, population = snapshot.table, snapshot.population
            columns = population.columns if table is None else table.columns.passing
            known = constraints.every(columns, snapshot.names, snapshot.quantities)
            _found[snapshot] = known
        return known
