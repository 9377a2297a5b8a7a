"""The values that a service sends, and what goes back to it."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.errors import (
    Refused,
)
from sipsorcery_web.contract.filters import any_of, prop
from sipsorcery_web.contract.records import SIPAccount, SIPCDRAsset
from sipsorcery_web.contract.wire_types import FOREVER, NEVER
from sipsorcery_web.provisioning.client import ProvisioningClient

from .scripted import ScriptedService, reply, valid_reply
from .soap_calls import account, listed


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


def test_a_filter_is_sent_in_parentheses(scripted: ScriptedService, client: ProvisioningClient) -> None:
    scripted.answers(reply("GetSIPAccountsCount", "<GetSIPAccountsCountResult>0</GetSIPAccountsCountResult>"))
    client.sip_accounts.count(any_of(prop("SIPUsername").equals("a"), prop("SIPUsername").equals("b")))

    sent = scripted.requests[0].message.findtext(names.svc("whereExpression"))
    assert sent == '(SIPUsername = "a" or SIPUsername = "b")'


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
