"""The messages to a notification service on the wire, and what comes back."""

from collections.abc import Iterator
from contextlib import closing
from math import inf

import pytest
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.errors import ContractError, Refused, SessionExpired, Unavailable
from sipsorcery_web.contract.faults import UNAUTHORISED
from sipsorcery_web.contract.message_text import answer_bytes
from sipsorcery_web.contract.notifications import NOTIFICATIONS
from sipsorcery_web.provisioning.client import ClientIdentity
from sipsorcery_web.provisioning.notifications import NotificationClient
from sipsorcery_web.provisioning.soap import SoapChannel

from .scripted import ScriptedService, fault, http

TOKEN = "ab" * 48
DESK = "5d1a2f6e-6d3c-4c43-9c68-0e0d6a1c3f5b"
ALICE = ClientIdentity(TOKEN, "192.0.2.7")
PATIENCE = 5.0


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with closing(ScriptedService()) as service:
        yield service


def client_of(service: ScriptedService, seconds: float = inf) -> NotificationClient:
    url = service.origin + names.NOTIFICATIONS_PATH
    return NotificationClient(SoapChannel(url, PATIENCE, time_left=lambda: seconds, namespace=names.NOTIFICATIONS))


def polled(told: dict[str, list[str]] | None) -> bytes:
    return http(answer_bytes(NOTIFICATIONS["GetNotifications"], told))


def test_a_subscription_has_the_originals_action_and_both_headers_and_nothing_else(service: ScriptedService) -> None:
    service.answers(http(answer_bytes(NOTIFICATIONS["Subscribe"], "one")))
    client_of(service).subscribe(ALICE, DESK, "event * and regex <&>")
    (request,) = service.requests
    assert request.head.startswith("POST /notificationspull.svc HTTP/1.1")
    assert request.header("SOAPAction") == f'"{names.NOTIFICATIONS}/INotifications/Subscribe"'
    assert [(child.tag, child.text) for child in request.message] == [
        (f"{{{names.NOTIFICATIONS}}}subject", "Console"),
        (f"{{{names.NOTIFICATIONS}}}filter", "event * and regex <&>"),
    ]
    (header,) = etree.fromstring(request.body).iterfind(f"{{{names.SOAP}}}Header")
    assert [(block.tag, [(child.tag, child.text) for child in block]) for block in header] == [
        (f"{{{names.SECURITY}}}Security", [(f"{{{names.SECURITY}}}AuthID", TOKEN)]),
        (f"{{{names.PULL_NOTIFICATION}}}Notification", [(f"{{{names.PULL_NOTIFICATION}}}Address", DESK)]),
    ]


@pytest.mark.parametrize(
    ("told", "lines"),
    [(None, []), ({}, []), ({"one": ["a\r\n", "b<&\r\n  c"]}, ["a\r\n", "b<&\r\n  c"])],
)
def test_a_poll_gives_the_lines_that_are_told(
    service: ScriptedService, told: dict[str, list[str]] | None, lines: list[str]
) -> None:
    service.answers(polled(told))
    assert client_of(service).poll(ALICE, DESK) == lines


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fault("Filter colour was not recognised."), Refused),
        (fault("Attempted to perform an unauthorized operation.", UNAUTHORISED), SessionExpired),
        (http("<html/>", 503, "text/html"), Unavailable),
        (http("<html/>", 200, "text/html"), ContractError),
    ],
)
def test_what_goes_wrong_is_an_error_of_the_contract(
    service: ScriptedService, answer: bytes, error: type[Exception]
) -> None:
    service.answers(answer)
    with pytest.raises(error):
        client_of(service).subscribe(ALICE, DESK, "event *")


def test_a_page_waits_no_longer_for_lines_than_it_can(service: ScriptedService) -> None:
    service.answers(service.silence)
    with pytest.raises(Unavailable):
        client_of(service, 0.2).poll(ALICE, DESK)
    with pytest.raises(Unavailable):
        client_of(service, 0).poll(ALICE, DESK)
