"""A server with accounts, and browsers and scripts of people with one."""

import contextlib

import pytest
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from db.people import UserRow
from netspace.settings import Settings
from netspace.web import create_app
from services.acting.actor import Role, Scope
from services.people import passwords, sessions, tokens, users

AS_SERVED = passwords._hashing


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """A hash costs 0.2 s by design; the tests of passwords themselves are elsewhere."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hashing", quick)


HERE = "http://127.0.0.1:8050"
API = "/api/v1"
PASSWORD = "five plain words in a row"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": HERE}
OURS = {"origin": HERE}


def application(database, **given):
    """The application on a database, without a broker; with accounts unless told otherwise."""
    return create_app(
        Settings(
            **{"auth": "accounts", "port": 8050, "broker_url": "redis://127.0.0.1:1/0"}
            | given
            | {"database_url": database.url}
        )
    )


def browser(app):
    """Somebody's browser, who is nobody yet."""
    return TestClient(app, HERE, follow_redirects=False)


def join(database, name, role="member"):
    """A new account; its id."""
    with database.durable() as session:
        return users.create(session, name, Role.of(role), PASSWORD)


def logged_in(app, name, password=PASSWORD):
    """A browser that somebody has logged in with."""
    client = browser(app)
    answer = client.post("/auth/login", data={"name": name, "password": password}, headers=OURS)
    assert answer.status_code == 303, answer.text
    client.headers |= OURS
    return client


def begin_session(database, name):
    """The secret of a session that begins as somebody's login does."""
    with database.durable() as session:
        person = session.scalars(select(UserRow).where(UserRow.name == name)).one()
        return sessions.begin(session, person.id, "a browser", "127.0.0.1")


def script(app, database, user_id, *scopes, days=None):
    """A script that shows a token of somebody's."""
    with database.durable() as session:
        role = Role.of(users.get(session, user_id).role)
        made = tokens.create(session, "script", {*map(Scope, scopes)}, days, user_id, role)
    return TestClient(app, HERE, headers={"authorization": f"Bearer {made.secret}"})


@contextlib.contextmanager
def people(database, **given):
    """The application, and a browser each of an administrator, a member and a viewer."""
    app = application(database, **given)
    for name, role in (("ann", "admin"), ("max", "member"), ("vera", "viewer")):
        join(database, name, role)
    with browser(app):
        yield app, {name: logged_in(app, name) for name in ("ann", "max", "vera")}
