"""Commands that ask a running server: status, populations, edf, compare, watch."""

import json
import threading

import pytest
from served import Served
from typer.testing import CliRunner

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
