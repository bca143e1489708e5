"""The reference study: declared once, queued where it lacks; and as a file at a first start."""

import numpy as np
import pytest
from archived import content, exported, measure, packed, study
from sqlalchemy import text
from typer.testing import CliRunner

from columns import constraints
from designspace import sampling
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace.cli import app
from netspace.settings import Settings
from netspace.stack.errors import CannotStart
from netspace.studies import archive
from netspace.studies.study import CHAIN, PAPERS_RANGES, Study, follow, parts, queue, title
from services.defining import regimes
from services.exchange import imports
from services.sampling import records
from services.work import schedule


@pytest.fixture
def database(sqlite):
    """Services that other tests try on both kinds."""
    return sqlite


TINY = Study(regime="digits", window="100k..300k", n=4, repeated=2, longer=1)


def names(database):
    with database.read() as session:
        return {one.name: one.n for one in records.every(session)}


def jobs(database):
    with database.read() as session:
        return session.scalar(text("SELECT count(*) FROM jobs"))


def test_the_study_is_the_papers_chain_with_seeds_and_a_longer_schedule():
    declared = {title(part): part.n for part in parts(Study())}
    assert declared == {
        "Study: AnyNetX_A (fashion-14)": 100,
        "Study: AnyNetX_C (fashion-14)": 100,
        "Study: AnyNetX_E (fashion-14)": 100,
        "Study: RegNetX (fashion-14)": 100,
        "Study: AnyNetX_A, seed 1 (fashion-14)": 20,
        "Study: AnyNetX_A, seed 2 (fashion-14)": 20,
        "Study: RegNetX, seed 1 (fashion-14)": 20,
        "Study: RegNetX, seed 2 (fashion-14)": 20,
        "Study: AnyNetX_A, 4x epochs (fashion-14-x4)": 15,
        "Study: RegNetX, 4x epochs (fashion-14-x4)": 15,
    }
    assert len(parts(Study(longer_of=CHAIN))) == 12


@pytest.mark.parametrize("name", CHAIN)
def test_all_spaces_of_the_study_have_one_range_of_depths(name):
    space = PRESETS[f"{name} small"]
    of_14_pixels = {"resolution": 14, "channels": 1, "classes": 10}
    window = constraints.parse_all({"flops": "300k..600k"}, sampling.WINDOWS)
    drawn = sampling.sample(space, 100, np.random.default_rng(0), window, **of_14_pixels)
    depths = [draw.network.depth for draw in drawn.draws]
    assert min(depths) >= 3
    assert max(depths) <= 18
    assert {len(draw.network.stages) for draw in drawn.draws} == {3}


def test_the_papers_own_constraints_leave_enough_of_the_study_of_its_ranges():
    part, beside = PAPERS_RANGES
    windows = constraints.parse_all({"flops": part.window}, sampling.WINDOWS)
    of_14_pixels = {"resolution": 14, "channels": 1, "classes": 10}

    def drawn(part):
        rng = np.random.default_rng(part.seed)
        return sampling.sample(PRESETS[part.space], part.n, rng, windows, **of_14_pixels).draws

    networks = [draw.parameters for draw in drawn(part)]
    about = [
        one
        for one in networks
        if 18 <= one["depth"] <= 22
        and one["bottleneck_ratio"] == 1
        and 2.25 <= one["wm"] <= 2.75
    ]
    assert (len(networks), len(about)) == (500, 47)
    depths = [draw.network.depth for draw in drawn(beside)]
    assert 12 <= min(depths) < 18 < 22 < max(depths) <= 28


def test_a_study_goes_on_from_its_archive(database, postgresql):
    queue(database, parts(TINY))
    with database.read() as session:
        ids = [one.id for one in records.every(session)]
    imports.load(postgresql, exported(database, ids))
    with postgresql.read() as session:
        assert {one.progress.paused > 0 for one in records.every(session)} == {True}
    queue(postgresql, parts(TINY))
    with postgresql.read() as session:
        assert {one.progress.paused for one in records.every(session)} == {0}
    assert jobs(postgresql) == jobs(database)


def test_a_study_is_queued_once_and_made_larger_where_it_lacks(database):
    ids = queue(database, parts(TINY))
    assert jobs(database) == 4 * 4 + 4 * 2 + 2 * 1
    assert queue(database, parts(TINY)) == ids
    assert jobs(database) == 4 * 4 + 4 * 2 + 2 * 1
    larger = Study(regime="digits", window="100k..300k", n=6, repeated=2, longer=1)
    assert queue(database, parts(larger)) == ids
    assert names(database)["Study: RegNetX (digits)"] == 6


def test_seeds_and_longer_schedules_are_of_the_first_networks(database):
    queue(database, parts(TINY))
    with database.read() as session:
        rows = session.execute(
            text(
                "SELECT p.name, d.network_id FROM draws d JOIN populations p"
                " ON p.id = d.population_id ORDER BY d.ordinal"
            )
        ).all()
    of = {name: [id for other, id in rows if other == name] for name, _ in rows}
    for name in ("AnyNetX_A", "RegNetX"):
        whole = of[f"Study: {name} (digits)"]
        assert of[f"Study: {name}, seed 2 (digits)"] == whole[:2]
        assert of[f"Study: {name}, 4x epochs (digits-x4)"] == whole[:1]


def test_a_population_that_only_has_the_name_is_none_of_the_study(database):
    queue(database, parts(TINY))
    with pytest.raises(CannotStart, match="is another one"):
        queue(database, parts(Study(regime="digits", window="100k..200k", n=4)))
    with pytest.raises(CannotStart, match="no regime 'none': there are digits"):
        queue(database, parts(Study(regime="none")))


def test_a_study_is_followed_to_its_end(sqlite):
    ids = queue(sqlite, parts(TINY))
    said = list(follow(sqlite, ids, pause=lambda: measure(sqlite)))
    assert said[0].startswith("0 of 26 trained, 0 without a result")
    assert said[-1].startswith("25 of 26 trained, 1 without a result")


def test_a_study_that_is_paused_says_so(sqlite):
    ids = queue(sqlite, parts(TINY))
    with sqlite.durable() as session:
        schedule.set_paused(session, ids[0], True)
    assert "4 are paused" in next(follow(sqlite, ids, pause=lambda: None))


@pytest.fixture
def settings(tmp_path, sqlite):
    """A first start with a study in the reference folder, made in a database of its own."""
    ids = study(sqlite)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "study.json.gz").write_bytes(exported(sqlite, ids))
    return Settings(data_dir=tmp_path, reference_dir=tmp_path / "reference")


def test_a_reference_study_comes_in_once(postgresql, settings):
    [said] = archive.load_reference(postgresql, settings)
    assert said == "study.json.gz: 7 results of a finished study"
    assert names(postgresql) == {"Study: tied": 6, "Study: seed 1": 2}
    assert archive.load_reference(postgresql, settings) == []


def test_a_reference_study_that_is_refused_stops_nothing(postgresql, settings):
    wrong = content((settings.reference_dir / "study.json.gz").read_bytes()) | {"version": 9}
    (settings.reference_dir / "a.json.gz").write_bytes(packed(wrong))
    first, second = archive.load_reference(postgresql, settings)
    assert "version: Input should be 1, got 9" in first
    assert second.startswith("study.json.gz: 7 results")


def test_without_a_demo_nothing_is_imported(settings):
    assert archive.to_load(settings.model_copy(update={"demo": False})) == []


def test_the_command_line_exports_imports_and_says_what_came_in(
    sqlite, create, tmp_path, monkeypatch
):
    id = create(3, name="mine")
    measure(sqlite)
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(tmp_path))
    file, run = tmp_path / "mine.json.gz", CliRunner().invoke
    for name in ("mine", str(id)):
        told = run(app, ["export", "--population", name, "-o", str(file), "--commit", "c0ffee"])
        assert told.exit_code == 0
        [population] = content(file.read_bytes())["populations"]
        assert population["provenance"]["commit"] == "c0ffee"
    told = run(app, ["export", "--population", "yours", "-o", str(file)])
    assert told.exit_code == 1
    assert "no population 'yours'; there are: mine" in told.output
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(tmp_path / "elsewhere"))
    told = run(app, ["import", str(file)])
    assert "results            2 added,       0 already there" in told.output
    file.write_bytes(b"nonsense")
    told = run(app, ["import", str(file)])
    assert told.exit_code == 1
    assert "one whole gzip file" in told.output


def test_the_studys_longer_regime_differs_in_its_epochs_only(database):
    queue(database, parts(TINY))
    with database.read() as session:
        [one] = [p for p in records.every(session) if p.regime_name == "digits-x4"][:1]
        longer = regimes.get(session, one.regime_id).regime
    assert longer == DIGITS.model_copy(update={"epochs": 40})
