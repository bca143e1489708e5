"""Whom a provider's word lets in, as what, and how he is called."""

from itertools import islice

import pytest

from services.acting.actor import Role
from services.people.providers import Claims, Terms, names


def said(**given):
    return Claims("https://login.example", "a1", **given)


@pytest.mark.parametrize(
    ("email", "comes_in"),
    [
        ("a@lab.org", True),
        ("A@LAB.ORG", True),
        ("a@lab.org.evil.org", False),
        ("a@notlab.org", False),
        ("a@sub.lab.org", False),
        ("a@evil.org@lab.org", False),
        ("@", False),
        ("lab.org", False),
        ("group:staff", False),
        ("", False),
    ],
)
def test_a_domain_is_the_whole_of_it(email, comes_in):
    assert Terms(frozenset({"@lab.org", "group:staff"})).admit(said(email=email)) is comes_in


@pytest.mark.parametrize(
    ("groups", "comes_in"),
    [({"staff", "x"}, True), ({"Staff"}, False), ({"@lab.org"}, False), (set(), False)],
)
def test_or_a_group_by_its_exact_name(groups, comes_in):
    terms = Terms(frozenset({"@lab.org", "group:staff"}))
    assert terms.admit(said(groups=frozenset(groups))) is comes_in


def test_without_a_word_on_it_all_come_in():
    assert Terms().admit(said())


def test_groups_make_somebody_the_most_that_one_of_them_does():
    terms = Terms(admins=frozenset({"bosses"}), members=frozenset({"staff"}))
    for groups, role in (
        ({"staff", "bosses"}, Role.ADMIN),
        ({"staff"}, Role.MEMBER),
        ({"others"}, Role.VIEWER),
    ):
        assert terms.role(said(groups=frozenset(groups))) is role
    assert Terms().role(said(groups=frozenset({"bosses"}))) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": "Ann Müller"}, "ann-muller"),
        ({"name": "ann@lab.org"}, "ann@lab.org"),
        ({"email": "max.m@lab.org"}, "max.m"),
        ({"name": "<img src=x onerror=alert(1)>"}, "img-src-x-onerror-alert-1"),
        ({"name": "李"}, "person"),
        ({"name": "-+."}, "person"),
        ({"name": "a" * 500}, "a" * 50),
        ({"name": "netspace"}, "netspace-2"),
        ({"name": "Guest"}, "guest-2"),
        ({}, "person"),
    ],
)
def test_a_name_is_made_fit(given, name):
    assert next(names(said(**given))) == name


def test_there_is_always_another_name():
    assert [*islice(names(said(name="Ann")), 3)] == ["ann", "ann-2", "ann-3"]
