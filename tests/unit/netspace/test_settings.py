"""Settings come from NETSPACE_ variables, and a wrong one is told in a line of its own."""

from pathlib import Path

import pytest

from netspace import settings
from netspace.settings import Settings, WrongSettings


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(settings.variable(name), raising=False)


def test_nothing_has_to_be_set():
    chosen = settings.load()
    assert (chosen.host, chosen.port, chosen.demo) == ("127.0.0.1", 8050, True)
    assert chosen.database == f"sqlite:///{Path('var').absolute()}/netspace.db"


def test_each_setting_is_a_variable_and_says_what_it_is_for():
    for name, field in Settings.model_fields.items():
        assert settings.variable(name) == f"NETSPACE_{name.upper()}"
        assert field.description


def test_a_variable_overrides_its_default(monkeypatch):
    monkeypatch.setenv("NETSPACE_PORT", "9000")
    monkeypatch.setenv("NETSPACE_DEMO", "0")
    monkeypatch.setenv("NETSPACE_LOG_LEVEL", "WARNING")
    chosen = settings.load()
    assert (chosen.port, chosen.demo, chosen.log_level) == (9000, False, "warning")


def test_an_empty_variable_is_an_unset_one(monkeypatch):
    monkeypatch.setenv("NETSPACE_DATABASE_URL", "")
    assert settings.load().database.startswith("sqlite:///")


def test_the_data_folder_does_not_move_with_the_working_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("NETSPACE_DATA_DIR", "data")
    monkeypatch.chdir(tmp_path)
    chosen = settings.load()
    monkeypatch.chdir("/")
    assert chosen.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("NETSPACE_PORT", "99999", "less than or equal to 65535"),
        ("NETSPACE_PORT", "web", "valid integer"),
        ("NETSPACE_DEMO", "perhaps", "valid boolean"),
        ("NETSPACE_SLOTS", "0", "greater than or equal to 1"),
        ("NETSPACE_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("NETSPACE_DATABASE_URL", "mysql://host/name", "sqlite:/// or postgresql+psycopg://"),
        ("NETSPACE_BROKER_URL", "amqp://host", "redis:// or rediss://"),
        ("NETSPACE_HEARTBEAT_SECONDS", "20", "at most half of NETSPACE_LEASE_SECONDS (30)"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_is_allowed(
    monkeypatch, name, value, allowed
):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as told:
        settings.load()
    (line,) = str(told.value).splitlines()
    assert line.startswith(f'{name} is "{value}": ')
    assert allowed in line


def test_all_wrong_values_are_told_at_once(monkeypatch):
    monkeypatch.setenv("NETSPACE_PORT", "0")
    monkeypatch.setenv("NETSPACE_SLOTS", "many")
    with pytest.raises(WrongSettings) as told:
        settings.load()
    assert len(str(told.value).splitlines()) == 2


def test_a_password_is_never_shown(monkeypatch):
    assert settings.shown("redis://:secret@host:1/0") == "redis://:***@host:1/0"
    monkeypatch.setenv("NETSPACE_DATABASE_URL", "mysql://me:secret@host/name")
    with pytest.raises(WrongSettings) as told:
        settings.load()
    assert "secret" not in str(told.value)


def test_a_misspelt_variable_is_noticed(monkeypatch):
    monkeypatch.setenv("NETSPACE_PROT", "9000")
    assert settings.misspelt()["NETSPACE_PROT"] == "NETSPACE_PORT"
