"""Passwords: which are taken, and what is stored of one."""

import pytest

from services.errors import Refused
from services.people import passwords


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "fourteen chars",
        "passwordpassword",
        "Password12345678",
        "123456789012345",
        "qwertyuiopasdfghjkl",
        "aaaaaaaaaaaaaaaaaaa",
        "correct horse battery staple",
        "netspace-netspace",
        "annannannannann",
        "x" * 1001,
    ],
)
def test_what_is_tried_first_is_refused_without_being_repeated(password):
    with pytest.raises(Refused) as refused:
        passwords.require_good(password, "ann")
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password", ["five plain words in a row", "ß" * 5 + "öäüéèçñ wörter", "k9#vQ!pm2Lz@w8Rt"]
)
def test_what_is_long_and_no_word_of_the_lists_is_taken(password):
    passwords.require_good(password, "ann")


def test_what_is_stored_is_argon2id_as_recommended():
    stored = passwords.hashed("five plain words in a row")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches("five plain words in a row", stored)
    assert not passwords.matches("five plain words in a raw", stored)


@pytest.mark.parametrize("stored", [None, "", "plain", "$2b$12$abcdefghijklmnopqrstuv"])
def test_nothing_matches_what_is_no_hash(stored):
    assert not passwords.matches("five plain words in a row", stored)
    assert not passwords.matches("", stored)


def test_a_password_without_end_is_not_hashed():
    assert not passwords.matches("a" * 5_000_000, passwords.hashed("a" * 1_000))
