"""Two people who choose one name at the same moment: one has it, the other is told."""

import threading
import time

import pytest

from columns import constraints
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.errors import Conflict
from services.sampling import populations, records, samplers
from services.sampling.populations import NewSpace, Spec

SMALL, OTHER = PRESETS["RegNetX small"], PRESETS["AnyNetX_A small"]
LONGER = DIGITS.model_copy(update={"epochs": 20})
WINDOW = {"flops": "100k..300k"}


@pytest.fixture
def meanwhile(database):
    """What somebody else is told who begins before a transaction is over, and ends after it."""
    told = []

    def meanwhile(session, do):
        def tell():
            try:
                told.append(do())
            except Exception as error:
                told.append(error)

        other = threading.Thread(target=tell)
        other.start()
        time.sleep(0.3)  # it waits for this transaction, or has not begun its own
        session.commit()
        other.join(20)
        assert not other.is_alive()
        return told[-1]

    return meanwhile


def in_one(database, do, *arguments):
    with database.durable() as session:
        return do(session, *arguments)


@pytest.mark.parametrize(
    ("define", "one", "another"),
    [(spaces.define, SMALL, OTHER), (regimes.define, DIGITS, LONGER)],
)
def test_an_equal_definition_is_the_one_that_is_there_and_another_a_conflict(
    database, meanwhile, define, one, another
):
    with database.durable() as session:
        id = define(session, "ours", one)
        assert meanwhile(session, lambda: in_one(database, define, "ours", one)) == id
    with database.durable() as session:
        define(session, "theirs", one)
        said = meanwhile(session, lambda: in_one(database, define, "theirs", another))
    assert isinstance(said, Conflict)


def test_the_second_population_of_a_name_is_a_conflict_and_nothing_of_it_is_stored(
    database, defined, meanwhile
):
    windows = {name: constraints.parse(text) for name, text in WINDOW.items()}
    found = samplers.here(SMALL, 2, 0, windows, DIGITS)
    spec = Spec("ours", defined["space"], defined["regime"], 2, WINDOW)
    with database.durable() as session:
        id = populations.store(session, spec, found)
        said = meanwhile(session, lambda: populations.create(database, spec))
    assert isinstance(said, Conflict)
    with database.durable() as session:
        populations.store(session, Spec(**(vars(spec) | {"name": "theirs"})), found)
        new = NewSpace("a space that is new", OTHER)
        again = Spec(**(vars(spec) | {"name": "theirs"}))
        said = meanwhile(session, lambda: populations.create(database, again, new=new))
    assert isinstance(said, Conflict)
    with database.read() as session:
        assert [one.name for one in records.every(session)] == ["ours", "theirs"]
        assert new.name not in [one.name for one in spaces.every(session)]
        assert records.get(session, id).progress.total == 2
