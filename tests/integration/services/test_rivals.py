"""Populations of the rivals' spaces: stored, read back, shown, archived, as of any space."""

import pytest
from archived import exported
from small import SMALL

from dashboard.pages.explore import constraints
from db.session import Database
from designspace.naming import written
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.errors import Refused
from services.exchange import exports, imports
from services.reading import lookups, networks, queries
from services.reading.snapshots import Snapshots
from services.sampling import inheritance, populations
from services.sampling.populations import Spec

WITHOUT_A_LINE = ("NAS-Bench", "NATS", "DARTS", "RandWire")


@pytest.fixture(scope="module")
def lab(migrated, tmp_path_factory):
    """A database with three networks of each small space, and the populations by its name."""
    file = tmp_path_factory.mktemp("rivals") / "netspace.db"
    file.write_bytes(migrated.read_bytes())
    database, found = Database(f"sqlite:///{file}"), {}
    for name in SMALL:
        with database.durable() as session:
            space = spaces.define(session, name, PRESETS[name])
            regime = regimes.define(session, "digits", DIGITS)
        found[name] = populations.create(database, Spec(name, space, regime, 3, {}, seed=1))
    yield database, found
    database.dispose()


@pytest.mark.parametrize("name", SMALL)
def test_what_was_drawn_is_read_back_with_its_line_if_it_has_one(lab, name):
    database, found = lab
    id, has_line = found[name], not name.startswith(WITHOUT_A_LINE)
    snapshot = Snapshots(database).get(id)
    assert ("e_fit" in snapshot.population.columns) == has_line
    with database.read() as session:
        drawn = inheritance.stored(session, id, 3)
        for draw, network_id in zip(drawn, snapshot.population.ids, strict=True):
            record = networks.get(session, id, int(network_id))
            assert record.network == draw.network
            assert (record.line is not None) == has_line == bool(record.compatible_widths)
            for form in record.forms:
                assert networks.file(session, id, int(network_id), form).text


def test_a_network_is_found_in_the_populations_that_have_drawn_it(lab):
    database, found = lab
    id = found["NAS-Bench-201 small"]
    with database.read() as session:
        [first, *_] = inheritance.stored(session, id, 1)
        text = written.write(first.network, "nb201")
        known = lookups.find(lookups.Asked(text))
        assert known.network == first.network
        [place] = lookups.drawn(session, known.network)
        record = networks.get(session, place.population, place.network)
        assert (place.population, record.network) == (id, first.network)
        assert lookups.drawn(session, lookups.find(lookups.Asked("resnet18")).network) == []


@pytest.mark.parametrize("name", ["NAS-Bench-201 small", "FBNet small", "DARTS small"])
def test_operations_are_constrained_and_shown_by_their_names(lab, name):
    database, found = lab
    snapshot = Snapshots(database).get(found[name])
    column = next(c for c in snapshot.population.columns if c.startswith("operation"))
    names = snapshot.names[column]
    number = int(snapshot.population.columns[column][0])
    by_name = queries.view(snapshot, {column: names[number - 1].full})
    assert by_name.passing == queries.view(snapshot, {column: str(number)}).passing > 0
    with pytest.raises(Refused, match="nor a name of"):
        queries.view(snapshot, {column: "nothing"})
    for one in constraints.controls(snapshot.population, snapshot.names):
        if one.name.startswith("operation"):
            assert one.names == [names[int(stop) - 1].full for stop in one.stops]


def test_a_larger_population_is_the_one_that_was_drawn_larger(lab):
    database, found = lab
    for name in ("NAS-Bench-101 small", "OFA MobileNetV3 small"):
        populations.extend(database, found[name], 2)
        with database.read() as session:
            grown = [draw.network for draw in inheritance.stored(session, found[name], 5)]
        with database.durable() as session:
            space = spaces.define(session, name, PRESETS[name])
            regime = regimes.define(session, "digits", DIGITS)
        whole = populations.create(database, Spec(f"{name} 5", space, regime, 5, {}, seed=1))
        with database.read() as session:
            assert [d.network for d in inheritance.stored(session, whole, 5)] == grown


def test_an_archive_of_all_of_them_arrives_whole(lab, migrated, tmp_path):
    database, found = lab
    ids = list(found.values())
    archive = exported(database, ids)
    file = tmp_path / "elsewhere.db"
    file.write_bytes(migrated.read_bytes())
    elsewhere = Database(f"sqlite:///{file}")
    arrived = imports.load(elsewhere, archive).population_ids
    with database.read() as here, elsewhere.read() as there:
        first, second = (exports.archive(s, i) for s, i in ((here, ids), (there, arrived)))
    assert first["networks"] == second["networks"]
    assert [p["draws"] for p in first["populations"]] == [
        p["draws"] for p in second["populations"]
    ]
    elsewhere.dispose()
