"""Settings come from NETSPACE_ variables, and a wrong one is told in a line of its own."""

from pathlib import Path

import pytest

from netspace import settings, way_in
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


@pytest.mark.parametrize(
    ("url", "origin", "root"),
    [
        ("https://lab.example", "https://lab.example", ""),
        ("https://lab.example/", "https://lab.example", ""),
        ("http://[::1]:8443/a/b.c/", "http://[::1]:8443", "/a/b.c"),
        ("https://lab.example/netspace", "https://lab.example", "/netspace"),
        ("https://lab.example/apple", "https://lab.example", "/apple"),
    ],
)
def test_the_address_that_browsers_know_may_have_a_path(url, origin, root):
    chosen = Settings(public_url=url)
    assert (chosen.origin, chosen.root, chosen.address) == (origin, root, origin + root)
    assert way_in.door(chosen).origin == origin


@pytest.mark.parametrize(
    "url",
    ["lab.example", "https://", "https://lab.example/a b", "https://lab.example/?a=1"]
    + ["https://a@lab.example", "https://lab.example/a//b", "https://lab.example/../a"]
    + [
        "https://lab.example/app",
        "https://lab.example/api/netspace",
        "https://lab.example/%61",
    ],
)
def test_an_address_that_browsers_could_not_use_is_refused(monkeypatch, url):
    monkeypatch.setenv("NETSPACE_PUBLIC_URL", url)
    with pytest.raises(WrongSettings, match="NETSPACE_PUBLIC_URL"):
        settings.load()


PROVIDER = {
    "auth": "accounts",
    "oidc_issuer": "https://login.example",
    "oidc_client_id": "netspace",
    "oidc_client_secret": "a secret",
}


def test_a_provider_of_logins_is_called_by_its_host_unless_it_has_a_name():
    chosen = Settings(**PROVIDER)
    way_in.require(chosen)
    assert chosen.provider == "login.example"
    assert Settings(**PROVIDER, oidc_name="the university").provider == "the university"
    assert Settings().provider is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"oidc_client_secret": None}, "needs NETSPACE_OIDC_CLIENT_SECRET"),
        ({"oidc_client_id": None}, "needs NETSPACE_OIDC_CLIENT_ID"),
        ({"oidc_issuer": None}, "needs NETSPACE_OIDC_ISSUER"),
        ({"oidc_secret_file": "/nowhere"}, 'NETSPACE_OIDC_SECRET_FILE is "/nowhere": can'),
        ({"oidc_secret_file": "/dev/null"}, 'SECRET_FILE is "/dev/null": is empty'),
        ({"auth": "none"}, 'NETSPACE_AUTH is "none"'),
        ({"auth": None}, 'NETSPACE_AUTH is "none"'),
        ({"host": "0.0.0.0"}, "NETSPACE_PUBLIC_URL is unset"),
    ],
)
def test_half_a_provider_starts_nothing(given, said):
    with pytest.raises(WrongSettings) as told:
        way_in.require(Settings(**(PROVIDER | given)))
    (line,) = str(told.value).splitlines()
    assert said in line
    assert "a secret" not in line


def test_who_logs_in_by_a_provider_alone_needs_one():
    with pytest.raises(WrongSettings, match="NETSPACE_OIDC_ISSUER"):
        way_in.require(Settings(oidc_only=True))


@pytest.mark.parametrize(
    "issuer",
    ["http://login.example", "login.example", "https://", "https://a@b.example", "ftp://x"]
    + ["https://login.example/?a=1", "https://login.example/#a", "https://login.example:x"],
)
def test_an_issuer_is_an_address_that_nobody_reads_on_the_way(monkeypatch, issuer):
    monkeypatch.setenv("NETSPACE_OIDC_ISSUER", issuer)
    with pytest.raises(WrongSettings, match="NETSPACE_OIDC_ISSUER"):
        settings.load()


@pytest.mark.parametrize("allowed", ["lab.example", "@", "group:", "@lab.example evil.example"])
def test_who_is_allowed_is_a_domain_or_a_group(monkeypatch, allowed):
    monkeypatch.setenv("NETSPACE_OIDC_ALLOWED", allowed)
    with pytest.raises(WrongSettings, match="should be @DOMAIN or group:NAME"):
        settings.load()


def test_the_secret_of_a_provider_is_never_shown():
    chosen = Settings(**PROVIDER)
    assert "a secret" not in repr(chosen)
    assert settings.shown(chosen.oidc_client_secret, "oidc_client_secret") == "***"
