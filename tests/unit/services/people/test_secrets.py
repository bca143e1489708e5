"""Secrets: their form, and what is stored of them."""

import re
import zlib

import pytest

from services.people import secrets


def test_a_token_has_the_form_that_scanners_find():
    assert re.fullmatch(r"ns_[0-9A-Za-z]{36}", secrets.token())


def test_its_last_letters_are_the_crc32_in_base_62():
    body, check = secrets.token()[3:-6], 0
    token = "ns_" + body + "000000"
    check = zlib.crc32(body.encode())
    letters = ""
    for _ in range(6):
        check, digit = divmod(check, 62)
        letters = secrets.BASE62[digit] + letters
    assert secrets.is_token(token[:-6] + letters)


@pytest.mark.parametrize("place", [3, 10, 32, 38])
def test_a_mistyped_one_is_none(place):
    token = secrets.token()
    other = "a" if token[place] != "a" else "b"
    assert not secrets.is_token(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("text", ["", "ns_", "ns_" + "ä" * 36, "ghp_" + "a" * 36, "a" * 1000])
def test_another_text_is_none(text):
    assert not secrets.is_token(text)


def test_no_two_are_alike_and_the_stored_form_tells_nothing():
    made = {secrets.link() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43  # 256 bits
    assert not made & {secrets.digest(one) for one in made}
