"""The digests of RFC 7616 and the names of secrets."""

import pytest

from sipsorcery_web.hashes import ha1, hash_secret


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "3d78807defe7de2157e2b0b6573a855f"),
        ("SHA-256", "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232"),
    ],
)
def test_ha1_is_that_of_the_example_in_rfc_7616(algorithm: str, expected: str) -> None:
    assert ha1("Mufasa", "http-auth@example.org", "Circle of Life", algorithm) == expected


def test_any_text_that_a_browser_sends_as_a_secret_has_a_name() -> None:
    assert len(hash_secret("\udce9")) == 64
