"""The text of tokens for programs."""

import re
import zlib

import pytest

from sipsorcery_web.contract.access_token_text import (
    bearer_token,
    checksum_of,
    is_access_token,
    is_well_formed,
    new_token,
)

WELL_FORMED = f"sips_{'a' * 30}{checksum_of('a' * 30)}"
"""The same in every process of the tests, which have to name them alike."""


def test_a_token_has_the_form_that_scanners_look_for() -> None:
    assert re.fullmatch(r"sips_[0-9A-Za-z]{36}", new_token())


def test_a_new_token_is_well_formed_and_no_two_are_the_same() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(is_access_token(token) and is_well_formed(token) for token in tokens)


def test_the_checksum_is_the_crc_of_the_random_part_in_base_62() -> None:
    random = "0123456789abcdefghijABCDEFGHIJ"
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = 0
    for digit in checksum_of(random):
        number = number * 62 + digits.index(digit)
    assert (number, len(checksum_of(random))) == (zlib.crc32(random.encode()), 6)


def test_a_small_checksum_has_zeros_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "crc32", lambda _: 61)
    assert checksum_of("anything") == "00000z"


@pytest.mark.parametrize("place", [5, 20, 34, 35, 40])
def test_a_letter_changed_anywhere_is_seen(place: int) -> None:
    token = new_token()
    changed = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
    assert not is_well_formed(changed)


@pytest.mark.parametrize("text", [None, "", "ab" * 48, "SIPS_" + "a" * 36, " sips_" + "a" * 36])
def test_what_is_no_token_for_programs_is_told_apart(text: str | None) -> None:
    assert not is_access_token(text)


@pytest.mark.parametrize(
    "text", ["sips_", "sips_" + "a" * 36, "sips_" + "é" * 36, f"x{WELL_FORMED}", f"{WELL_FORMED}\n"]
)
def test_what_only_looks_like_one_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)


@pytest.mark.parametrize("header", [f"Bearer {WELL_FORMED}", f"bearer   {WELL_FORMED} ", f"BEARER {WELL_FORMED}"])
def test_the_token_of_a_header_is_found_as_rfc_6750_has_it(header: str) -> None:
    assert bearer_token(header) == WELL_FORMED


@pytest.mark.parametrize("header", [None, "", "Bearer", WELL_FORMED, f"Basic {WELL_FORMED}", "Bearer a b", "Bearer é"])
def test_other_headers_have_none(header: str | None) -> None:
    assert bearer_token(header) is None
