"""Commands that ask a running server, or the local database without one."""

import json
import threading

import pandas as pd
import pytest
from served import Served
from typer.testing import CliRunner

from db import migrations
from netspace import terminal
from netspace.cli import app

ERRORS = [*range(10, 33), float("inf")]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("terminal") / "netspace.db")
    served.measured("A [b]", *ERRORS)
    served.measured("B", *(error + 20 for error in ERRORS))
    served.create("C", 2, seed=9, training_seed=9)
    served.start()
    yield served
    served.close()


@pytest.fixture
def run(served):
    def run(*words, url=served.url):
        return CliRunner().invoke(app, [*words], env={"NETSPACE_URL": url, "COLUMNS": "200"})

    return run


def test_status_adds_up_what_all_populations_have(run, served):
    said = run("status")
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        f"{served.url}: 3 populations of 50 networks",
        "48 done, 2 queued",
        "no worker",
    ]
    told = json.loads(run("status", "--json").stdout)
    assert (told["populations"], told["total"], told["done"]) == (3, 50, 48)
    assert told["workers"] == []


def test_populations_are_a_table_or_what_rest_says(run):
    first, *lines = run("populations").stdout.splitlines()
    assert first.split() == ["id", "name", "space", "regime", "progress"]
    assert lines[0].split()[:3] == ["1", "A", "[b]"]
    assert lines[2].rstrip().endswith("0 of 2")
    told = json.loads(run("populations", "--json").stdout)
    assert [one["name"] for one in told] == ["A [b]", "B", "C"]
    assert told[0]["progress"]["done"] == 24
    assert "connection" not in told[0]


def test_an_edf_is_drawn_from_the_least_error_to_the_largest(run):
    said = run("edf", "A [b]")
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0] == "A [b]: 24 networks, 1 of them diverged"
    assert lines[1].startswith("1.0 ┤")
    assert lines[12].startswith("0.0 ┤")
    least, _, most, *unit = lines[13].split()
    assert float(least) <= 10
    assert float(most) >= 32
    assert unit == ["%", "error"]
    assert lines[14] == "best 10.00 %"
    told = json.loads(run("edf", "1;depth=1..", "--json").stdout)
    assert told["selection"]["n"] == 24
    assert len(told["error"]) == len(told["share"]) > 100


def test_an_edf_of_nothing_says_so(run):
    said = run("edf", "C")
    assert said.stdout == "C: 0 networks, 0 of them diverged\n"


def test_sides_are_compared_by_name_or_id(run):
    said = run("compare", "A [b]", "2;depth=1..")
    assert said.exit_code == 0, said.output
    assert "24 networks, median" in said.stdout
    assert "is better" in said.stdout
    told = json.loads(run("compare", "1", "B", "--json").stdout)
    assert told["pairs"][0]["outcome"] == "A"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("edf", "D"), 1, "no population 'D'; there are 'A [b]', 'B', 'C'"),
        (("edf", "1;depht=5"), 1, "depht"),
        (("edf", "1;depth"), 2, "column=constraint"),
        (("compare", "1"), 1, "side"),
        (("status", "--url", "ftp://a"), 2, "url: should be http"),
    ],
)
def test_what_is_refused_ends_the_command_with_a_line(run, words, code, said):
    ended = run(*words)
    assert ended.exit_code == code
    assert said in ended.stderr
    assert ended.stdout == ""


def test_watching_ends_with_the_last_job(run, served):
    id = served.create("W", 2, seed=11, training_seed=11)
    trainer = threading.Thread(target=served.record, args=(9.0, 10.0), kwargs={"of": id})
    trainer.start()
    said = run("watch", "W", "--json")
    trainer.join()
    events = [json.loads(line) for line in said.stdout.splitlines()]
    assert events[-1]["progress"]["ended"]
    assert {event["population"] for event in events} == {id}
    assert run("watch", "W").stdout.startswith("W: 2 of 2")


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_networks_are_exported_in_the_form_that_the_file_is_named_by(run, tmp_path, form):
    file = tmp_path / f"rows.{form}"
    words = ("A [b]", "error=..15", "--columns", "error", "--sort", "-error")
    said = run("export", *words, "-o", str(file))
    assert said.exit_code == 0, said.output
    assert said.stdout == f"netspace: {file} has {file.stat().st_size:,} bytes\n"
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "arrow": pd.read_feather}[form]
    assert read(file)["error"].tolist() == [15, 14, 13, 12, 11, 10]


def test_a_form_that_is_named_counts_more_than_the_files_name(run, tmp_path):
    file = tmp_path / "rows.dat"
    said = run("export", "1;error=..12", "--format", "csv", "-o", str(file), "--json")
    assert json.loads(said.stdout) == {
        "file": str(file),
        "bytes": file.stat().st_size,
        "population": 1,
        "format": "csv",
    }
    assert len(file.read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("1", "-o", "rows.xls"), 2, "path: should end in .csv, .parquet, .arrow"),
        (("1;depht=5", "-o", "rows.csv"), 1, "depht"),
        (("-o", "rows.csv"), 2, "what is exported?"),
        (("1", "--population", "1", "-o", "rows.csv"), 2, "what is exported?"),
        (("1", "-o", "nowhere/rows.csv"), 1, "rows.csv can't be written: No such file"),
    ],
)
def test_what_can_not_be_exported_ends_the_command_with_a_line(
    run, tmp_path, monkeypatch, words, code, said
):
    monkeypatch.chdir(tmp_path)
    ended = run("export", *words)
    assert (ended.exit_code, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert [*tmp_path.iterdir()] == []


def test_names_of_populations_are_completed_where_a_server_says_them(served, monkeypatch):
    monkeypatch.setenv("NETSPACE_URL", served.url)
    assert terminal.complete("A") == ["A [b]"]
    assert {"A [b]", "B", "C"} <= {*terminal.complete("")}
    monkeypatch.setenv("NETSPACE_URL", "http://127.0.0.1:1")
    assert terminal.complete("") == []
    asked = {
        "_NETSPACE_COMPLETE": "source_bash"
    }  # --show-completion looks for a shell above it
    script = CliRunner().invoke(app, [], prog_name="netspace", env=asked)
    assert "complete -o default -F _netspace_completion netspace" in script.stdout


@pytest.fixture
def alone(served, tmp_path, port):
    """Commands on the database of a server, at an address where none runs."""

    def run(*words, url=served.database.url):
        given = {"NETSPACE_DATABASE_URL": url, "NETSPACE_DATA_DIR": str(tmp_path)}
        settings = {"NETSPACE_URL": "", "NETSPACE_PORT": str(port), "COLUMNS": "200"}
        return CliRunner().invoke(app, [*words], env=settings | given)

    return run


def test_without_a_server_the_local_database_is_read_and_that_is_said(alone, run, tmp_path):
    here, there = alone("edf", "A [b]", "--json"), run("edf", "A [b]", "--json")
    assert json.loads(here.stdout) == json.loads(there.stdout)
    assert "no server at http://127.0.0.1:" in here.stderr
    assert "read from sqlite:///" in here.stderr
    file = tmp_path / "rows.parquet"
    assert alone("export", "B", "-o", str(file)).exit_code == 0
    assert len(pd.read_parquet(file)) == 24
    assert "no population 'D'; there are" in alone("edf", "D").stderr


@pytest.mark.parametrize("words", [("watch", "A [b]"), ("import", __file__)])
def test_what_needs_a_server_says_how_to_start_one(alone, served, words):
    before = served.standing(1)
    ended = alone(*words)
    assert ended.exit_code == 1
    assert "this needs a server, and none runs here; start one: `netspace up`" in ended.stderr
    assert served.standing(1) == before


def test_without_a_server_and_a_database_none_is_made(alone, tmp_path):
    file = tmp_path / "none.db"
    ended = alone("status", url=f"sqlite:///{file}")
    assert (ended.exit_code, file.exists()) == (1, False)
    assert f"no database {file}; start one" in ended.stderr


def test_a_database_of_another_version_is_not_read(alone, tmp_path):
    url = f"sqlite:///{tmp_path / 'older.db'}"
    migrations.upgrade(url, "0010")
    ended = alone("populations", url=url)
    assert ended.exit_code == 1
    assert "is another version's; `netspace migrate`" in ended.stderr


def test_a_database_that_nobody_has_prepared_is_said_to_be_that(alone, tmp_path):
    file = tmp_path / "new.db"
    file.touch()
    ended = alone("populations", url=f"sqlite:///{file}")
    assert ended.exit_code == 1
    assert "has no tables yet; `netspace migrate` makes them" in ended.stderr


def test_the_address_without_one_is_that_of_the_settings(served):
    given = {"NETSPACE_URL": "", "NETSPACE_PORT": str(served.port), "COLUMNS": "200"}
    said = CliRunner().invoke(app, ["status"], env=given)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith(f"{served.url}: ")


def test_an_archive_that_was_exported_is_imported_again(served, tmp_path):
    given = {"NETSPACE_DATABASE_URL": served.database.url, "NETSPACE_DATA_DIR": str(tmp_path)}
    file = tmp_path / "study.json.gz"
    for words in (("export", "--population", "B", "-o", str(file)), ("import", str(file))):
        said = CliRunner().invoke(app, [*words], env=given)
        assert said.exit_code == 0, said.output
    assert "0 added" in said.stdout
