"""Codes of authenticator apps, by the test values of RFC 4226 and RFC 6238."""

from base64 import b32decode, b32encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sipsorcery_web.portal.second_factors.totp import address_of, new_secret, step_of

RFC_SECRET = b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_of_the_rfc_are_those_of_their_steps(seconds: int, code: str) -> None:
    assert step_of(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(
    ("away", "fits"), [(-61, False), (-31, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_code_fits_now_and_a_step_beside_it(away: int, fits: bool) -> None:
    of_the_rfc = datetime.fromtimestamp(1111111110, UTC)
    assert (step_of(RFC_SECRET, "050471", of_the_rfc + timedelta(seconds=away)) is not None) is fits


@pytest.mark.parametrize("typed", ["050 471", " 050471 ", "0504 71\t"])
def test_blanks_in_a_code_do_not_matter(typed: str) -> None:
    assert step_of(RFC_SECRET, typed, datetime.fromtimestamp(1111111111, UTC)) is not None


@pytest.mark.parametrize("typed", ["", "50471", "0050471", "050471x", "٠٥٠٤٧١", "-50471", "050471\x00"])
def test_what_is_not_those_six_digits_fits_nothing(typed: str) -> None:
    assert step_of(RFC_SECRET, typed, datetime.fromtimestamp(1111111111, UTC)) is None


def test_no_code_fits_a_secret_that_cannot_be_read() -> None:
    assert step_of("", "050471", NOON) is None


def test_a_new_secret_has_160_random_bits() -> None:
    secrets = {new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert {len(b32decode(secret)) for secret in secrets} == {20}


def test_an_app_reads_who_it_is_for_and_the_secret() -> None:
    parts = urlsplit(address_of(RFC_SECRET, "alice", "SIPSorcery sip.example.org"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/SIPSorcery%20sip.example.org:alice"
    assert parse_qs(parts.query) == {"secret": [RFC_SECRET], "issuer": ["SIPSorcery sip.example.org"]}
