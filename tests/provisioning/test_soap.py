"""The messages on the wire, in front of any kind of service; `test_soap_tolerance` has what may come back."""

import pytest
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.errors import ContractError, Refused, SessionExpired, Unavailable
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel

from .scripted import Request, ScriptedService, fault, http, reply

TOKEN = "ab" * 48


def envelope_of(request: Request) -> etree._Element:
    return etree.fromstring(request.body)


def visitor(channel: SoapChannel, token: str | None = TOKEN) -> ProvisioningClient:
    return ProvisioningClient(channel, ClientIdentity(token, "192.0.2.7"))


def test_a_request_is_plain_soap_1_1(scripted: ScriptedService, channel: SoapChannel) -> None:
    scripted.answers(reply("IsAlive", "<IsAliveResult>true</IsAliveResult>"))
    assert visitor(channel).is_alive()
    (request,) = scripted.requests

    assert request.head.startswith("POST /provisioning.svc HTTP/1.1")
    assert request.header("SOAPAction") == f'"{names.ACTION_PREFIX}IsAlive"'
    assert request.header("Content-Type") == "text/xml; charset=utf-8"
    assert request.header("Authorization") is None
    assert request.header("Cookie") is None
    assert request.message.tag == names.svc("IsAlive")


@pytest.mark.parametrize("token", [TOKEN, None])
def test_the_header_of_a_request_is_the_token_and_nothing_else(
    scripted: ScriptedService, channel: SoapChannel, token: str | None
) -> None:
    scripted.answers(reply("Logout"))
    visitor(channel, token).logout()
    (header,) = envelope_of(scripted.requests[0]).iterfind(f"{{{names.SOAP}}}Header")

    assert [(block.tag, dict(block.attrib)) for block in header] == [(f"{{{names.SECURITY}}}Security", {})]
    assert [(child.tag, child.text or "") for child in header[0]] == [(f"{{{names.SECURITY}}}AuthID", token or "")]


def test_the_address_of_the_person_is_told_outside_of_the_message_alone(
    scripted: ScriptedService, channel: SoapChannel
) -> None:
    scripted.answers(reply("Logout"))
    visitor(channel).logout()

    assert b"192.0.2.7" not in scripted.requests[0].body
    assert scripted.requests[0].head.count("192.0.2.7") == 1
    assert scripted.requests[0].header("X-Forwarded-For") == "192.0.2.7"


def test_fields_are_sent_in_the_order_of_the_contract_and_only_those_that_were_given(
    scripted: ScriptedService, channel: SoapChannel
) -> None:
    given = frozenset({"sip_username", "network_id", "id", "is_user_disabled"})
    scripted.answers(reply("UpdateSIPAccount", "<UpdateSIPAccountResult/>"))
    visitor(channel).sip_accounts.update(SIPAccount(sip_username="alice-desk", present=given))
    (record,) = scripted.requests[0].message

    assert [(etree.QName(child).localname, child.text, child.get(names.NIL)) for child in record] == [
        ("Id", "00000000-0000-0000-0000-000000000000", None),
        ("IsUserDisabled", "false", None),
        ("NetworkId", None, "true"),
        ("SIPUsername", "alice-desk", None),
    ]


def test_arguments_that_are_none_are_sent_as_nil(scripted: ScriptedService, channel: SoapChannel) -> None:
    scripted.answers(reply("GetSIPAccountsCount", "<GetSIPAccountsCountResult>0</GetSIPAccountsCountResult>"))
    visitor(channel).sip_accounts.count()
    (where,) = scripted.requests[0].message

    assert (where.tag, where.get(names.NIL)) == (names.svc("whereExpression"), "true")


def test_a_text_is_escaped_and_kept(scripted: ScriptedService, channel: SoapChannel) -> None:
    wicked = "]]></password><!-- \r\n\t Å ☎ &amp;"
    scripted.answers(reply("Login", '<LoginResult i:nil="true"/>'))
    assert visitor(channel, None).login("alice", wicked) is None

    assert scripted.requests[0].message.findtext(names.svc("password")) == wicked


def test_after_a_failure_the_next_call_goes_through(scripted: ScriptedService, channel: SoapChannel) -> None:
    scripted.answers(
        fault("Attempted to perform an unauthorized operation.", "System.UnauthorizedAccessException", status=200),
        http("<html>Bad gateway</html>", 502, "text/html"),
        http("", 200),
        fault("Your account is suspended."),
        reply("IsAlive", "<IsAliveResult>true</IsAliveResult>"),
    )
    alice = visitor(channel)

    for kind in (SessionExpired, Unavailable, ContractError, Refused):
        with pytest.raises(kind):
            alice.is_alive()
    assert alice.is_alive()
