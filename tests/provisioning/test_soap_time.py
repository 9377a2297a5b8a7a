"""The time that a call waits for a service."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Semaphore, Thread
from time import monotonic
from typing import Any

import pytest

from sipsorcery_web.contract.errors import (
    Unavailable,
)
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.provisioning.transport import FAILURES, NO_ANSWER, PAUSE, TOO_SLOW
from tests.running import free_port

from .scripted import LONG, ScriptedService, reply
from .soap_calls import ALIVE, asked

SHORT = 0.3


@pytest.mark.parametrize(
    ("piece", "preface"),
    [
        (b"H", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"X-More: yes\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"x", b"HTTP/1.1 200 OK\r\nX-More: "),
        (b" ", b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n"),
        (b"1\r\n \r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (b" ", b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"),
    ],
    ids=["status line", "100 Continue", "headers", "one header", "body", "chunks", "body without length"],
)
def test_an_answer_that_drips_ends_with_the_time_of_the_call(
    scripted: ScriptedService, piece: bytes, preface: bytes
) -> None:
    error, seconds = asked(scripted, SHORT, scripted.drips(piece, preface))

    assert (type(error), error.message) == (Unavailable, TOO_SLOW)
    assert SHORT <= seconds < LONG / 2


def test_a_silent_service_ends_with_the_time_of_the_call(scripted: ScriptedService) -> None:
    error, seconds = asked(scripted, SHORT, scripted.silence)

    assert (type(error), error.message) == (Unavailable, TOO_SLOW)
    assert SHORT <= seconds < LONG / 2


@pytest.fixture
def full_house() -> Iterator[str]:
    """The address of a service that takes no more connections, so that one hangs while it is made."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for guest in waiting:
            guest.setblocking(False)
            guest.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for guest in waiting:
            guest.close()


def test_a_connection_that_hangs_ends_with_the_time_of_the_call(full_house: str) -> None:
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        SoapChannel(full_house, SHORT).call(OPERATIONS["IsAlive"], None, "", {})

    assert SHORT <= monotonic() - begun < LONG / 2


def test_while_a_service_is_silent_nobody_waits_for_it_but_one_who_tries_again(scripted: ScriptedService) -> None:
    seconds = [0.0]
    channel = SoapChannel(scripted.url, SHORT, clock=lambda: seconds[0])

    def ask(*steps: Any) -> float:
        scripted.answers(*steps)
        begun = monotonic()
        with suppress(Unavailable):
            channel.call(OPERATIONS["IsAlive"], None, "", {})
        return monotonic() - begun

    for _ in range(FAILURES):
        assert SHORT <= ask(scripted.silence) < LONG / 2
    asked_before = len(scripted.requests)
    assert all(ask() < LONG / 2 for _ in range(30))
    assert len(scripted.requests) == asked_before

    seconds[0] += PAUSE
    ask(ALIVE)
    assert ask(ALIVE) < LONG / 2
    assert len(scripted.requests) == asked_before + 2


def test_answers_that_break_off_are_no_sign_that_a_service_is_away(scripted: ScriptedService) -> None:
    channel = SoapChannel(scripted.url, SHORT)
    begun = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n"

    for _ in range(FAILURES):
        scripted.answers(scripted.drips(b" ", begun))
        with pytest.raises(Unavailable, match=TOO_SLOW):
            channel.call(OPERATIONS["IsAlive"], None, "", {})

    scripted.answers(ALIVE)
    assert channel.call(OPERATIONS["IsAlive"], None, "", {}) is True


def test_what_takes_one_visitor_too_long_while_others_are_answered_shuts_nobody_out(scripted: ScriptedService) -> None:
    channel, arrived = SoapChannel(scripted.url, 1.0), Semaphore(0)

    def filter_for_long(connection: socket.socket) -> None:
        arrived.release()
        scripted.silence(connection)

    def ask() -> None:
        with suppress(Unavailable):
            channel.call(OPERATIONS["GetSIPAccountsCount"], "t0ken", "", {"where_expression": "SIPUsername != null"})

    slow = [Thread(target=ask) for _ in range(FAILURES)]
    for thread in slow:
        scripted.answers(filter_for_long)
        thread.start()
        assert arrived.acquire(timeout=LONG)
    scripted.answers(ALIVE)
    assert channel.call(OPERATIONS["IsAlive"], None, "", {}) is True
    for thread in slow:
        thread.join()

    scripted.answers(ALIVE)
    assert channel.call(OPERATIONS["IsAlive"], None, "", {}) is True


def test_a_service_that_is_away_is_asked_again_at_once_since_nobody_waits_for_that(scripted: ScriptedService) -> None:
    channel = SoapChannel(f"http://127.0.0.1:{free_port()}/", 10.0)

    for _ in range(2 * FAILURES):
        with pytest.raises(Unavailable, match=NO_ANSWER):
            channel.call(OPERATIONS["IsAlive"], None, "", {})
    assert channel._transport._breaker.lets_through()


def test_a_name_that_takes_long_to_look_up_ends_with_the_time_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = Event()

    def slow(*_: object) -> Any:
        looked_up.wait(LONG)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        SoapChannel("http://far.example/", SHORT).call(OPERATIONS["IsAlive"], None, "", {})

    assert SHORT <= monotonic() - begun < LONG / 2
    looked_up.set()


def test_a_connection_is_used_again_with_the_time_of_the_next_call(scripted: ScriptedService) -> None:
    patient = SoapChannel(scripted.url, SHORT)
    scripted.answers(ALIVE, ALIVE, ALIVE)

    for _ in range(3):
        assert patient.call(OPERATIONS["IsAlive"], None, "", {}) is True
        Event().wait(0.6 * SHORT)

    assert scripted.connections == 1


def test_what_is_left_of_one_call_is_not_the_time_of_the_next(scripted: ScriptedService) -> None:
    head, _, body = ALIVE.partition(b"\r\n\r\n")

    def late_and_then_slow_to_read(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        Event().wait(0.7)
        connection.sendall(head + b"\r\n\r\n")
        Event().wait(0.05)
        connection.sendall(body)
        Event().wait(0.5)
        scripted.read(connection)
        connection.sendall(reply("AddDialPlan"))

    patient = ProvisioningClient(SoapChannel(scripted.url, 1.0), ClientIdentity())
    scripted.answers(late_and_then_slow_to_read)

    assert patient.is_alive() is True
    patient.dial_plans.add(SIPDialPlan(dial_plan_script="x" * 6_000_000))
    assert scripted.connections == 1


def test_a_call_has_no_more_time_than_its_page(scripted: ScriptedService) -> None:
    scripted.answers(scripted.silence)
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        SoapChannel(scripted.url, LONG, time_left=lambda: SHORT).call(OPERATIONS["IsAlive"], None, "", {})

    assert SHORT <= monotonic() - begun < LONG / 2


@pytest.mark.parametrize("left", [0.0, -1.0])
def test_a_page_without_time_sends_no_more_changes(scripted: ScriptedService, left: float) -> None:
    client = ProvisioningClient(SoapChannel(scripted.url, LONG, time_left=lambda: left), ClientIdentity("t0ken"))

    with pytest.raises(Unavailable, match=TOO_SLOW) as ended:
        client.sip_accounts.delete(SIPAccount())

    assert (type(ended.value), scripted.connections) == (Unavailable, 0)


def test_a_service_that_does_not_read_ends_with_the_time_of_the_call() -> None:
    plan = SIPDialPlan(dial_plan_script="x" * 9_000_000)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        deafs = SoapChannel(f"http://127.0.0.1:{deaf.getsockname()[1]}/", SHORT)
        begun = monotonic()
        with pytest.raises(Unavailable, match=TOO_SLOW):
            ProvisioningClient(deafs, ClientIdentity()).dial_plans.add(plan)

    assert SHORT <= monotonic() - begun < LONG / 2


def test_a_service_that_is_not_there_is_unavailable_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    with pytest.raises(Unavailable, match=NO_ANSWER):
        SoapChannel(f"http://127.0.0.1:{port}/", 60).call(OPERATIONS["IsAlive"], None, "", {})
