"""Any answer of a service, or none, ends in a value or in an error that people understand."""

import gzip
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.envelope import UnknownAction, VersionMismatch
from sipsorcery_web.contract.errors import (
    BadFilter,
    Conflict,
    ContractError,
    InternalFault,
    NotFound,
    OutcomeUnknown,
    ProvisioningError,
    Refused,
    SessionExpired,
    Unavailable,
)
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import Customer, SIPAccount, SIPCDRAsset, SIPDialPlan, SIPProvider
from sipsorcery_web.contract.wire_types import FOREVER, NEVER
from sipsorcery_web.portal.areas.dial_plans.usage import MOST_ACCOUNTS
from sipsorcery_web.portal.areas.sip_accounts.registrations import MOST_BINDINGS
from sipsorcery_web.portal.lists.search import AT_ONCE, MOST_ROWS
from sipsorcery_web.provisioning import soap, transport
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import MAX_RECORDS, TOO_MANY, TOO_MUCH, UNREADABLE, SoapChannel
from sipsorcery_web.provisioning.transport import BROKEN_OFF, NO_ANSWER, REDIRECTED, TOO_LARGE, TOO_SLOW

from .scripted import LONG, ScriptedService, Step, fault, http, message, reply, valid_reply

SHORT = 0.3
ALIVE = valid_reply("IsAlive", "<IsAliveResult>true</IsAliveResult>")
UNAUTHORISED = "Attempted to perform an unauthorized operation."
HIDDEN = (
    "The server was unable to process the request due to an internal error.  The server may be able to return more."
)


@pytest.fixture
def client(channel: SoapChannel) -> ProvisioningClient:
    return ProvisioningClient(channel, ClientIdentity("t0ken"))


def asked(scripted: ScriptedService, timeout: float, step: Step) -> tuple[ProvisioningError, float]:
    """Return how a call ends that is answered with this step, and after how many seconds."""
    scripted.answers(step)
    impatient = SoapChannel(scripted.url, timeout)
    begun = monotonic()
    with pytest.raises(ProvisioningError) as ended:
        impatient.call(OPERATIONS["IsAlive"], None, "", {})
    return ended.value, monotonic() - begun


# Time


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
    assert SHORT <= seconds < 4 * SHORT


def test_a_silent_service_ends_with_the_time_of_the_call(scripted: ScriptedService) -> None:
    error, seconds = asked(scripted, SHORT, scripted.silence)

    assert (type(error), error.message) == (Unavailable, TOO_SLOW)
    assert SHORT <= seconds < 4 * SHORT


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

    assert SHORT <= monotonic() - begun < 4 * SHORT


def test_a_name_that_takes_long_to_look_up_ends_with_the_time_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = Event()

    def slow(*_: object) -> Any:
        looked_up.wait(LONG)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begun = monotonic()

    with pytest.raises(Unavailable, match=TOO_SLOW):
        SoapChannel("http://far.example/", SHORT).call(OPERATIONS["IsAlive"], None, "", {})

    assert SHORT <= monotonic() - begun < 4 * SHORT
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

    assert SHORT <= monotonic() - begun < 4 * SHORT


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

    assert SHORT <= monotonic() - begun < 4 * SHORT


def test_a_service_that_is_not_there_is_unavailable_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    with pytest.raises(Unavailable, match=NO_ANSWER):
        SoapChannel(f"http://127.0.0.1:{port}/", 60).call(OPERATIONS["IsAlive"], None, "", {})


# What comes is no answer


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"", NO_ANSWER),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", NO_ANSWER),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", NO_ANSWER),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", NO_ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<s:Envelope", BROKEN_OFF),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", BROKEN_OFF),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", BROKEN_OFF),
    ],
)
def test_a_connection_that_breaks_off_is_no_answer(scripted: ScriptedService, sent: bytes, sentence: str) -> None:
    def break_off(connection: socket.socket) -> None:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)

    error, _ = asked(scripted, 5, break_off)

    assert (type(error), error.message) == (Unavailable, sentence)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda service: service.sip_accounts.add(SIPAccount()), OutcomeUnknown),
        (lambda service: service.sip_accounts.update(SIPAccount()), OutcomeUnknown),
        (lambda service: service.sip_accounts.delete(SIPAccount()), OutcomeUnknown),
        (lambda service: service.create_customer(Customer()), OutcomeUnknown),
        (lambda service: service.update_customer_password("alice", "old", "new"), OutcomeUnknown),
        (lambda service: service.sip_accounts.count(), Unavailable),
        (lambda service: service.customer("alice"), Unavailable),
        (lambda service: service.login("alice", "n1ghtingale"), Unavailable),
    ],
)
def test_only_a_change_may_have_been_carried_out(
    scripted: ScriptedService,
    channel: SoapChannel,
    call: Callable[[ProvisioningClient], object],
    kind: type[Unavailable],
) -> None:
    scripted.answers(lambda connection: connection.shutdown(socket.SHUT_RDWR))
    with pytest.raises(Unavailable) as ended:
        call(ProvisioningClient(channel, ClientIdentity("ab" * 48)))

    assert type(ended.value) is kind


def test_a_customer_may_be_gone_when_nobody_can_ask_afterwards(scripted: ScriptedService, channel: SoapChannel) -> None:
    scripted.answers(reply("DeleteCustomer"), lambda connection: connection.shutdown(socket.SHUT_RDWR))
    with pytest.raises(OutcomeUnknown):
        ProvisioningClient(channel, ClientIdentity("ab" * 48)).delete_customer("alice")


def test_a_request_is_sent_once_only(scripted: ScriptedService) -> None:
    asked(scripted, 5, lambda connection: connection.shutdown(socket.SHUT_RDWR))

    assert len(scripted.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_page_of_a_proxy_means_that_the_service_is_away(scripted: ScriptedService, status: int) -> None:
    error, _ = asked(scripted, 5, http("<html><h1>Bad Gateway</h1></html>", status, "text/html"))

    assert (type(error), error.message) == (Unavailable, NO_ANSWER)


@pytest.mark.parametrize("status", [200, 401, 404, 500])
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("<html><body>It works</body></html>", "text/html"),
        ("<html><body>It works</body></html>", "text/xml"),
        ("", "text/xml"),
        ("", None),
        (message("<IsAliveResponse/>")[:-20], "text/xml"),
        (message("<IsAliveResponse/>"), "text/html; charset=utf-8"),
        (message("<IsAliveResponse/>"), "application/json"),
        ('{"Message": "An error has occurred."}', "application/json"),
        (message(""), "text/xml"),
        (message("<a/><b/>"), "text/xml"),
        ('<!DOCTYPE s [<!ENTITY a "b">]>' + message("<a>&a;</a>"), "text/xml"),
        (message("<a>" * 100 + "</a>" * 100), "text/xml"),
        (message("<IsAliveResponse/>").replace("schemas.xmlsoap.org/soap", "www.w3.org/2003/05/soap"), "text/xml"),
        (message("<IsAliveResponse/>"), "text/xml; charset=utf-7"),
        ("\xff\xfe".encode("latin-1"), "text/xml; charset=utf-8"),
    ],
)
def test_what_is_no_message_cannot_be_read(
    scripted: ScriptedService, status: int, content: str | bytes, content_type: str | None
) -> None:
    error, _ = asked(scripted, 5, http(content, status, content_type))

    assert type(error) is ContractError
    assert error.message == f"{UNREADABLE} (status {status})."


@pytest.mark.parametrize("content_type", ["text/xml", "TEXT/XML;Charset=UTF-8", "application/xml", None])
def test_a_message_is_read_under_every_type_that_fits(
    scripted: ScriptedService, client: ProvisioningClient, content_type: str | None
) -> None:
    scripted.answers(ALIVE.replace(b"Content-Type: text/xml; charset=utf-8\r\n", _type_line(content_type)))

    assert client.is_alive() is True


def _type_line(content_type: str | None) -> bytes:
    return f"Content-Type: {content_type}\r\n".encode() if content_type else b""


def test_a_message_is_read_in_the_character_set_that_http_names(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    result = f'<LoginResponse xmlns="{names.SVC}"><LoginResult>Å</LoginResult></LoginResponse>'
    scripted.answers(http(message(result).encode("iso-8859-1"), 200, 'text/xml; charset="ISO-8859-1"'))

    assert client.login("alice", "opensesame7") == "Å"


def test_a_message_that_is_sent_compressed_is_read(scripted: ScriptedService, client: ProvisioningClient) -> None:
    packed = gzip.compress(ALIVE.partition(b"\r\n\r\n")[2])
    scripted.answers(http(packed, Content_Encoding="gzip"))

    assert client.is_alive() is True


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(scripted: ScriptedService, status: int) -> None:
    elsewhere = ScriptedService()
    elsewhere.answers(ALIVE)
    location = elsewhere.url if status != 303 else "http://["

    error, _ = asked(scripted, 5, http("", status, Location=location))
    elsewhere.close()

    assert (type(error), error.message) == (ContractError, REDIRECTED)
    assert (len(scripted.requests), elsewhere.connections) == (1, 0)


def test_an_answer_as_large_as_the_limit_is_read_and_a_larger_one_is_not(
    scripted: ScriptedService, client: ProvisioningClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ALIVE.partition(b"\r\n\r\n")[2]
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", len(content))
    scripted.answers(http(content), http(content + b" "), ALIVE)

    assert client.is_alive() is True
    with pytest.raises(ContractError, match=TOO_LARGE):
        client.is_alive()
    assert client.is_alive() is True


def test_an_answer_counts_as_large_as_it_unpacks(scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 1_000_000)
    bomb = gzip.compress(b" " * 50_000_000)

    error, _ = asked(scripted, 5, http(bomb, Content_Encoding="gzip"))

    assert (type(error), error.message) == (ContractError, TOO_LARGE)
    assert len(bomb) < 100_000


def test_a_list_as_long_as_the_limit_is_read_and_a_longer_one_is_not(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    scripted.answers(*(reply("GetSIPAccounts", empty_accounts(count)) for count in (MAX_RECORDS, MAX_RECORDS + 1)))

    assert len(client.sip_accounts.page()) == MAX_RECORDS
    with pytest.raises(ContractError, match=TOO_MANY):
        client.sip_accounts.page()


def empty_accounts(count: int) -> str:
    return f"<GetSIPAccountsResult>{'<a:SIPAccount/>' * count}</GetSIPAccountsResult>"


def test_the_limit_of_a_list_is_far_above_what_is_asked_for_at_once() -> None:
    assert max(AT_ONCE, MOST_ROWS, MOST_ACCOUNTS, MOST_BINDINGS) * 4 <= MAX_RECORDS


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le"])
def test_an_answer_of_more_elements_than_the_limit_is_not_read(
    scripted: ScriptedService, client: ProvisioningClient, monkeypatch: pytest.MonkeyPatch, charset: str
) -> None:
    content = ALIVE.partition(b"\r\n\r\n")[2].decode()
    typed = f"text/xml; charset={charset}"
    monkeypatch.setattr(soap, "MAX_TAGS", content.count("<"))
    scripted.answers(
        http(content.encode(charset), 200, typed),
        http(content.replace("</s:Body>", "</s:Body><more/>").encode(charset), 200, typed),
    )

    assert client.is_alive() is True
    with pytest.raises(ContractError, match=TOO_LARGE):
        client.is_alive()


def test_what_is_too_large_for_the_service_is_refused(scripted: ScriptedService) -> None:
    error, _ = asked(scripted, 5, http("Request Entity Too Large", 413, "text/plain"))

    assert (type(error), error.message) == (Refused, TOO_MUCH)


def test_a_cookie_of_one_visitor_is_not_sent_for_another(
    scripted: ScriptedService, channel: SoapChannel, client: ProvisioningClient
) -> None:
    token = f'<LoginResponse xmlns="{names.SVC}"><LoginResult>abc</LoginResult></LoginResponse>'
    scripted.answers(http(message(token), Set_Cookie="authid=abc; path=/"), ALIVE)

    client.login("alice", "opensesame7")
    ProvisioningClient(channel, ClientIdentity()).is_alive()

    assert [request.header("Cookie") for request in scripted.requests] == [None, None]


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ("<IsAliveResult>maybe</IsAliveResult>", "not a valid value"),
        ("<IsAliveResult>true</IsAliveResult><IsAliveResult>true</IsAliveResult>", "more than once"),
        ("<IsAliveResult><a:Id>1</a:Id></IsAliveResult>", "no place"),
    ],
)
def test_a_reply_that_bends_the_contract_is_refused(
    scripted: ScriptedService, client: ProvisioningClient, result: str, reason: str
) -> None:
    scripted.answers(reply("IsAlive", result))

    with pytest.raises(ContractError, match=reason):
        client.is_alive()


def test_the_reply_of_another_operation_is_refused(scripted: ScriptedService, client: ProvisioningClient) -> None:
    scripted.answers(valid_reply("Logout"))

    with pytest.raises(ContractError, match="holds another message"):
        client.is_alive()


# Faults


@pytest.mark.parametrize("status", [200, 500, 400])
@pytest.mark.parametrize(
    ("text", "type_name", "kind"),
    [
        (UNAUTHORISED, "System.UnauthorizedAccessException", SessionExpired),
        (UNAUTHORISED, None, SessionExpired),
        ("Nicht befugt.", "System.UnauthorizedAccessException", SessionExpired),
        ("The username must be at least 5 characters long.", "System.ApplicationException", Refused),
        ("The requested username is already in use please try a different one.", None, Conflict),
        ("You are not authorised to delete the SIP Account.", "System.ApplicationException", NotFound),
        ("The given key '4df5f6e9' was not present in the dictionary.", "System.Exception", NotFound),
        ("No property or field 'Nope' exists in type 'SIPAccount'", "System.Linq.Dynamic.ParseException", BadFilter),
        ("The binary operator 'OrElse' is not supported by SQL.", "System.NotSupportedException", BadFilter),
        (HIDDEN, None, InternalFault),
    ],
)
def test_a_fault_has_its_meaning_whatever_its_status(
    scripted: ScriptedService, text: str, type_name: str | None, kind: type[ProvisioningError], status: int
) -> None:
    error, _ = asked(scripted, 5, fault(text, type_name, status))

    assert type(error) is kind


def test_a_sentence_about_object_references_is_replaced(scripted: ScriptedService) -> None:
    text = "Object reference not set to an instance of an object"

    error, _ = asked(scripted, 5, fault(text, "System.NullReferenceException"))

    assert (type(error), error.message) == (Refused, "The service could not carry this out and does not say why.")


@pytest.mark.parametrize(
    ("code", "kind"), [("ActionNotSupported", UnknownAction), ("VersionMismatch", VersionMismatch)]
)
def test_a_fault_about_the_message_is_one_of_the_contract(
    scripted: ScriptedService, code: str, kind: type[ContractError]
) -> None:
    error, _ = asked(scripted, 5, fault("It did not match.", None, code=code))

    assert type(error) is kind


def test_a_fault_is_read_with_the_header_that_mono_adds(scripted: ScriptedService, client: ProvisioningClient) -> None:
    header = (
        '<s:Header><Action s:mustUnderstand="1" xmlns="http://schemas.microsoft.com/ws/2005/05/addressing/none">'
        "x</Action></s:Header>"
    )
    detail = f'<s:Fault><faultcode xmlns:a="urn:a">a:InternalServiceFault</faultcode><faultstring>{UNAUTHORISED}</faultstring></s:Fault>'
    scripted.answers(http(message(detail, header), 500))

    with pytest.raises(SessionExpired):
        client.customer("alice")


# A service that hides its texts


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def hiding(scripted: ScriptedService, seconds: Seconds) -> ProvisioningClient:
    """alice, who signed in when the clock stood at 0, at a service that says nothing in its faults."""
    channel = SoapChannel(scripted.url, 5, clock=seconds)
    scripted.answers(valid_reply("Login", "<LoginResult>t0ken</LoginResult>"))
    token = ProvisioningClient(channel, ClientIdentity()).login("alice", "opensesame7")
    return ProvisioningClient(channel, ClientIdentity(token))


@pytest.mark.parametrize(("minutes", "kind"), [(0, InternalFault), (59, InternalFault), (60, SessionExpired)])
def test_a_fault_without_a_reason_counts_as_expired_after_the_hour_of_the_token(
    scripted: ScriptedService, hiding: ProvisioningClient, seconds: Seconds, minutes: int, kind: type[ProvisioningError]
) -> None:
    scripted.answers(fault(HIDDEN, None))
    seconds.now = minutes * 60.0

    with pytest.raises(ProvisioningError) as ended:
        hiding.customer("alice")

    assert type(ended.value) is kind


def test_a_longer_session_has_a_longer_hour(
    scripted: ScriptedService, hiding: ProvisioningClient, seconds: Seconds
) -> None:
    scripted.answers(valid_reply("ExtendSession"), fault(HIDDEN, None), fault(HIDDEN, None))
    hiding.extend_session(30)

    seconds.now = 89 * 60.0
    with pytest.raises(Unavailable):
        hiding.customer("alice")
    seconds.now = 90 * 60.0
    with pytest.raises(SessionExpired):
        hiding.customer("alice")


def test_the_hour_is_that_of_the_visitors_own_token(
    scripted: ScriptedService, hiding: ProvisioningClient, seconds: Seconds
) -> None:
    scripted.answers(fault(HIDDEN, None), fault(HIDDEN, None))
    seconds.now = 3601.0

    with pytest.raises(Unavailable):
        ProvisioningClient(hiding._channel, ClientIdentity("another")).customer("bobby")
    with pytest.raises(Unavailable):
        ProvisioningClient(hiding._channel, ClientIdentity()).is_alive()


# Values


def account(inner: str = "") -> str:
    return f"<a:SIPAccount>{inner}</a:SIPAccount>"


def listed(scripted: ScriptedService, client: ProvisioningClient, inner: str) -> SIPAccount:
    scripted.answers(reply("GetSIPAccounts", f"<GetSIPAccountsResult>{account(inner)}</GetSIPAccountsResult>"))
    return client.sip_accounts.page()[0]


@pytest.mark.parametrize(
    "result",
    [
        "",
        '<GetSIPAccountsResult i:nil="true"/>',
        "<GetSIPAccountsResult/>",
        "<GetSIPAccountsResult> </GetSIPAccountsResult>",
    ],
    ids=["absent", "nil", "empty", "blank"],
)
def test_a_list_of_nothing_is_empty_however_it_is_written(
    scripted: ScriptedService, client: ProvisioningClient, result: str
) -> None:
    scripted.answers(reply("GetSIPAccounts", result))

    assert client.sip_accounts.page() == []


def test_a_nil_entry_of_a_list_is_left_out(scripted: ScriptedService, client: ProvisioningClient) -> None:
    nil = '<a:SIPAccount i:nil="true"/>'
    scripted.answers(reply("GetSIPAccounts", f"<GetSIPAccountsResult>{nil}{account()}</GetSIPAccountsResult>"))

    assert client.sip_accounts.page() == [SIPAccount()]


def test_missing_fields_have_their_defaults(scripted: ScriptedService, client: ProvisioningClient) -> None:
    assert listed(scripted, client, "") == SIPAccount()


def test_nil_empty_and_blank_are_told_apart(scripted: ScriptedService, client: ProvisioningClient) -> None:
    found = listed(
        scripted, client, '<a:InDialPlanName i:nil="true"/><a:NetworkId/><a:OutDialPlanName> </a:OutDialPlanName>'
    )

    assert (found.in_dial_plan_name, found.network_id, found.out_dial_plan_name) == (None, "", " ")


@pytest.mark.parametrize(
    ("text", "offset", "moment"),
    [
        ("0001-01-01T00:00:00Z", 0, NEVER),
        ("0001-01-01T00:00:00", 600, NEVER),
        ("9999-12-31T23:59:59.9999999Z", 0, FOREVER),
        ("9999-12-31T23:59:59.9999999", -600, FOREVER),
        ("2011-03-04T05:06:07.1234567Z", 0, datetime(2011, 3, 4, 5, 6, 7, 123456, UTC)),
        ("2011-03-04T05:06:07.1Z", 600, datetime(2011, 3, 4, 5, 6, 7, 100000, UTC)),
        ("2011-03-04T05:06:07", 60, datetime(2011, 3, 4, 4, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07+10:00", 600, datetime(2011, 3, 3, 19, 6, 7, tzinfo=UTC)),
    ],
)
def test_times_are_read_from_the_first_to_the_last(
    scripted: ScriptedService, client: ProvisioningClient, text: str, offset: int, moment: datetime
) -> None:
    time = f"<b:DateTime>{text}</b:DateTime><b:OffsetMinutes>{offset}</b:OffsetMinutes>"

    assert listed(scripted, client, f"<a:Inserted>{time}</a:Inserted>").inserted == moment


def test_nil_times_are_none(scripted: ScriptedService, client: ProvisioningClient) -> None:
    cdr = '<a:SIPCDRAsset><a:AnsweredTime i:nil="true"/><a:Duration>0</a:Duration></a:SIPCDRAsset>'
    scripted.answers(valid_reply("GetCDRs", f"<GetCDRsResult>{cdr}</GetCDRsResult>"))

    assert client.cdrs.page() == [SIPCDRAsset(answered_time=None)]


def test_fields_are_found_in_any_order_and_behind_unknown_ones(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    found = listed(
        scripted,
        client,
        "<a:SIPUsername>alice</a:SIPUsername><a:NewIn2012><a:Id>x</a:Id></a:NewIn2012><a:Owner>alice</a:Owner>",
    )

    assert (found.sip_username, found.owner) == ("alice", "alice")


def test_what_this_revision_does_not_know_goes_back_in_its_place(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    found = listed(
        scripted,
        client,
        '<a:NewIn2012 i:type="x:t" xmlns:x="urn:x">first</a:NewIn2012><a:Id>6c62292e-236b-46ea-bdf8-225010869881</a:Id>'
        '<e:Note xmlns:e="urn:extension"><e:Part>kept</e:Part></e:Note><a:NewIn2012 i:nil="true"/>'
        "<a:Owner>alice</a:Owner><a:SIPUsername>alice</a:SIPUsername><a:NewIn2012>last</a:NewIn2012>",
    )
    scripted.answers(reply("UpdateSIPAccount"))

    client.sip_accounts.update(found.with_(network_id="7"))

    sent = scripted.requests[-1].message[0]
    assert [etree.QName(child).localname for child in sent] == [
        "NewIn2012",
        "Id",
        "Note",
        "NewIn2012",
        "NetworkId",
        "Owner",
        "SIPUsername",
        "NewIn2012",
    ]
    assert [sent[0].text, sent[2][0].text, sent[3].get(names.NIL), sent[7].text] == ["first", "kept", "true", "last"]


def test_what_was_absent_stays_absent_when_it_is_sent_back(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    found = listed(scripted, client, "<a:Owner>alice</a:Owner>")
    scripted.answers(reply("DeleteSIPAccount"))

    client.sip_accounts.delete(found)

    assert [child.tag for child in scripted.requests[-1].message[0]] == [f"{{{names.APP}}}Owner"]


@pytest.mark.parametrize("name", ["bell\a", "\x00", "lone \ud800", "￾"])
def test_what_xml_cannot_carry_is_refused_before_it_is_sent(
    scripted: ScriptedService, client: ProvisioningClient, name: str
) -> None:
    with pytest.raises(Refused, match="control character"):
        client.login(name, "opensesame7")
    with pytest.raises(Refused, match="control character"):
        client.sip_accounts.add(SIPAccount(sip_username=name))

    assert scripted.requests == []


# The base revision of 2010-08


BASE_ACCOUNT = (
    '<a:AdminDisabledReason i:nil="true"/><a:IPAddressACL i:nil="true"/>'
    "<a:Id>6c62292e-236b-46ea-bdf8-225010869881</a:Id>"
    '<a:InDialPlanName i:nil="true"/>'
    "<a:Inserted><b:DateTime>2010-09-01T00:00:00Z</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted>"
    "<a:IsAdminDisabled>false</a:IsAdminDisabled><a:IsIncomingOnly>false</a:IsIncomingOnly>"
    "<a:IsSwitchboardEnabled>true</a:IsSwitchboardEnabled><a:IsUserDisabled>false</a:IsUserDisabled>"
    '<a:NetworkId i:nil="true"/><a:OutDialPlanName>default</a:OutDialPlanName><a:Owner>alice</a:Owner>'
    "<a:SIPDomain>sip.example.org</a:SIPDomain><a:SIPPassword>bl4ckbird</a:SIPPassword>"
    "<a:SIPUsername>alice</a:SIPUsername><a:SendNATKeepAlives>true</a:SendNATKeepAlives>"
)


def sent_names(scripted: ScriptedService) -> set[str]:
    """The fields of the record that was sent last."""
    return {etree.QName(child).localname for child in scripted.requests[-1].message[0]}


def test_a_service_of_the_base_revision_is_spoken_to_without_the_fields_of_2011(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    found = listed(scripted, client, BASE_ACCOUNT)
    scripted.answers(reply("UpdateSIPAccount"), reply("AddSIPAccount"))

    client.sip_accounts.update(found.with_(dont_mangle_enabled=True, network_id="7"))
    assert "DontMangleEnabled" not in sent_names(scripted)
    assert sent_names(scripted) >= {"NetworkId", "SIPUsername"}

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))
    assert len(sent_names(scripted)) == 16


def test_until_a_record_comes_a_service_is_taken_to_know_everything(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    scripted.answers(reply("GetSIPAccounts", "<GetSIPAccountsResult/>"), reply("AddSIPAccount"))
    client.sip_accounts.page()

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))

    assert "DontMangleEnabled" in sent_names(scripted)


def test_a_service_that_leaves_out_what_is_false_is_not_of_the_base_revision(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    listed(scripted, client, "<a:Owner>alice</a:Owner>")
    scripted.answers(reply("AddSIPAccount"))

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))

    assert "DontMangleEnabled" in sent_names(scripted)


def test_a_service_that_is_brought_up_to_date_is_recognised(
    scripted: ScriptedService, client: ProvisioningClient
) -> None:
    listed(scripted, client, BASE_ACCOUNT)
    listed(scripted, client, BASE_ACCOUNT + "<a:DontMangleEnabled>true</a:DontMangleEnabled>")
    scripted.answers(reply("AddSIPAccount"))

    client.sip_accounts.add(SIPAccount(sip_username="alice-2"))

    assert "DontMangleEnabled" in sent_names(scripted)


def test_providers_are_judged_by_providers(scripted: ScriptedService, client: ProvisioningClient) -> None:
    listed(scripted, client, BASE_ACCOUNT)
    scripted.answers(reply("AddSIPProvider"))

    client.sip_providers.add(SIPProvider(provider_name="trunk"))

    assert sent_names(scripted) >= {"GVCallbackNumber", "GVCallbackPattern", "GVCallbackType", "ProviderType"}


# What is written to the log


def test_not_even_at_debug_is_a_secret_logged(
    scripted: ScriptedService, client: ProvisioningClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("zeep", "zeep.transports", "urllib3", "sipsorcery_web"):
        caplog.set_level(logging.DEBUG, name)
    scripted.answers(
        valid_reply("Login", "<LoginResult>5ecret-t0ken</LoginResult>"),
        fault("The existing password did not match when attempting a password update."),
        lambda connection: connection.shutdown(socket.SHUT_RDWR),
    )

    client.login("alice", "opensesame7")
    with pytest.raises(Refused):
        client.update_customer_password("alice", "opensesame7", "wind0wsill")
    with pytest.raises(Unavailable):
        client.sip_accounts.add(SIPAccount(id=UUID(int=1), sip_password="bl4ckbird!"))

    assert "urllib3" in caplog.text
    for secret in ("opensesame7", "wind0wsill", "bl4ckbird!", "5ecret-t0ken", "t0ken"):
        assert secret not in caplog.text


def test_why_a_service_was_not_reached_is_logged(
    scripted: ScriptedService, client: ProvisioningClient, caplog: pytest.LogCaptureFixture
) -> None:
    scripted.answers(b"garbage\r\n\r\n")

    with pytest.raises(Unavailable):
        client.is_alive()

    assert "No answer from 127.0.0.1: " in caplog.text
    assert "garbage" in caplog.text
