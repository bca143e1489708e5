"""Commands that rename, tag, archive, delete and restore, asked of a running server."""

import json

import pytest
from served import Served
from typer.testing import CliRunner

from netspace.cli import app


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("commands") / "netspace.db")
    served.measured("A", 10, 11, 12)
    served.start()
    yield served
    served.close()


@pytest.fixture
def run(served):
    def run(*words):
        said = CliRunner().invoke(
            app, [*words], env={"NETSPACE_URL": served.url, "COLUMNS": "200"}
        )
        return said.exit_code, said.stdout.strip()

    return run


def test_a_population_is_renamed_archived_deleted_and_restored(run):
    assert run("rename", "A", "B") == (0, "population 1, B: has this name")
    assert run("rename", "A", "C")[0] == 1
    assert run("archive", "B") == (0, "population 1, B: is archived")
    assert "B" not in run("populations")[1]
    assert "B" in run("populations", "--archived")[1]
    assert run("archive", "1", "--undo")[0] == 0
    code, said = run("delete", "B")
    assert (code, "`netspace undelete 1` brings it back" in said) == (0, True)
    assert run("populations", "--json") == (0, "[]")
    assert "B" in run("populations", "--deleted")[1]
    assert run("undelete", "1", "--name", "A") == (0, "population 1, A: is back")


def test_tags_and_notes_are_written_and_read(run):
    assert run("tag", "A", "Talk", "to do") == (0, "talk to-do")
    assert run("tag", "A", "talk", "--remove") == (0, "to-do")
    assert run("tag", "A") == (0, "to-do")
    assert run("note", "A") == (0, "no note")
    assert run("note", "A", "first\nsecond") == (0, "first\nsecond")
    assert run("note", "A", "best", "--network", "1") == (0, "best")
    told = json.loads(run("note", "A", "--json")[1])
    assert (told["text"], told["tags"], told["version"]) == ("first\nsecond", ["to-do"], 3)
    assert "A" in run("populations", "second to-do")[1]
    assert run("tag", "A", "a,b")[0] == 1
