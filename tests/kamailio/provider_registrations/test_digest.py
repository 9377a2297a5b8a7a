"""Answers to digest challenges."""

import pytest

from sipsorcery_web.kamailio.provider_registrations.digest import Challenge, Credentials, challenges_in

MUFASA = Credentials("Mufasa", "Circle of Life")
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OF_RFC_7616 = (
    f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={{}}, nonce="{NONCE}", opaque="FQhe/q"'
)


def challenge(value: str, name: str = "www-authenticate") -> Challenge:
    (found,) = challenges_in([(name, value)])
    return found


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616_come_out(algorithm: str, response: str) -> None:
    asked = challenge(OF_RFC_7616.format(algorithm))

    header = asked.authorization(MUFASA, "GET", "/dir/index.html", CNONCE)

    assert f'response="{response}"' in header
    assert header.startswith('Authorization: Digest username="Mufasa", realm="http-auth@example.org"')
    assert f"algorithm={algorithm}" in header
    assert 'opaque="FQhe/q"' in header


def test_without_a_quality_the_older_answer_is_given() -> None:
    asked = challenge('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')

    header = asked.authorization(Credentials("Mufasa", "Circle Of Life"), "GET", "/dir/index.html")

    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in header  # RFC 2069, as corrected
    assert "qop" not in header
    assert "cnonce" not in header


def test_a_proxys_challenge_is_answered_to_the_proxy() -> None:
    asked = challenge('Digest realm="r", nonce="n"', "proxy-authenticate")

    assert asked.authorization(MUFASA, "REGISTER", "sip:r").startswith("Proxy-Authorization: ")


def test_a_realm_with_quotes_is_hashed_without_and_sent_with_its_escapes() -> None:
    asked = challenge(r'Digest realm="say \"hi\\\"", nonce="n, 1"')

    assert asked.realm == 'say "hi\\"'
    header = asked.authorization(MUFASA, "REGISTER", "sip:r")
    assert r'realm="say \"hi\\\"", nonce="n, 1"' in header


@pytest.mark.parametrize(
    ("value", "is_answerable"),
    [
        ('Digest realm="r", nonce="n"', True),
        ("digest REALM=r,NONCE=n", True),
        ('Digest realm="r",nonce="n",algorithm="md5"', True),
        ('Digest realm="r", nonce="n", algorithm=MD5-sess', True),
        ('Digest realm="r", nonce="n", algorithm=SHA-512-256', True),
        ('Digest realm="r", nonce="n", qop="auth-int"', True),
        ('Digest realm="r", nonce="n", qop="auth-conf"', False),
        ('Digest realm="r", nonce="n", algorithm=AKAv1-MD5', False),
        ('Digest realm="r"', False),
        ('Basic realm="r"', False),
        ("Bearer", False),
    ],
)
def test_what_can_be_answered(value: str, is_answerable: bool) -> None:
    assert challenge(value).is_answerable is is_answerable


def test_several_challenges_are_found_in_their_order() -> None:
    found = challenges_in([
        ("www-authenticate", 'Basic realm="a", Digest realm="b", nonce="n", algorithm=SHA-256, Digest realm="c",nonce=""'),
        ("proxy-authenticate", 'Digest realm="d", nonce="n"'),
        ("date", "today"),
    ])  # fmt: skip

    assert [(each.scheme, each.realm, each.is_proxy) for each in found] == [
        ("Basic", "a", False),
        ("Digest", "b", False),
        ("Digest", "c", False),
        ("Digest", "d", True),
    ]


@pytest.mark.parametrize(
    "value", ["", ",,,", '"', "=", 'realm="x"', "\x00" * 50, "Digest " + 'a="' * 5000, "x" * 60000]
)
def test_what_is_no_challenge_is_none_that_can_be_answered(value: str) -> None:
    assert not any(each.is_answerable for each in challenges_in([("www-authenticate", value)]))


def test_what_was_asked_for_can_be_told() -> None:
    assert challenge('Digest realm="r", nonce="n", algorithm=AKAv1-MD5').words == "Digest AKAv1-MD5 for “r”"
    assert challenge("Bearer").words == "Bearer"
