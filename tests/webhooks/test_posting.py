"""Addresses that alice may have something posted to, and what the machine is kept from."""

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from sipsorcery_web.ip_addresses import PUBLIC_ONLY, ContactPolicy
from sipsorcery_web.network.checked_requests import CheckedRequests
from sipsorcery_web.webhooks import posting
from sipsorcery_web.webhooks.addresses import Addresses, UnfitAddress
from sipsorcery_web.webhooks.models import LONGEST_URL
from sipsorcery_web.webhooks.posting import KEPT, Poster
from tests.webhooks.receiver import HOST, Receiver, at_work

LENIENT = Addresses(ContactPolicy(allows_private=True))


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("http://hooks.example.org/", "begins with https"),
        ("ftp://hooks.example.org/", "begins with https"),
        ("hooks.example.org", "begins with https"),
        ("https://", "begins with https"),
        ("", "begins with https"),
        ("https://höoks.example.org/", "begins with https"),
        (f"https://hooks.example.org/{'x' * LONGEST_URL}", "begins with https"),
        ("https://alice:secret@hooks.example.org/", "name and password"),
        ("https://hooks.example.org:25/", "port 25"),
        ("https://127.0.0.1/", "no public address"),
        ("https://[::1]/", "no public address"),
        ("https://[::ffff:127.0.0.1]/", "no public address"),
        ("https://169.254.169.254/latest/meta-data", "no public address"),
        ("https://10.1.2.3/", "no public address"),
        ("https://localhost/", "no public address"),
        ("https://2130706433/", "no public address"),
        ("https://0x7f.1/", "no public address"),
    ],
)
def test_an_address_that_nothing_is_posted_to_is_told_with_the_reason(address: str, complaint: str) -> None:
    with pytest.raises(UnfitAddress, match=complaint):
        Addresses(PUBLIC_ONLY).check(address)


@pytest.mark.parametrize("address", ["https://hooks.example.org/", "https://hooks.example.org:8443/a?b=c"])
def test_a_public_address_over_https_is_fit(address: str) -> None:
    Addresses(PUBLIC_ONLY).check(address)


def test_where_private_addresses_are_allowed_http_is_too() -> None:
    LENIENT.check("http://10.1.2.3:8080/")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with at_work(Receiver()) as receiver:
        yield receiver


@pytest.mark.parametrize("found", [["127.0.0.1"], ["198.41.0.4", "10.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(receiver: Receiver, found: list[str]) -> None:
    poster = Poster(Addresses(PUBLIC_ONLY), CheckedRequests(lambda name: found))

    attempt = poster.post(f"https://hooks.example.org:{receiver.port}/", {}, b"{}")

    assert (attempt.status, attempt.answer) == (None, "hooks.example.org is no public address.")
    assert receiver.posted == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(receiver: Receiver) -> None:
    answers = iter([[HOST], ["198.41.0.4"]])
    requests = CheckedRequests(lambda name: next(answers), lambda address: address == ip_address(HOST))

    attempt = Poster(LENIENT, requests).post(f"http://hooks.example.org:{receiver.port}/x", {}, b"{}")

    assert attempt.is_taken
    assert receiver.posted[0].headers["Host"] == f"hooks.example.org:{receiver.port}"


def test_an_address_that_has_become_unfit_since_it_was_typed_is_asked_no_more(receiver: Receiver) -> None:
    assert Poster(Addresses(PUBLIC_ONLY)).post(receiver.url, {}, b"{}").answer.startswith("It has to be an address")
    assert receiver.posted == []


def test_a_certificate_of_another_name_is_not_trusted(receiver: Receiver) -> None:
    requests = CheckedRequests(lambda name: [HOST], lambda address: True)

    attempt = Poster(LENIENT, requests).post(f"https://hooks.example.org:{receiver.port}/", {}, b"{}")

    assert (attempt.status, attempt.answer) == (None, "Nobody answered there.")


def test_who_answers_too_late_is_let_go(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PATIENCE", 0.0)
    requests = CheckedRequests(lambda name: [HOST], lambda address: True)

    attempt = Poster(LENIENT, requests).post(receiver.url, {}, b"{}")

    assert (attempt.status, attempt.answer) == (None, "No answer came within 10 seconds.")


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.answer = 200, "é".encode() * 100_000
    requests = CheckedRequests(lambda name: [HOST], lambda address: True)

    assert Poster(LENIENT, requests).post(receiver.url, {}, b"{}").answer == "é" * (KEPT // 2)
