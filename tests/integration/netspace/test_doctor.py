"""The doctor: what is wrong with a set-up is said in a line, with what mends it."""

import json
import shutil
import socket
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace import checkup
from netspace.cli import app
from netspace.settings import Settings
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import census, roster

QUICK = 'print(\'{"version": "2.0", "gpus": [], "threads": 1}\')'


@pytest.fixture(autouse=True)
def quick_torch(monkeypatch):
    monkeypatch.setattr(checkup, "TORCH", QUICK)


@pytest.fixture
def folder(migrated, tmp_path):
    """A data folder of this user's alone with a migrated database."""
    tmp_path.chmod(0o700)
    shutil.copy(migrated, tmp_path / "netspace.db")
    return tmp_path


def found(folder, port, **given):
    settings = Settings(**{"data_dir": folder, "port": port, **given})
    return [*checkup.findings(settings)]


def wrong(findings):
    return {one.about: (one.said, one.mend) for one in findings if one.state == "wrong"}


def test_nothing_is_wrong_with_a_set_up_that_is_well(folder, port):
    findings = found(folder, port)
    assert not wrong(findings)
    assert {one.about for one in findings} == {
        *("Python", "torch", "settings", "data folder", "data sets", "address"),
        *("database", "clock", "workers", "broker"),
    }


def test_a_disk_on_which_workers_take_no_jobs_is_wrong(folder, port, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=1000, free=250))
    said, mend = wrong(found(folder, port, least_free_percent=30))["data folder"]
    assert "25 % of its disk: below 30 % workers take no jobs" in said
    assert "netspace gc" in mend
    for least, state in ((20, "note"), (5, "ok")):
        findings = found(folder, port, least_free_percent=least)
        assert state in {one.state for one in findings if "of its disk" in one.said}


def test_nothing_is_made_by_looking(tmp_path, port):
    findings = found(tmp_path / "none", port)
    assert not wrong(findings)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("break_it", "about", "said", "mend"),
    [
        (lambda f: f.chmod(0o777), "data folder", "written by others", "chmod go-w"),
        (
            lambda f: (f / "netspace.db").write_bytes(b"no database" * 100),
            "database",
            "not a database",
            "NETSPACE_DATABASE_URL",
        ),
    ],
)
def test_what_is_broken_is_said_with_what_mends_it(folder, port, break_it, about, said, mend):
    break_it(folder)
    told = wrong(found(folder, port))[about]
    assert said in told[0]
    assert mend in told[1]


def test_a_database_of_another_version_wants_migrating(folder, port):
    engine = create_engine(f"sqlite:///{folder / 'netspace.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert wrong(found(folder, port))["database"][1] == "netspace migrate"


def test_a_broker_or_a_database_that_does_not_answer_is_named_without_its_password(
    folder, port
):
    told = wrong(
        found(
            folder,
            port,
            broker_url="redis://:s3cret@127.0.0.1:1/0",
            database_url="postgresql+psycopg://ann:s3cret@127.0.0.1:1/lab",
        )
    )
    assert {"database", "broker"} <= told.keys()
    assert "s3cret" not in str(told)


def test_an_address_that_something_else_has_is_wrong(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        told = wrong(found(folder, other.getsockname()[1]))
    assert "in use" in told["address"][0]


def test_full_disks_are_wrong(folder, port, monkeypatch):
    full = shutil.disk_usage(folder)._replace(total=100, free=4)
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda _: full)
    assert "4 % of its disk" in wrong(found(folder, port))["data folder"][0]


def test_jobs_that_nobody_does_are_wrong_and_so_are_data_sets_that_nobody_has(folder, port):
    database = Database(f"sqlite:///{folder / 'netspace.db'}")
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "packed", DIGITS.model_copy(update={"data": "mine"}))
    spec = Spec("one", space, regime, 3, {"flops": "100k..300k"}, 0, 0)
    populations.create(database, spec)
    assert "3 jobs wait" in wrong(found(folder, port))["workers"][0]
    with database.write() as session:
        roster.report(session, "a worker", "a CPU", False, 2, ["digits"])
    told = wrong(found(folder, port))
    assert "workers" not in told
    assert "data set mine" in told["data sets"][0]
    database.dispose()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"proxies": "10.0.0.1"}, "NETSPACE_PUBLIC_URL is unset"),
        ({"public_url": "https://lab.example"}, "no proxy is believed"),
        ({"public": True}, "has no effect"),
        ({"allowed_hosts": "*"}, "any name is answered"),
    ],
)
def test_settings_that_contradict_each_other_are_noted(folder, port, given, said):
    findings = found(folder, port, **given)
    assert [one for one in findings if one.state == "note" and said in one.said]


def test_files_of_settings_that_are_not_read_or_read_by_others_are_noted(
    folder, port, monkeypatch
):
    file = folder / "lab.toml"
    file.write_text("slots = 1\n")
    file.chmod(0o644)
    monkeypatch.setenv("NETSPACE_CONFIG", str(file))
    monkeypatch.setenv("NETSPACE_BROKER_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("NETSPACE_BROKER_URL_FILE", str(file))
    said = [one.said for one in found(folder, port) if one.state == "note"]
    assert f"{file} may be read by others (644)" in said
    assert [one for one in said if "NETSPACE_BROKER_URL_FILE are set" in one]


def test_a_clock_that_differs_is_wrong(folder, port, monkeypatch):
    monkeypatch.setattr(census, "clock", lambda session: 0)
    assert "NTP" in wrong(found(folder, port))["clock"][1]


def test_a_role_is_let_in_where_it_may_read_no_table(postgresql, folder, port):
    told = found(folder, port, database_url=postgresql.url)
    assert "not migrated" not in str(told)
    assert not [one for one in wrong(told) if one == "database"]


def test_the_command_says_so_by_its_exit_code_and_as_json(folder, port, monkeypatch):
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(folder))
    monkeypatch.setenv("NETSPACE_PORT", str(port))
    run = CliRunner().invoke
    well = run(app, ["doctor"])
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "all is well")
    monkeypatch.setenv("NETSPACE_PROT", "1")
    ill = run(app, ["doctor", "--json"])
    told = json.loads(ill.output)
    assert (ill.exit_code, told["wrong"]) == (1, 1)
    [one] = [one for one in told["findings"] if one["state"] == "wrong"]
    assert one["mend"] == "NETSPACE_PORT?"
    monkeypatch.setenv("NETSPACE_PORT", "many")
    told = run(app, ["doctor"])
    assert told.exit_code == 1
    assert "NETSPACE_PORT" in told.output
