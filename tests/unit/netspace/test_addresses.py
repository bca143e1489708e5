"""Addresses of servers: read strictly, passed on in one spelling, shown without a password."""

from urllib.parse import quote

import pytest
from redis import Redis
from sqlalchemy import make_url

from netspace import addresses, settings
from netspace.settings import WrongSettings

REDIS = [
    "redis://:{}@127.0.0.1:6390/0",
    "redis://lab:{}@broker.example:6390/0",
    "rediss://:{}@[::1]:6390/0?ssl_cert_reqs=none",
    "redis://127.0.0.1:6390/0?password={}",
    "redis://127.0.0.1/0?username=lab&password={}",
    "rediss://127.0.0.1/0?ssl_password={}",
    "redis:/:{}@127.0.0.1",
    "{}@127.0.0.1",
]
POSTGRESQL = [
    "postgresql+psycopg://lab:{}@127.0.0.1/n",
    "postgresql+psycopg://127.0.0.1:1/n?user=lab&password={}",
    "postgresql+psycopg:///n?host=/var/run&password={}",
    "postgresql+psycopg://lab@127.0.0.1/n?sslpassword={}&sslmode=require",
    "postgresql://lab:{}@127.0.0.1/n",
    "mysql://lab:{}@127.0.0.1/n",
]
SECRETS = ["left@right", "left:right", "left/right", "left?right", "left#right", "left%40right"]
SECRETS += ["left right", "left&right", "left;right", "left+right", "right", "left@:right@"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("url", [*REDIS, *POSTGRESQL])
def test_nothing_of_a_password_is_shown(monkeypatch, url, secret):
    variable = "NETSPACE_BROKER_URL" if url in REDIS else "NETSPACE_DATABASE_URL"
    monkeypatch.setenv(variable, url.format(secret))
    said = [addresses.shown(url.format(secret))]
    try:
        chosen = settings.load()
        said += [repr(chosen), str(chosen)]
        for name in settings.ADDRESSES:
            said.append(settings.shown(getattr(chosen, name), name))
    except WrongSettings as wrong:
        said.append(str(wrong))
    for text in said:
        assert "left" not in text
        assert "right" not in text


@pytest.mark.parametrize("secret", ["a@b", "a:b", "a%b", "a b", "100%sure", "a&b=c", "ü"])
@pytest.mark.parametrize("url", REDIS[:1] + REDIS[3:4])
def test_a_brokers_password_is_the_same_wherever_it_stands(url, secret):
    given = url.format(quote(secret, safe=""))
    with Redis.from_url(addresses.broker(given)) as broker:
        assert broker.connection_pool.connection_kwargs["password"] == secret
    assert "?" not in addresses.broker(given)  # Celery would not find it there


@pytest.mark.parametrize("url", POSTGRESQL[:2])
@pytest.mark.parametrize("secret", ["a@b", "a:b", "a/b", "a%b", "a b", "a&b=c", "ü"])
def test_a_databases_password_is_the_same_wherever_it_stands(url, secret):
    read = make_url(addresses.database(url.format(quote(secret, safe=""))))
    assert (read.username, read.password) == ("lab", secret)
    assert (read.host, read.database, dict(read.query)) == ("127.0.0.1", "n", {})


def test_a_password_may_hold_an_at_as_it_is():
    read = make_url(addresses.database("postgresql+psycopg://lab:a@b@127.0.0.1:5432/n"))
    assert (read.password, read.host, read.port) == ("a@b", "127.0.0.1", 5432)
    with Redis.from_url(addresses.broker("redis://:a@b@127.0.0.1:6390/0")) as broker:
        assert broker.connection_pool.connection_kwargs["password"] == "a@b"


def test_an_address_without_a_password_stays_as_it_is():
    for url in ("redis://127.0.0.1:1/0", "rediss://h:6379/2?ssl_cert_reqs=none"):
        assert addresses.broker(url) == url
    for url in ("postgresql+psycopg://lab@h/n?sslmode=require", "sqlite:////a/b.db?timeout=3"):
        assert addresses.database(url) == url


@pytest.mark.parametrize(
    "name",
    [
        "a?b=1",
        "fifty%20percent",
        "100%",
        "a#b",
        "a b",
        "ü",
        "a:b@c",
        "a;b&c+d",
        "[a]",
        ":memory:",
    ],
)
def test_a_database_lies_in_its_folder_whatever_its_name(tmp_path, name):
    from db.session import Database

    folder = tmp_path / name
    folder.mkdir()
    database = Database(addresses.sqlite(folder / "netspace.db"))
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE t (x)")
    assert database.shrink_log()
    database.dispose()
    assert [file.name for file in tmp_path.rglob("*.db")] == ["netspace.db"]
    assert (folder / "netspace.db").stat().st_size > 0


def test_a_parameter_that_sqlite_does_not_know_is_told():
    with pytest.raises(ValueError, match="knows no a; a \\? of the file's name is %3F"):
        addresses.database("sqlite:////data/ratio?a=1/netspace.db")


def test_a_data_folder_that_is_not_utf_8_is_told(monkeypatch):
    monkeypatch.setenv("NETSPACE_DATA_DIR", "/data/caf\udce9")
    with pytest.raises(WrongSettings) as told:
        settings.load()
    assert str(told.value).startswith(
        r'NETSPACE_DATA_DIR is "/data/caf\udce9": should be named in UTF-8'
    )
