"""Attempts and what is believed of a provider's words."""

import pytest

from server.oidc import Attempt, Registration, Untrusted, believed

LAB = Registration("https://login.example", "netspace", "a secret", "the university", "roles")


def test_an_attempt_is_known_by_its_cookie_alone():
    attempt = Attempt.begin("/app/queue?group=a;b, c")
    assert Attempt.of(attempt.cookie) == attempt
    assert len({attempt.state, attempt.nonce, attempt.verifier, attempt.secret}) == 4
    assert attempt.began(attempt.state)
    assert not attempt.began(Attempt.begin("/").state)
    assert not attempt.began("")


@pytest.mark.parametrize("cookie", ["", "x", ".", "x" * 42 + ".%2F", "é" * 43, "x" * 44 + "./"])
def test_a_cookie_that_is_none_begins_nothing(cookie):
    assert Attempt.of(cookie) is None


def test_a_secret_is_in_no_text_of_a_registration_or_an_attempt():
    attempt = Attempt.begin("/")
    assert attempt.secret not in repr(attempt)
    assert "a secret" not in repr(LAB)


@pytest.mark.parametrize(
    ("said", "email"),
    [
        ({"email": "a@lab.org", "email_verified": True}, "a@lab.org"),
        ({"email": "a@lab.org", "email_verified": "true"}, "a@lab.org"),
        ({"email": "a@lab.org", "email_verified": False}, ""),
        ({"email": "a@lab.org", "email_verified": "false"}, ""),
        ({"email": "a@lab.org", "email_verified": 0}, ""),
        ({"email": "a@lab.org"}, ""),
        ({"email": "a@evil.org@lab.org", "email_verified": True}, ""),
        ({"email": ["a@lab.org"], "email_verified": True}, ""),
        ({"email": "a@evil.org\n@lab.org", "email_verified": True}, ""),
        ({}, ""),
    ],
)
def test_an_e_mail_address_is_one_and_verified(said, email):
    assert believed(LAB, {"sub": "a1"}, {"sub": "a1"} | said).email == email


@pytest.mark.parametrize(
    ("groups", "read"),
    [
        (["a", "b"], {"a", "b"}),
        ("a", {"a"}),
        ([1, None, "a"], {"a"}),
        ({}, set()),
        (None, set()),
    ],
)
def test_groups_are_texts_of_the_claim_that_has_them(groups, read):
    told = {"sub": "a1", "roles": groups, "groups": ["others"]}
    assert believed(LAB, {"sub": "a1"}, told).groups == read


@pytest.mark.parametrize("other", ["b2", "", None, 1])
def test_both_speak_of_the_same_person(other):
    with pytest.raises(Untrusted):
        believed(LAB, {"sub": "a1"}, {"sub": other})
    with pytest.raises(Untrusted):
        believed(LAB, {"sub": other}, {"sub": "a1"})
