"""Archives: a study leaves one database and arrives in another, once and whole."""

import asyncio
import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import loops
import numpy as np
import pytest
from archived import content, exported, packed, study
from fastapi.testclient import TestClient
from sqlalchemy import text

from db.session import Database
from designspace.laws.laws import Choice
from designspace.regimes import DIGITS
from designspace.spaces.cells.nasbench201 import NasBench201
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from netspace.settings import Settings
from netspace.web import create_app
from services.defining import regimes, spaces
from services.errors import TooLarge, Unreadable, WrongArchive
from services.exchange import archives, exports, imports, provenance
from services.exchange.report import Count
from services.reading.snapshots import Snapshots
from services.sampling import populations, records
from services.sampling.populations import Spec
from services.work import jobs, leases, results, schedule

MOST = 4  # who may be at work, or wait, with archives
GZIP = {"content-type": "application/gzip"}
HERE = "http://127.0.0.1:8050"
TABLES = ("design_spaces", "regimes", "networks", "populations", "draws", "jobs", "results")


@pytest.fixture(scope="module")
def elsewhere(migrated, tmp_path_factory):
    """The archive of a small study in another database."""
    file = tmp_path_factory.mktemp("elsewhere") / "netspace.db"
    file.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{file}")
    ids = study(database)
    yield exported(database, ids)
    database.dispose()


@pytest.fixture
def wrong(elsewhere):
    """The archive's content, to be spoilt."""
    return content(elsewhere)


def counts(database):
    with database.read() as session:
        return {
            t: session.scalar(text(f"SELECT count(*) FROM {t}")) for t in (*TABLES, "epochs")
        }


def refusal(database, file):
    """Where and why an archive is refused, and that nothing of it is stored."""
    before = counts(database)
    with pytest.raises(WrongArchive) as caught:
        imports.load(database, file)
    assert counts(database) == before
    return {problem.field: problem.allowed for problem in caught.value.problems}


def test_an_archive_arrives_whole(database, elsewhere):
    report = imports.load(database, elsewhere)
    assert counts(database) == {
        "design_spaces": 2,
        "regimes": 1,
        "networks": 6,
        "populations": 2,
        "draws": 8,
        "jobs": 8,
        "results": 7,
        "epochs": 70,
    }
    assert (report.results, report.failures) == (Count(7, 0), Count(1, 0))


def test_an_archive_of_what_was_imported_is_the_same_file(database, elsewhere):
    ids = imports.load(database, elsewhere).population_ids
    assert exported(database, ids) == elsewhere


def test_an_archive_that_is_imported_twice_doubles_nothing(database, elsewhere):
    first = imports.load(database, elsewhere)
    before = counts(database)
    again = imports.load(database, elsewhere)
    assert counts(database) == before
    assert again.population_ids == first.population_ids
    assert (again.results, again.networks) == (Count(0, 7), Count(0, 6))


def test_two_who_import_an_archive_at_once_store_it_once(database, elsewhere):
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(imports.load, [database] * 2, [elsewhere] * 2)
    assert first.population_ids == second.population_ids
    assert sorted([first.results.added, second.results.added]) == [0, 7]
    assert counts(database)["jobs"] == 8


def test_an_archive_imported_where_it_was_made_changes_nothing(database):
    ids = study(database)
    file, before = exported(database, ids), counts(database)
    assert imports.load(database, file).population_ids == ids
    assert counts(database) == before
    assert exported(database, ids) == file


def test_an_imported_population_is_like_any_other_and_says_where_it_was_measured(
    database, elsewhere
):
    id, _ = imports.load(database, elsewhere).population_ids
    population = Snapshots(database).get(id).population
    assert sorted(population.results().error.tolist())[-1] == np.inf
    assert population.counts.failed_by_cause == {"timeout": 1}
    with database.read() as session:
        record = records.get(session, id)
        assert record.progress.complete
        assert not record.paused
        assert record.progress.networks_per_minute == 0  # none was trained here
        [space] = [s for s in spaces.every(session) if s.id == record.space_id]
        assert spaces.get(session, space.refined_from).name == "AnyNetX_A small"
    assert record.provenance["seconds"] == pytest.approx(5 * 10 / 3)
    assert record.archive
    populations.extend(database, id, 2)  # the seed goes on as it does everywhere
    with database.write() as session:
        assert leases.claim(session, "train", "a worker", 30).network is not None


def test_an_import_queues_no_training(database, elsewhere):
    imports.load(database, elsewhere)
    with database.write() as session:
        assert leases.claim(session, "train", "a worker", 30) is None


def test_a_result_that_is_here_is_never_overwritten(database, elsewhere):
    ids = study(database)
    with database.durable() as session:
        session.execute(text("UPDATE results SET quantities = '{\"error\": 42.5}'"))
    report = imports.load(database, elsewhere)
    assert report.results == Count(0, 7)
    errors = Snapshots(database).get(ids[1]).population.error
    assert errors.tolist() == [42.5, 42.5]


def test_a_population_that_waits_here_is_answered_by_an_archive(database, elsewhere, wrong):
    """Live, it waits for two of the archive's networks; one of them is at work."""
    imports_of = {name: wrong[name][0] for name in ("regimes", "populations")}
    with database.durable() as session:
        space = spaces.define(session, "tied", PRESETS["AnyNetX_C small"])
        regime = regimes.define(session, "my digits", DIGITS)
    windows = imports_of["populations"]["windows"]
    live = populations.create(database, Spec("live", space, regime, 2, windows))
    with database.durable() as session:
        at_work = leases.claim(session, "train", "a worker", 30)
    snapshots = Snapshots(database)
    before = snapshots.get(live)
    report = imports.load(database, elsewhere)
    assert report.regimes == Count(0, 1)  # the same under another name
    after = snapshots.get(live)
    assert after.version > before.version
    assert after.population.error.tolist() == [pytest.approx(6.1), np.inf]
    with database.durable() as session:
        assert leases.heartbeat(session, at_work, 30) is None  # its worker stops
        assert not results.record(
            session, at_work, Finished(quantities={"error": 1.0}, conditions={})
        )


def test_a_job_that_failed_here_is_not_made_good_by_an_archive(database, elsewhere):
    ids = study(database)
    with database.durable() as session:
        session.execute(text("DELETE FROM epochs"))
        session.execute(text("DELETE FROM results WHERE job_id = 1"))
        session.execute(text("UPDATE jobs SET state = 'dead', failure = 'lost' WHERE id = 1"))
    report = imports.load(database, elsewhere)
    assert (report.kept, report.results) == (1, Count(0, 6))
    population = Snapshots(database).get(ids[0]).population
    assert population.counts.failed_by_cause == {"lost": 1, "timeout": 1}


def test_names_that_stand_for_something_else_get_a_number(database, create, wrong):
    create(3, name="Study: tied")
    with database.durable() as session:
        spaces.define(session, "tied", PRESETS["RegNetX small"])
    for _ in range(2):
        report = imports.load(database, packed(wrong))
    with database.read() as session:
        names = {record.name: record.space_name for record in records.every(session)}
    assert names["Study: tied (2)"] == "tied (2)"
    assert len(names) == 3
    assert report.renamed == {}  # the second time it is known by that name


@pytest.mark.parametrize("name", ["L" * 200, "L" * 195 + " LLLL"])
def test_a_name_with_a_number_is_one_that_an_archive_may_have(database, wrong, name):
    wrong["populations"][0]["name"] = name
    for seed in range(11):
        wrong["populations"][0]["seed"] = 1_000 + seed
        report = imports.load(database, packed(wrong))
        with database.read() as session:
            file = archives.pack(exports.archive(session, report.population_ids))
        assert imports.load(database, file).populations.added == 0
    assert len(report.renamed[name]) <= 200
    assert report.renamed[name].endswith("L (11)")


def test_an_archive_is_written_as_its_model_writes_it(database):
    written = gzip.decompress(exported(database, study(database)))
    assert archives.Archive.model_validate_json(written).model_dump_json().encode() == written


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE results SET quantities = '{\"error\": Infinity}'",
        'UPDATE draws SET parameters = \'{"depth": "deep"}\'',
        "UPDATE networks SET architecture = '{\"stages\": []}'",
    ],
)
def test_what_is_spoilt_is_not_exported(sqlite, spoilt):
    ids = study(sqlite)
    with sqlite.durable() as session:
        session.execute(text(spoilt))
    with pytest.raises(Unreadable):
        exported(sqlite, ids)


def test_what_had_not_ended_waits_until_a_person_lets_it_go_on(database, migrated, wrong):
    job = wrong["jobs"][0]
    job |= {"state": "pending", "ended_at": None, "result": None, "epochs": [], "attempt": 0}
    report = imports.load(database, packed(wrong))
    id = report.population_ids[0]
    assert report.pending == 1
    with database.durable() as session:
        assert leases.claim(session, "train", "a worker", 30) is None
        assert records.get(session, id).progress.paused == 1
        schedule.set_paused(session, id, False)
        assert leases.claim(session, "train", "a worker", 30).network.hash == job["network"]


def test_an_archive_that_comes_again_pauses_nothing_that_a_person_let_go_on(database, wrong):
    job = wrong["jobs"][0]
    job |= {"state": "pending", "ended_at": None, "result": None, "epochs": [], "attempt": 0}
    [id, *_] = imports.load(database, packed(wrong)).population_ids
    with database.durable() as session:
        schedule.set_paused(session, id, False)
    imports.load(database, packed(wrong))
    with database.durable() as session:
        assert not records.get(session, id).paused
        assert leases.claim(session, "train", "a worker", 30).network.hash == job["network"]


@pytest.fixture
def waits(database):
    """A population here of the networks of the study's first one, not measured yet."""
    with database.durable() as session:
        whole = spaces.define(session, "AnyNetX_A small", PRESETS["AnyNetX_A small"])
        tied = spaces.define(session, "tied", PRESETS["AnyNetX_C small"], refined_from=whole)
        regime = regimes.define(session, "digits", DIGITS)
    given = {"regime_id": regime, "windows": {"flops": "100k..300k"}}
    return populations.create(database, Spec("waits here", tied, n=6, **given))


def test_an_archive_holds_up_nothing_that_somebody_here_waits_for(database, waits, wrong):
    job = wrong["jobs"][0]
    job |= {"state": "pending", "ended_at": None, "result": None, "epochs": [], "attempt": 0}
    id = imports.load(database, packed(wrong)).population_ids[0]
    with database.durable() as session:
        here, new = (records.get(session, one) for one in (waits, id))
        assert (here.paused, new.paused) == (False, True)
        assert leases.claim(session, "train", "a worker", 30).network.hash == job["network"]


def test_a_new_population_waits_with_a_job_that_ended_there_and_not_here(
    database, waits, elsewhere
):
    with database.durable() as session:
        schedule.set_paused(session, waits, True)
    id = imports.load(database, elsewhere).population_ids[0]  # one job failed there
    with database.durable() as session:
        new = records.get(session, id)
        assert (new.paused, new.progress.paused) == (True, 1)
        schedule.set_paused(session, id, False)
        assert leases.claim(session, "train", "a worker", 30) is not None


def test_a_job_that_is_answered_keeps_the_number_of_its_attempts(database, elsewhere):
    ids = imports.load(database, elsewhere).population_ids
    ahead = (
        "UPDATE jobs SET state = 'queued', attempt = 5, ended_at = NULL WHERE state = 'done'"
    )
    with database.durable() as session:
        for table in ("results", "epochs"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text(ahead))
    assert imports.load(database, elsewhere).population_ids == ids
    with database.read() as session:
        done = "SELECT DISTINCT attempt FROM jobs WHERE state = 'done'"
        assert session.scalars(text(done)).all() == [5]
        assert session.scalars(text("SELECT DISTINCT attempt FROM results")).all() == [1]


def test_a_job_of_an_archive_has_its_history(database, elsewhere):
    imports.load(database, elsewhere)
    with database.read() as session:
        [failed] = jobs.listed(session, "failed", None, 10, 0).items
        assert (failed.failure, failed.detail) == ("timeout", "3600 s")
        events = session.execute(text("SELECT what FROM events")).scalars().all()
    assert set(events) == {"imported"}


def test_the_first_networks_of_a_seed_are_the_first_of_a_larger_population(database, create):
    few, many = create(4, name="few", training_seed=1), create(9, name="many")
    ids = [Snapshots(database).get(id).population.ids.tolist() for id in (few, many)]
    assert ids[0] == ids[1][:4]


def test_a_truncated_file_is_refused(database, elsewhere):
    for length in (0, 5, len(elsewhere) // 2, len(elsewhere) - 1):
        assert "one whole gzip file" in refusal(database, elsewhere[:length])["file"]
    assert "one whole gzip file" in refusal(database, elsewhere + elsewhere)["file"]
    assert "JSON: EOF" in refusal(database, gzip.compress(b"{"))["file"]


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_does(database, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_TEXT", 1_000_000)
    with pytest.raises(TooLarge, match="when unpacked"):
        imports.load(database, gzip.compress(bytes(50_000_000)))
    monkeypatch.setattr(archives, "LARGEST_FILE", 1_000)
    with pytest.raises(TooLarge, match="at most 1,000 bytes"):
        imports.load(database, bytes(1_001))


def test_a_file_of_nothing_but_mistakes_is_refused_in_a_line(sqlite, wrong):
    many = wrong | {f"field{i}": 0 for i in range(6_000)}
    assert "at most 500 fields" in refusal(sqlite, packed(many))["file"]
    often = json.dumps(wrong)[:-1] + ', "x": 0' * 6_000 + "}"
    assert refusal(sqlite, gzip.compress(often.encode())) == {
        "x": "Extra inputs are not permitted"
    }
    wrong["networks"][0]["network"]["stages"] = [0] * 6_000
    assert refusal(sqlite, packed(wrong)) == {"file": "the model of an archive"}
    wrong = {"jobs": [0] * 9_000, "populations": [{"draws": [0] * 9_000}] * 9}
    assert refusal(sqlite, packed(wrong))["jobs.0"]


def test_what_nobody_could_import_is_not_exported(sqlite, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_TEXT", 10_000)
    with pytest.raises(TooLarge, match="at most 10,000 bytes"):
        exported(sqlite, study(sqlite))


def test_learning_curves_that_no_file_holds_are_not_read(sqlite, monkeypatch):
    ids = study(sqlite)
    monkeypatch.setattr(archives, "LARGEST_TEXT", 1_000)
    monkeypatch.setattr(exports, "_epochs", None)  # what reads them
    with pytest.raises(TooLarge, match="at most 20 in a file, got '70 epochs'"):
        exported(sqlite, ids)


def test_measurements_that_were_added_to_an_archive_come_after_it(database, wrong):
    id, _ = imports.load(database, packed(wrong)).population_ids
    snapshots = Snapshots(database)
    before = snapshots.get(id)
    train = wrong["jobs"][0]
    result = {"attempt": 1, "quantities": {"latency": 0.25}, "conditions": {}}
    wrong["jobs"].append(train | {"kind": "benchmark", "epochs": [], "result": result})
    assert imports.load(database, packed(wrong)).results == Count(1, 7)
    assert snapshots.get(id).version > before.version
    assert snapshots.get(id).population.columns["latency"][0] == 0.25


def spoilt(content, path, value):
    *places, last = path.split(".")
    for place in places:
        content = content[int(place) if place.isdecimal() else place]
    if value is KeyError:
        del content[last]
    elif isinstance(content, list) and int(last) == len(content):
        content.append(value)
    else:
        content[int(last) if last.isdecimal() else last] = value


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        ("version", 2, "version", "should be 1"),
        ("format", "zip", "format", "netspace-archive"),
        ("surprise", 1, "surprise", "not permitted"),
        ("jobs.0.worker", "me", "jobs.0.worker", "not permitted"),
        ("jobs", KeyError, "jobs", "required"),
        ("jobs.0.seed", "0", "jobs.0.seed", "integer"),
        ("jobs.0.attempt", -1, "jobs.0.attempt", "greater"),
        ("jobs.0.result", None, "jobs.0.result", "state is `done`"),
        ("jobs.0.state", "pending", "jobs.0.result", "state is `done`"),
        ("jobs.0.ended_at", None, "jobs.0.ended_at", "has ended"),
        ("jobs.0.regime", "none", "populations.0.draws.0.network", "a job `train`"),
        ("jobs.8", {}, "jobs.8.network", "required"),
        ("jobs.2.failure", "boredom", "jobs.2.failure", "should be"),
        ("jobs.2.failure", None, "jobs.2.failure", "ended without result"),
        ("jobs.0.epochs.0.epoch", 11, "jobs.0.epochs", "at most 10"),
        ("jobs.0.result.quantities.error", 101, "jobs.0.result.quantities.error", "100"),
        ("jobs.0.result.quantities.flops", 1, "jobs.0.result.quantities.flops", "drawn"),
        ("jobs.0.result.quantities.width_1", 1, "jobs.0.result.quantities.width_1", "drawn"),
        ("jobs.0.result.quantities.<b>", 1, "jobs.0.result.quantities.<b>.[key]", "pattern"),
        ("jobs.0.result.quantities", {}, "jobs.0.result.quantities", "diverged"),
        ("networks.0.network.stages.0.depth", 7, "networks.0.hash", "hash of this"),
        ("networks.0.network.stages.0.depth", 10**12, None, "less than or equal to 1024"),
        ("networks.0.network.stages.0.group_width", 7, None, "no multiple of group"),
        ("populations.0.space", "../../etc", "populations.0.space", "that this archive has"),
        ("populations.0.inherits", "later", "populations.0.inherits", "this archive has"),
        ("populations.0.inherited", 7, "populations.0.inherited", "at most 6"),
        ("populations.0.windows", {"depth": "1..2"}, "populations.0.windows.depth", "column"),
        ("populations.0.windows.flops", "1..2", "populations.0.draws.0.flops", "window 1..2"),
        ("populations.0.draws", [], "populations.0.draws", "at least 1"),
        ("populations.0.draws.1.multiplicity", 0, None, "greater than or equal to 1"),
        ("populations.0.draws.1.params", 1, "populations.0.draws.1.params", "counted of"),
        ("populations.0.draws.1.parameters.depth_1", 2.5, None, "what space 'tied' draws"),
        ("populations.0.draws.1.parameters.effective_width_1", 9.0, None, "is built"),
        ("spaces.1.refined_from", "none", "spaces.1.refined_from", "before this one"),
        ("spaces.1.name", "AnyNetX_A small", "spaces", "each once"),
        ("spaces.1.space.family", "mine", None, "does not match"),
    ],
)  # fmt: skip
def test_a_wrong_archive_is_refused_with_what_and_where(
    sqlite, wrong, path, value, where, said
):
    spoilt(wrong, path, value)
    problems = refusal(sqlite, packed(wrong))
    assert any(said in allowed for allowed in problems.values()), problems
    assert where is None or where in problems, problems


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_parameter_that_is_no_finite_number_is_refused(sqlite, wrong, number):
    wrong["populations"][0]["draws"][0]["parameters"]["depth_1"] = "HERE"
    wrong["regimes"][0]["regime"]["weight_decay"] = "THERE"
    text = json.dumps(wrong).replace('"THERE"', "5e-5").replace('"HERE"', number)
    problems = refusal(sqlite, gzip.compress(text.encode()))
    assert "finite" in problems["populations.0.draws.0.parameters.depth_1"]
    wrong["populations"][0]["draws"][0]["parameters"]["depth_1"] = 1.0
    text = json.dumps(wrong).replace('"THERE"', number)
    assert refusal(sqlite, gzip.compress(text.encode()))


@pytest.fixture
def all_cells(sqlite):
    """The archive's content of a population of all 2^6 networks of a space."""
    cells = NasBench201(operation=Choice(choices=(2, 4)), width=4, cells=1)
    with sqlite.durable() as session:
        space = spaces.define(session, "cells", cells)
        regime = regimes.define(session, "digits", DIGITS)
    id = populations.create(sqlite, Spec("all", space, regime, 0, {}, whole=True))
    return content(exported(sqlite, [id]))


def test_all_networks_of_a_space_arrive_as_all_of_them(all_cells, migrated, tmp_path):
    [population] = all_cells["populations"]
    assert (population["whole"], len(population["draws"])) == (True, 64)
    file = tmp_path / "there.db"
    file.write_bytes(migrated.read_bytes())
    there = Database(f"sqlite:///{file}")
    [id] = imports.load(there, packed(all_cells)).population_ids
    assert Snapshots(there).get(id).whole
    there.dispose()


def test_an_archive_of_drawn_networks_is_written_as_it_was_before_any_was_whole(wrong):
    assert not any("whole" in population for population in wrong["populations"])


def test_an_archive_that_says_all_has_all_networks_each_once(sqlite, all_cells):
    draws = all_cells["populations"][0]["draws"]
    draws[7]["multiplicity"] = 2
    problems = refusal(sqlite, packed(all_cells))
    assert problems == {"populations.0.draws.7.multiplicity": "1 in a whole population"}
    draws[7]["multiplicity"] = 1
    draws.pop()
    problems = refusal(sqlite, packed(all_cells))
    assert problems["populations.0.draws"].startswith("64 draws, as many as there are")


def test_an_archive_that_says_all_has_none_that_came_first(sqlite, all_cells):
    # Their order is random: some that were measured elsewhere, and come first, would not be.
    all_cells["populations"][0]["inherited"] = 5
    problems = refusal(sqlite, packed(all_cells))
    assert problems == {"populations.0.inherited": "0 in a whole population"}


def test_an_archive_that_says_all_of_a_space_that_lists_none_is_refused(sqlite, wrong):
    wrong["populations"][0]["whole"] = True
    problems = refusal(sqlite, packed(wrong))
    assert "are drawn, not listed" in problems["populations.0.whole"]


def test_a_network_whose_flops_are_counted_otherwise_is_named(sqlite, wrong):
    draw = wrong["populations"][0]["draws"][1]
    draw["flops"] += 1
    said = refusal(sqlite, packed(wrong))["populations.0.draws.1.flops"]
    assert said == f"{draw['flops'] - 1}, as counted of network {draw['network']}"


def test_what_fails_while_it_is_stored_leaves_nothing_behind(database, elsewhere, monkeypatch):
    before = counts(database)

    def cut(*_):
        raise RuntimeError("a power cut")

    monkeypatch.setattr(imports.imported_jobs, "_store_results", cut)
    with pytest.raises(RuntimeError):
        imports.load(database, elsewhere)
    assert counts(database) == before


def application(database):
    """The application on the test's database; no broker, so it polls."""
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    return create_app(settings)


@pytest.fixture
def client(database):
    with TestClient(application(database), "http://127.0.0.1:8050") as client:
        yield client


def test_an_archive_travels_over_rest(client, elsewhere):
    answer = client.post("/api/v1/archive", headers=GZIP, content=elsewhere)
    assert answer.status_code == 201
    report = answer.json()
    assert report["results"] == {"added": 7, "there": 0}
    ids = report["population_ids"]
    again = client.get("/api/v1/archive", params={"population": ids})
    assert again.content == elsewhere
    assert again.headers["content-type"] == "application/gzip"
    assert ".json.gz" in again.headers["content-disposition"]
    [first, _] = client.get("/api/v1/populations").json()["items"]
    assert first["archive"]
    assert first["provenance"]["python"]


def test_the_commit_is_that_of_the_checkout_that_runs():
    assert (provenance.HERE / "pyproject.toml").is_file()


def test_rest_says_what_is_wrong_with_an_archive_and_where(client, wrong, monkeypatch):
    wrong["jobs"][0]["seed"] = "zero"
    answer = client.post("/api/v1/archive", headers=GZIP, content=packed(wrong))
    assert answer.status_code == 422
    assert [(p["field"], p["value"]) for p in answer.json()["detail"]] == [
        ("jobs.0.seed", "zero")
    ]
    monkeypatch.setattr("server.routers.archive.LARGEST_FILE", 1_000)
    assert client.post("/api/v1/archive", headers=GZIP, content=bytes(5_000)).status_code == 413
    assert "content-type" in client.post("/api/v1/archive", content=b"").text
    assert client.get("/api/v1/archive?population=99").status_code == 404
    assert client.get("/api/v1/archive").status_code == 422


def asked(database, ask):
    """What comes of asking the application several things at once."""

    async def talk():
        transport = httpx.ASGITransport(application(database))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await ask(client)

    return loops.run(talk())


def test_a_file_that_does_not_come_is_not_waited_for(sqlite, monkeypatch):
    monkeypatch.setattr("server.routers.archive.SECONDS", 0.3)

    async def slowly():
        yield b"x"
        await asyncio.sleep(30)

    async def ask(client):
        return await client.post("/api/v1/archive", headers=GZIP, content=slowly())

    answer = asked(sqlite, ask)
    assert answer.status_code == 408
    assert answer.json()["detail"][0]["field"] == "file"


def test_archives_take_turns_and_hold_up_nobody_else(sqlite, elsewhere, monkeypatch):
    going, goes_on, at_work = threading.Event(), threading.Event(), []
    load = imports.load

    def slowly(*given):
        at_work.append(1)
        assert len(at_work) == 1  # one at a time
        going.set()
        assert goes_on.wait(20)
        at_work.pop()
        return load(*given)

    monkeypatch.setattr(imports, "load", slowly)

    async def ask(client):
        posts = [
            asyncio.create_task(client.post("/api/v1/archive", headers=GZIP, content=elsewhere))
            for _ in range(MOST)
        ]
        await asyncio.to_thread(going.wait, 20)
        await asyncio.sleep(0.2)
        refused = await client.post("/api/v1/archive", headers=GZIP, content=elsewhere)
        also = await client.get("/api/v1/archive?population=1")
        other = await client.get("/api/v1/spaces")
        goes_on.set()
        return refused, also, other, await asyncio.gather(*posts)

    refused, also, other, posts = asked(sqlite, ask)
    assert (refused.status_code, also.status_code, other.status_code) == (503, 503, 200)
    assert "others" in refused.json()["detail"][0]["message"]
    assert refused.headers["retry-after"]
    assert [one.status_code for one in posts] == [201] * MOST
