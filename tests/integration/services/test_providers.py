"""Accounts of people whom a provider vouches for, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.acting import audit
from services.acting.actor import Role
from services.acting.audit import Search
from services.errors import Unknown
from services.people import providers, users
from services.people.providers import Claims, Terms

ANN = Claims("https://login.example", "a1", "ann")


def test_who_comes_for_the_first_time_in_many_browsers_at_once_has_one_account(database):
    with ThreadPoolExecutor(8) as pool:
        ids = {*pool.map(lambda _: providers.enter(database, ANN, Terms()), range(8))}
    assert len(ids) == 1
    with database.read() as session:
        assert [one.name for one in users.every(session)] == ["ann"]
        assert len(audit.found(session, Search(what="account created"))) == 1


def test_the_same_subject_of_another_provider_is_another_person(database):
    other = Claims("https://elsewhere.example", "a1", "ann")
    assert providers.enter(database, ANN, Terms()) != providers.enter(database, other, Terms())
    with database.read() as session:
        assert [one.name for one in users.every(session)] == ["ann", "ann-2"]


def test_the_providers_word_counts_even_for_the_last_administrator(database):
    id = providers.enter(database, ANN, Terms(otherwise=Role.ADMIN))
    providers.enter(database, ANN, Terms(admins=frozenset({"bosses"})))
    with database.read() as session:
        assert users.get(session, id).role == "viewer"


def test_who_is_refused_leaves_a_line_and_no_account(database):
    with pytest.raises(Unknown):
        providers.enter(database, ANN, Terms(allowed=frozenset({"@lab.org"})))
    with database.read() as session:
        assert users.every(session) == []
        (deed,) = audit.found(session, Search())
    assert (deed.what, deed.detail["subject"]) == ("login refused", "a1")
