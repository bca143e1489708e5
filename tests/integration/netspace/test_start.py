"""What keeps a part from starting is said in one line, with what to set or do."""

import socket

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from netspace.cli import app


@pytest.fixture
def start(monkeypatch, tmp_path, port):
    """Starts a part that can't; its last line."""
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NETSPACE_PORT", str(port))
    monkeypatch.setenv("NETSPACE_BROKER_URL", "redis://127.0.0.1:1/0")

    def start(*command):
        ended = CliRunner().invoke(app, command)
        assert ended.exit_code == 1, ended.output
        assert isinstance(ended.exception, SystemExit)
        return ended.output.splitlines()[-1]

    return start


@pytest.mark.parametrize("command", [["web"], ["web", "--processes=2"], ["worker"]])
def test_a_database_of_another_version(start, tmp_path, migrated, command):
    file = tmp_path / "netspace.db"
    file.write_bytes(migrated.read_bytes())
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert "`netspace migrate` brings it to this one" in start(*command)


COMMANDS = [["up"], ["web"], ["worker"], ["prepare"], ["broker", "--port=1"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_a_data_folder_that_is_none(start, tmp_path, monkeypatch, command):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(tmp_path / "file" / "data"))
    assert "NETSPACE_DATA_DIR" in start(*command)


@pytest.mark.parametrize("command", [["web"], ["up"], ["web", "--processes=2"]])
def test_an_address_that_is_taken(start, tmp_path, migrated, monkeypatch, command):
    (tmp_path / "netspace.db").write_bytes(migrated.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("NETSPACE_PORT", str(other.getsockname()[1]))
        assert "is in use" in start(*command)
