"""Who may do what: the table, for every role and scope."""

import pytest

from services.acting import permission
from services.acting.actor import EVERY, LOCAL, NOBODY, Actor, Role, Scope
from services.acting.permission import RULES, Verb, Visibility, sees
from services.errors import Forbidden
from services.people import tokens

OWNER, OTHER, VIEWER = (
    Actor("max", Role.MEMBER, 2),
    Actor("mia", Role.MEMBER, 3),
    Actor("vera", Role.VIEWER, 4),
)
ADMIN = Actor("ann", Role.ADMIN, 1)


def test_every_verb_has_a_rule():
    assert set(RULES) == set(Verb)


@pytest.mark.parametrize("verb", Verb)
def test_who_is_more_may_all_that_who_is_less_may(verb):
    allowed = [verb in permission.open_to(Actor("x", role, 1)) for role in Role]
    assert allowed == sorted(allowed)


def test_a_viewer_changes_nothing():
    assert permission.open_to(VIEWER) == ["see", "account"]


def test_a_member_neither_manages_people_nor_reads_the_audit():
    closed = set(Verb) - set(permission.open_to(OWNER))
    assert closed == {Verb.PEOPLE, Verb.AUDIT, Verb.PURGE, Verb.METRICS}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", [one for one in Verb if one is not Verb.SEE])
def test_a_token_to_read_does_nothing_else_whoevers_it_is(role, verb):
    with pytest.raises(Forbidden):
        permission.require(Actor("x", role, 1, frozenset({Scope.READ})), verb)


@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [
        (Visibility.PRIVATE, [OWNER, ADMIN, LOCAL]),
        (Visibility.LAB, [OWNER, ADMIN, LOCAL, OTHER, VIEWER]),
        (Visibility.PUBLIC, [OWNER, ADMIN, LOCAL, OTHER, VIEWER, NOBODY]),
    ],
)
def test_what_is_private_is_there_for_its_owner_and_administrators(visibility, seen_by):
    everybody = [OWNER, ADMIN, LOCAL, OTHER, VIEWER, NOBODY]
    assert [one for one in everybody if sees(one, OWNER.id, visibility)] == [
        one for one in everybody if one in seen_by
    ]


def test_what_belongs_to_nobody_is_in_the_hands_of_administrators():
    hands = [
        one.name for one in (OWNER, VIEWER, NOBODY, ADMIN) if permission.may_change(one, None)
    ]
    assert hands == ["ann"]


def test_scopes_are_cut_with_the_role():
    assert tokens.OF_ROLE[Role.ADMIN] == EVERY
    for less, more in zip(Role, list(Role)[1:], strict=False):
        assert tokens.OF_ROLE[less] <= tokens.OF_ROLE[more]
    assert Scope.SUBMIT not in tokens.OF_ROLE[Role.VIEWER]
