"""The token in the headers of a message."""

import pytest
from lxml import etree

from sipsorcery_web.contract import names
from tests.conftest import ServiceFixture

from .wire import TOKEN, Noted, Wire, fault_in, login, message, security, served


@pytest.mark.parametrize(
    "header",
    [
        security(TOKEN),
        security(TOKEN, f'xmlns:s="{names.SOAP}" s:mustUnderstand="1"'),
        security(TOKEN, f'xmlns:s="{names.SOAP}" s:mustUnderstand="0"'),
        security(f"\n  {TOKEN}\n"),
        f'<Security xmlns="{names.SECURITY}"><AuthID>{TOKEN}</AuthID></Security>',
        f"<authid>{TOKEN}</authid>",
        f'<w:Action xmlns:w="http://www.w3.org/2005/08/addressing">x</w:Action>{security(TOKEN)}',
    ],
)
def test_the_token_is_found_in_either_form_of_the_header(wire: Wire, header: str) -> None:
    assert wire.token(header) == TOKEN


@pytest.mark.parametrize("name", ["authid", "AuthID", "AUTHID"])
def test_the_token_may_be_in_a_header_of_http(wire: Wire, name: str) -> None:
    assert wire.token("", **{name: TOKEN}) == TOKEN
    assert wire.token(security(""), **{name: f" {TOKEN} "}) == TOKEN


@pytest.mark.parametrize("header", ["Bearer {}", "bearer  {} "])
def test_the_token_may_be_where_programs_of_oauth_have_it(wire: Wire, header: str) -> None:
    assert wire.token("", Authorization=header.format(TOKEN)) == TOKEN
    assert wire.token(security("another"), Authorization=header.format(TOKEN)) == "another"
    assert wire.token("", authid="another", Authorization=header.format(TOKEN)) == "another"


@pytest.mark.parametrize("header", [TOKEN, f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN} {TOKEN}"])
def test_other_credentials_of_http_are_no_token(wire: Wire, header: str) -> None:
    assert wire.token("", Authorization=header) is None


def test_the_header_of_the_message_stands_over_the_one_of_http(wire: Wire) -> None:
    assert wire.token(security(TOKEN), authid="another") == TOKEN


def test_an_empty_token_is_none(wire: Wire) -> None:
    assert wire.token(security("")) is None
    assert wire.token("", authid="  ") is None
    assert wire.token("") is None


def test_a_cookie_never_carries_the_token(wire: Wire) -> None:
    wire.client.set_cookie("authid", TOKEN)

    assert wire.token("", Cookie=f"authid={TOKEN}") is None


@pytest.mark.parametrize("header", [security(TOKEN) * 2, security(TOKEN) + "</s:Header><s:Header>" + security(TOKEN)])
def test_two_security_headers_are_refused(wire: Wire, header: str) -> None:
    assert (
        wire.refusal(message("Logout", header=header), "Logout").message
        == "The message has more than one security header."
    )


def test_two_tokens_in_one_security_header_are_refused(wire: Wire) -> None:
    header = security(f"{TOKEN}</x:AuthID><x:AuthID>{TOKEN}")

    assert wire.refusal(message("Logout", header=header), "Logout").code == "DeserializationFailed"


def test_an_unknown_header_that_must_be_understood_is_refused(wire: Wire) -> None:
    header = f'<t:Ticket xmlns:t="urn:t" xmlns:s="{names.SOAP}" s:mustUnderstand="1"/>{security(TOKEN)}'

    assert wire.refusal(message("Logout", header=header), "Logout").code == "MustUnderstand"


@pytest.mark.parametrize("operation", ["IsAlive", "AreNewAccountsEnabled", "CheckInviteCode"])
def test_open_operations_take_an_empty_token(service_fixture: ServiceFixture, operation: str) -> None:
    wire = Wire(Noted(), served(service_fixture.service))

    assert wire.post(message(operation, header=security("")), operation).status_code == 200


def test_a_customer_signs_in_and_out_over_the_wire(service_fixture: ServiceFixture) -> None:
    wire = Wire(Noted(), served(service_fixture.service))
    assert service_fixture.alice
    token = etree.fromstring(wire.post(login(), "Login").data).findtext(f".//{names.svc('LoginResult')}")
    mine = message("GetCustomer", "<username>alice</username>", security(str(token)))

    assert "<c:FirstName>Alice</c:FirstName>" in wire.post(mine, "GetCustomer").text
    assert wire.post(message("Logout", header=security(str(token))), "Logout").status_code == 200
    assert fault_in(wire.post(mine, "GetCustomer")).type_name == "System.UnauthorizedAccessException"
