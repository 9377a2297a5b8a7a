"""Any answer of a service, or none, ends in a value or in an error that people understand."""

import gzip
import logging
import socket
from collections.abc import Callable
from uuid import UUID

import pytest

from sipsorcery_web.contract import names
from sipsorcery_web.contract.errors import (
    ContractError,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from sipsorcery_web.contract.records import Customer, SIPAccount
from sipsorcery_web.logs import request_ids
from sipsorcery_web.portal.areas.dial_plans.usage import MOST_ACCOUNTS
from sipsorcery_web.portal.areas.sip_accounts.registrations import MOST_BINDINGS
from sipsorcery_web.portal.lists.search import AT_ONCE, MOST_ROWS
from sipsorcery_web.provisioning import soap, transport
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import MAX_RECORDS, TOO_MANY, TOO_MUCH, UNREADABLE, SoapChannel
from sipsorcery_web.provisioning.transport import BROKEN_OFF, NO_ANSWER, REDIRECTED, TOO_LARGE

from .scripted import ScriptedService, fault, http, message, reply, valid_reply
from .soap_calls import ALIVE, asked

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


# What the log says of it

AUTHID = "0123456789abcdef" * 6


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (http(f"garbage {AUTHID}", 200, "text/plain"), "A message is text/xml, not text/plain. It has status 200 and"),
        (http("<html>bl4ckbird!</html>", 502, "text/html"), "A message is text/xml, not text/html. It has status 502"),
        (http("bl4ckbird!"), "The message is not well-formed XML. It has status 200 and 10 bytes, text/xml."),
        (
            http(f'<!DOCTYPE s [<!ENTITY a "{AUTHID}">]>' + message("<a>&a;</a>")),
            "A document type declaration is not allowed in a message. It has status 200",
        ),
        (http("", 302, Location="https://elsewhere.example/?token=bl4ckbird!"), REDIRECTED),
        (
            reply("IsAlive", "<IsAliveResult>bl4ckbird!</IsAliveResult>"),
            "The message does not keep to the contract. It has status 200",
        ),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_without_what_stands_in_it(
    scripted: ScriptedService, caplog: pytest.LogCaptureFixture, step: bytes, why: str
) -> None:
    asked(scripted, 5, step)

    (line,) = caplog.messages
    assert line.startswith(f"The answer of 127.0.0.1 to IsAlive is of no use. {why}")
    assert "bl4ckbird!" not in caplog.text
    assert AUTHID not in caplog.text


def test_nor_is_one_that_is_too_large(
    scripted: ScriptedService, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 1000)
    asked(scripted, 5, http("x" * 2000))

    assert caplog.messages == [f"The answer of 127.0.0.1 to IsAlive is of no use. {TOO_LARGE}"]


def test_a_fault_of_the_service_is_an_answer(scripted: ScriptedService, caplog: pytest.LogCaptureFixture) -> None:
    asked(scripted, 5, fault("Object reference not set to an instance of an object."))

    assert caplog.messages == []


def test_a_call_says_for_which_request_it_is(scripted: ScriptedService, client: ProvisioningClient) -> None:
    scripted.answers(ALIVE, ALIVE)
    request_ids.go_on_with("0123456789abcdef")
    client.is_alive()
    request_ids.go_on_with("")
    client.is_alive()

    assert [request.header("X-Request-ID") for request in scripted.requests] == ["0123456789abcdef", None]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7"),
        ("::ffff:192.0.2.7", "::ffff:c000:207"),
        ("", None),
        ("unix:", None),
        ("192.0.2.7\r\nX-Evil: 1", None),
        ("\u20ac", None),
    ],
)
def test_a_call_says_whose_request_it_is_for_and_nothing_else_of_a_proxy(
    scripted: ScriptedService, address: str, told: str | None
) -> None:
    scripted.answers(ALIVE)
    ProvisioningClient(SoapChannel(scripted.url, 5), ClientIdentity("t0ken", address)).is_alive()

    (request,) = scripted.requests
    assert request.header("X-Forwarded-For") == told
    assert request.head.lower().count("\r\nx-") == (told is not None)
