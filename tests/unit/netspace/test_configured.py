"""Settings come from a file, too, and secrets from files of their own."""

import re
import tomllib
from pathlib import Path

import pytest

from netspace import settings
from netspace.settings import MAY_BE_FILES, Settings, WrongSettings, variable

SHIPPED = Path("ops/netspace.toml").absolute()
ADDRESS = "postgresql+psycopg://ann:s3cret@host/lab"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.delenv("NETSPACE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def configure(monkeypatch, tmp_path):
    def configure(text, name="lab.toml"):
        file = tmp_path / name
        file.write_text(text)
        monkeypatch.setenv("NETSPACE_CONFIG", str(file))
        return file

    return configure


def test_a_line_of_the_file_is_a_setting(configure):
    configure('port = 9000\ndemo = false\nhost = "0.0.0.0"\nauth = "accounts"\n')
    chosen = settings.load()
    assert (chosen.port, chosen.demo, chosen.host) == (9000, False, "0.0.0.0")


def test_the_environment_wins_also_by_saying_that_something_is_unset(configure, monkeypatch):
    configure('port = 9000\ndatabase_url = "sqlite:///other.db"\nslots = 3\n')
    monkeypatch.setenv("NETSPACE_PORT", "9001")
    monkeypatch.setenv("NETSPACE_DATABASE_URL", "")
    chosen = settings.load()
    assert (chosen.port, chosen.database_url, chosen.slots) == (9001, None, 3)


def test_a_file_in_the_data_folder_is_read_by_itself(monkeypatch, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "netspace.toml").write_text("port = 9000\n")
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(folder))
    assert settings.load().port == 9000
    (folder / "netspace.toml").write_text('data_dir = "elsewhere"\n')
    with pytest.raises(WrongSettings, match="data_dir is no setting there"):
        settings.load()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1\n", "prot is no setting there, did you mean port?"),
        ("port = \n", "is no TOML"),
        ("port = 99999\n", 'NETSPACE_PORT is "99999"'),
        ("[web]\nport = 1\n", "web is no setting there"),
        ('port = "many"\n', "valid integer"),
        ("port = [1]\n", "valid integer"),
    ],
)
def test_what_is_wrong_in_it_is_a_line(configure, text, said):
    configure(text)
    with pytest.raises(WrongSettings) as wrong:
        settings.load()
    assert said in str(wrong.value)
    assert len(str(wrong.value).splitlines()) == 1


def test_a_file_that_is_named_and_not_there_is_wrong(monkeypatch, tmp_path):
    monkeypatch.setenv("NETSPACE_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(WrongSettings, match="No such file"):
        settings.load()


def test_an_address_may_stand_in_a_file_of_its_own(configure, monkeypatch, tmp_path):
    secret = tmp_path / "address"
    secret.write_text(f"{ADDRESS}\n")
    monkeypatch.setenv("NETSPACE_DATABASE_URL_FILE", str(secret))
    assert settings.load().database_url == ADDRESS
    assert not settings.misspelt()
    monkeypatch.delenv("NETSPACE_DATABASE_URL_FILE")
    configure(f'database_url_file = "{secret}"\n')
    assert settings.load().database_url == ADDRESS
    monkeypatch.setenv("NETSPACE_DATABASE_URL", "sqlite:///mine.db")
    assert settings.load().database_url == "sqlite:///mine.db"


@pytest.mark.parametrize("field", MAY_BE_FILES)
def test_a_secret_that_can_not_be_read_is_said_without_it(field, monkeypatch, tmp_path):
    monkeypatch.setenv(f"{variable(field)}_FILE", str(tmp_path / "none"))
    with pytest.raises(WrongSettings, match=f"{variable(field)}_FILE .* No such file"):
        settings.load()
    empty = tmp_path / "empty"
    empty.write_text("\n")
    monkeypatch.setenv(f"{variable(field)}_FILE", str(empty))
    with pytest.raises(WrongSettings, match="is empty"):
        settings.load()


def test_a_part_that_is_told_no_secret_reads_none_from_a_file(monkeypatch, tmp_path):
    """As a worker, whose supervisor unsets what it need not know."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    monkeypatch.setenv("NETSPACE_OIDC_CLIENT_SECRET_FILE", str(secret))
    monkeypatch.setenv("NETSPACE_OIDC_CLIENT_SECRET", "")
    assert settings.load().oidc_client_secret is None


@pytest.fixture(scope="module")
def shipped():
    """The lines that are shipped, without their #."""
    return re.sub(r"(?m)^#(?=\w+ = )", "", SHIPPED.read_text())


def test_the_file_that_is_shipped_has_all_settings_as_they_are_unless_set(shipped, configure):
    said = tomllib.loads(shipped)
    assert said.keys() == Settings.model_fields.keys()
    unset = Settings()
    configure(shipped)
    assert settings.load() == unset


def test_and_says_of_each_what_it_is_for(shipped):
    words = " ".join(shipped.replace("# ", " ").split())
    for name, field in Settings.model_fields.items():
        assert " ".join(field.description.split()) in words, name
