"""Replies as the codec writes and reads them, and what a SOAP library is given."""

from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from sipsorcery_web.contract import codec, names
from sipsorcery_web.contract.errors import ContractError
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import (
    Customer,
    ProviderType,
    Record,
    SIPAccount,
    SIPRegistrarBinding,
)
from sipsorcery_web.contract.schema import message_schema
from sipsorcery_web.contract.wire_types import STRING, ZERO_ID, ListType, RecordType

from .codec_elements import ADD, LIST, NAMESPACES, local_names, text_of, write_arguments, write_result
from .samples import RECORDS, filled


def reply(operation: Operation, children: str) -> etree._Element:
    return etree.fromstring(f"<{operation.name}Response {NAMESPACES}>{children}</{operation.name}Response>")


# Replies


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_comes_back_as_it_went(record: type[Record]) -> None:
    operation = next(known for known in OPERATIONS.values() if getattr(known.result, "record", None) is record)
    original: Any = [filled(record), record()] if isinstance(operation.result, ListType) else filled(record)
    written = etree.tostring(write_result(operation, original))

    assert codec.read_result(operation, etree.fromstring(written)) == original


def test_every_written_record_is_valid_with_everything_and_with_nothing_in_it() -> None:
    for operation in OPERATIONS.values():
        match operation.result:
            case RecordType(record):
                for value in (filled(record), record(), None):
                    message_schema().assertValid(write_result(operation, value))
            case ListType(record):
                for values in ([filled(record), record()], [], None):
                    message_schema().assertValid(write_result(operation, values))


def test_a_record_is_written_whole_in_the_order_of_the_contract_with_nil_for_none() -> None:
    written = write_result(OPERATIONS["AddSIPAccount"], SIPAccount(owner="alice"))[0]

    assert local_names(written)[:4] == ["AdminDisabledReason", "DontMangleEnabled", "IPAddressACL", "Id"]
    assert len(written) == 17
    assert written[0].get(names.NIL) == "true"
    assert written.findtext(f"{{{names.APP}}}Id") == str(ZERO_ID)


def test_fields_that_were_not_given_are_not_written() -> None:
    written = write_arguments(
        ADD, {"sip_account": SIPAccount(owner="alice", present=frozenset({"owner", "network_id"}))}
    )

    assert local_names(written[0]) == ["NetworkId", "Owner"]


@pytest.mark.parametrize(
    ("name", "result", "text"),
    [
        ("IsAlive", True, "true"),
        ("IsAlive", False, "false"),
        ("GetCDRsCount", 12, "12"),
        ("Login", "abc", "abc"),
        ("Login", None, None),
        ("Login", "", None),
    ],
)
def test_a_plain_result_is_text(name: str, result: Any, text: str | None) -> None:
    written = write_result(OPERATIONS[name], result)

    assert written[0].text == text
    assert (written[0].get(names.NIL) == "true") is (result is None)


def test_an_operation_without_a_result_answers_an_empty_wrapper() -> None:
    written = write_result(OPERATIONS["Logout"], None)

    assert (written.tag, len(written)) == (names.svc("LogoutResponse"), 0)
    assert codec.read_result(OPERATIONS["Logout"], written) is None


@pytest.mark.parametrize("bad", [0, codec.PIECE - 1, codec.PIECE, 2 * codec.PIECE])
def test_one_bad_record_spoils_the_list_wherever_it_stands(bad: int) -> None:
    items = ["<a:SIPAccount><a:Owner>alice</a:Owner></a:SIPAccount>"] * (2 * codec.PIECE + 1)
    whole = codec.read_result(LIST, reply(LIST, f"<GetSIPAccountsResult>{''.join(items)}</GetSIPAccountsResult>"))
    items[bad] = "<a:SIPAccount><a:Id>1</a:Id></a:SIPAccount>"

    assert [account.owner for account in whole] == ["alice"] * len(items)
    with pytest.raises(ContractError, match="Element 'Id'"):
        codec.read_result(LIST, reply(LIST, f"<GetSIPAccountsResult>{''.join(items)}</GetSIPAccountsResult>"))


def test_a_list_is_validated_no_further_than_its_first_bad_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def first_complaint(schema: etree.XMLSchema) -> str:
        looked_at.append(len(schema.error_log))
        return ""

    monkeypatch.setattr(codec, "_first_complaint", first_complaint)
    items = "<a:SIPAccount><a:Id>1</a:Id></a:SIPAccount>" * (10 * codec.PIECE)

    with pytest.raises(ContractError):
        codec.read_result(LIST, reply(LIST, f"<GetSIPAccountsResult>{items}</GetSIPAccountsResult>"))

    assert looked_at[0] <= 2 * codec.PIECE


def test_records_of_a_list_are_checked_without_a_namespace_of_their_own() -> None:
    one, many = (
        codec._tidied(
            reply(
                LIST,
                f"<GetSIPAccountsResult>{'<a:SIPAccount><a:Owner/></a:SIPAccount>' * count}</GetSIPAccountsResult>",
            ),
            {names.svc("GetSIPAccountsResult"): ListType(SIPAccount)},
        )
        for count in (1, 5)
    )

    assert (len(one[0]), len(many[0])) == (1, 5)
    assert etree.tostring(many).count(b"xmlns") == etree.tostring(one).count(b"xmlns")


def test_an_empty_list_and_a_nil_list_are_told_apart() -> None:
    assert codec.read_result(LIST, reply(LIST, "<GetSIPAccountsResult/>")) == []
    assert codec.read_result(LIST, reply(LIST, '<GetSIPAccountsResult i:nil="true"/>')) is None
    assert codec.read_result(LIST, reply(LIST, "")) is None


def test_a_nil_item_in_a_list_is_left_out() -> None:
    items = '<GetSIPAccountsResult><a:SIPAccount i:nil="true"/><a:SIPAccount><a:Owner>alice</a:Owner></a:SIPAccount></GetSIPAccountsResult>'

    assert [account.owner for account in codec.read_result(LIST, reply(LIST, items))] == ["alice"]


def test_a_list_with_items_of_another_kind_is_read_without_them() -> None:
    items = "<GetSIPAccountsResult><a:SIPProvider/><a:SIPAccount/></GetSIPAccountsResult>"

    assert len(codec.read_result(LIST, reply(LIST, items))) == 1


def test_the_reply_to_another_operation_is_refused() -> None:
    with pytest.raises(ContractError, match="The reply to GetSIPAccounts holds another message"):
        codec.read_result(LIST, reply(OPERATIONS["GetCDRs"], "<GetCDRsResult/>"))


def test_a_reply_with_a_value_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ContractError):
        codec.read_result(OPERATIONS["IsAlive"], reply(OPERATIONS["IsAlive"], "<IsAliveResult>perhaps</IsAliveResult>"))


def test_a_reply_of_the_base_revision_lacks_the_fields_of_2011() -> None:
    items = "<GetSIPProvidersResult><a:SIPProvider><a:CustomHeaders/><a:ProviderName>blue</a:ProviderName></a:SIPProvider></GetSIPProvidersResult>"
    (provider,) = codec.read_result(OPERATIONS["GetSIPProviders"], reply(OPERATIONS["GetSIPProviders"], items))

    assert (provider.provider_type, provider.has("provider_type"), provider.custom_headers) == (
        ProviderType.SIP,
        False,
        "",
    )


def test_white_space_in_a_text_is_kept() -> None:
    script = "\n  sys.Log('hello')\r\n\tend  "
    written = write_result(OPERATIONS["Login"], script)

    assert codec.read_result(OPERATIONS["Login"], etree.fromstring(etree.tostring(written))) == script


def test_a_password_that_looks_like_markup_is_only_text() -> None:
    wicked = "]]></password><username>bobby</username>&amp;<!--"
    written = write_arguments(OPERATIONS["Login"], {"username": "alice", "password": wicked})

    assert codec.read_arguments(OPERATIONS["Login"], etree.fromstring(etree.tostring(written))) == {
        "username": "alice",
        "password": wicked,
    }


# What a SOAP library is given


def test_values_are_given_as_texts_by_the_names_of_the_wire() -> None:
    account = SIPAccount(
        owner="alice",
        is_user_disabled=True,
        network_id=None,
        present=frozenset({"owner", "is_user_disabled", "network_id"}),
    )

    assert codec.texts(RecordType(SIPAccount), account, nil="nil") == {
        "IsUserDisabled": "true",
        "NetworkId": "nil",
        "Owner": "alice",
    }
    assert codec.texts(STRING, None, nil="nil") == "nil"
    assert codec.texts(ListType(SIPAccount), [account.with_(network_id="x")]) == {
        "SIPAccount": [{"IsUserDisabled": "true", "NetworkId": "x", "Owner": "alice"}]
    }


def test_a_time_is_given_with_the_offset_zero() -> None:
    binding = SIPRegistrarBinding(last_update=datetime(2011, 3, 4, tzinfo=UTC), present=frozenset({"last_update"}))

    assert codec.texts(RecordType(SIPRegistrarBinding), binding) == {
        "LastUpdate": {"DateTime": "2011-03-04T00:00:00Z", "OffsetMinutes": "0"}
    }


def test_customers_are_written_in_their_own_namespace() -> None:
    written = write_result(OPERATIONS["GetCustomer"], Customer(customer_username="alice"))

    assert {etree.QName(child).namespace for child in written[0]} == {names.CRM}
    assert "alice" in text_of(written)
