"""Requests as the codec reads them, with the elements that it does not know."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from lxml import etree

from sipsorcery_web.contract import codec, names
from sipsorcery_web.contract.errors import ContractError
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import (
    SIPAccount,
    UnknownElement,
)
from sipsorcery_web.contract.wire_types import FOREVER, NEVER

from .codec_elements import ADD, LIST, NAMESPACES, local_names, text_of
from .element_writer import write_arguments


def wrapper(operation: Operation, children: str) -> etree._Element:
    return etree.fromstring(f"<{operation.name} {NAMESPACES}>{children}</{operation.name}>")


def account_from(fields: str) -> SIPAccount:
    """The account of an AddSIPAccount request with these fields."""
    account = codec.read_arguments(ADD, wrapper(ADD, f"<sipAccount>{fields}</sipAccount>"))["sip_account"]
    assert isinstance(account, SIPAccount)
    return account


# Reading requests


def test_arguments_are_read_by_their_python_names() -> None:
    request = wrapper(
        OPERATIONS["UpdateCustomerPassword"],
        "<username>alice</username><oldPassword>a</oldPassword><newPassword>b</newPassword>",
    )

    assert codec.read_arguments(OPERATIONS["UpdateCustomerPassword"], request) == {
        "username": "alice",
        "old_password": "a",
        "new_password": "b",
    }


def test_arguments_may_come_in_any_order() -> None:
    request = wrapper(LIST, "<count>25</count><whereExpression>true</whereExpression><offset>50</offset>")

    assert codec.read_arguments(LIST, request) == {"where_expression": "true", "offset": 50, "count": 25}


def test_arguments_that_are_left_out_or_nil_have_their_default() -> None:
    assert codec.read_arguments(LIST, wrapper(LIST, '<whereExpression i:nil="true"/>')) == {
        "where_expression": None,
        "offset": 0,
        "count": 0,
    }


def test_an_empty_text_is_not_nil() -> None:
    assert codec.read_arguments(LIST, wrapper(LIST, "<whereExpression/>"))["where_expression"] == ""


def test_an_unknown_argument_is_set_aside() -> None:
    request = wrapper(LIST, "<before/><count>25</count><later><deep>1</deep></later>")

    assert codec.read_arguments(LIST, request)["count"] == 25


def test_white_space_between_elements_means_nothing() -> None:
    assert account_from("\n  <a:NetworkId>home</a:NetworkId>\n  <a:Owner>alice</a:Owner>\n").owner == "alice"


def test_the_fields_of_a_record_may_come_in_any_order() -> None:
    account = account_from(
        "<a:SIPUsername>alice-desk</a:SIPUsername><a:IsUserDisabled>true</a:IsUserDisabled><a:AdminDisabledReason>x</a:AdminDisabledReason>"
    )

    assert (account.sip_username, account.is_user_disabled, account.admin_disabled_reason) == ("alice-desk", True, "x")


def test_a_record_knows_what_was_absent_nil_and_empty() -> None:
    account = account_from('<a:NetworkId i:nil="true"/><a:InDialPlanName></a:InDialPlanName>')

    assert account.present == frozenset({"network_id", "in_dial_plan_name"})
    assert (account.network_id, account.in_dial_plan_name, account.out_dial_plan_name) == (None, "", None)


@pytest.mark.parametrize("nil", ["true", "1"])
def test_a_record_that_is_nil_is_none(nil: str) -> None:
    assert codec.read_arguments(ADD, wrapper(ADD, f'<sipAccount i:nil="{nil}"/>')) == {"sip_account": None}


def test_what_a_sender_says_of_the_type_is_dropped() -> None:
    request = wrapper(
        ADD, '<sipAccount i:type="a:SIPProvider"><a:Owner i:type="a:Foreign">alice</a:Owner></sipAccount>'
    )

    assert codec.read_arguments(ADD, request)["sip_account"].owner == "alice"


@pytest.mark.parametrize(
    "fields",
    [
        "<a:IsUserDisabled>yes</a:IsUserDisabled>",
        "<a:IsUserDisabled/>",
        '<a:IsUserDisabled i:nil="true"/>',
        "<a:Id>1234</a:Id>",
        '<a:Id i:nil="true"/>',
        "<a:Id>6c62292e-236b-46ea-bdf8- 225010869881</a:Id>",
        "<a:Inserted>2011-03-04T00:00:00Z</a:Inserted>",
        "<a:Inserted><b:DateTime>today</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted>",
        "<a:Inserted><b:DateTime>2011-03-04T00:00:00Z</b:DateTime></a:Inserted>",
        "<a:Inserted><b:DateTime>2011-03-04T00:00:00Z</b:DateTime><b:OffsetMinutes>99999</b:OffsetMinutes></a:Inserted>",
        "<a:Inserted><b:DateTime>-0044-03-15T00:00:00Z</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted>",
        "<a:Inserted><b:DateTime>12011-03-04T00:00:00Z</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted>",
        "<a:Owner>alice</a:Owner><a:Owner>bobby</a:Owner>",
        "<a:Owner><a:Owner>alice</a:Owner></a:Owner>",
        "<a:Owner>al<b>i</b>ce</a:Owner>",
        '<a:Owner i:nil="true">alice</a:Owner>',
        '<a:Owner i:nil="perhaps"/>',
        "<c:Owner>alice</c:Owner>",
        "<Owner>alice</Owner>",
        '<Owner xmlns="">alice</Owner>',
        "alice",
    ],
)
def test_a_field_that_does_not_keep_to_the_contract_is_refused(fields: str) -> None:
    with pytest.raises(ContractError):
        account_from(fields)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ("<a:Owner/>" * 3, "The element Owner stands in sipAccount more than once."),
        (
            "<a:Inserted><b:DateTime/><b:DateTime/></a:Inserted>",
            "The element DateTime stands in Inserted more than once.",
        ),
    ],
)
def test_what_comes_in_any_number_is_refused_before_the_schema_looks_at_it(
    fields: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "message_schema", lambda _: None)

    with pytest.raises(ContractError) as refused:
        account_from(fields)

    assert refused.value.message == complaint


def test_attributes_never_come_to_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(codec, "message_schema", lambda _: Noting(looked_at))
    many = " ".join(f'a{number}="{number}" c:a{number}="{number}"' for number in range(500))

    account_from(f'<a:Owner {many} i:nil="true"/>')

    assert "a499" not in looked_at[0]
    assert ':nil="true"' in looked_at[0]


class Noting:
    """A schema that notes what it is shown, and finds it valid."""

    def __init__(self, looked_at: list[str]) -> None:
        self._looked_at = looked_at

    def validate(self, message: etree._Element) -> bool:
        self._looked_at.append(text_of(message))
        return True


@pytest.mark.parametrize(
    "arguments",
    [
        "<offset>ten</offset>",
        "<offset/>",
        '<offset i:nil="true"/>',
        "<offset>1.5</offset>",
        "<count>2147483648</count>",
        "<count>1</count><count>2</count>",
        "<a:count>1</a:count>",
        "<whereExpression>a</whereExpression><whereExpression>b</whereExpression>",
        "plain text",
    ],
)
def test_an_argument_that_does_not_keep_to_the_contract_is_refused(arguments: str) -> None:
    with pytest.raises(ContractError):
        codec.read_arguments(LIST, wrapper(LIST, arguments))


def test_two_records_in_place_of_one_are_refused() -> None:
    with pytest.raises(ContractError):
        codec.read_arguments(ADD, wrapper(ADD, "<sipAccount/><sipAccount/>"))


@pytest.mark.parametrize("children", ["", "\n", "<username>alice</username>", "<a:Id>1</a:Id><more><deep/></more>"])
def test_an_operation_without_parameters_sets_everything_aside(children: str) -> None:
    assert codec.read_arguments(OPERATIONS["IsAlive"], wrapper(OPERATIONS["IsAlive"], children)) == {}


def test_the_complaint_names_no_namespaces() -> None:
    with pytest.raises(ContractError, match="does not keep to the contract") as refused:
        account_from("<a:IsUserDisabled>yes</a:IsUserDisabled>")

    assert "IsUserDisabled" in refused.value.message
    assert "http:" not in refused.value.message


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2011-03-04T05:06:07Z", datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2011-03-04T15:06:07", datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("9999-12-31T23:59:59.9999999Z", FOREVER),
        ("0001-01-01T00:00:00Z", NEVER),
    ],
)
def test_a_time_is_read_with_its_offset(written: str, moment: datetime) -> None:
    time = f"<a:Inserted><b:OffsetMinutes>600</b:OffsetMinutes><b:DateTime>{written}</b:DateTime></a:Inserted>"

    assert account_from(time).inserted == moment


def test_an_id_may_be_in_upper_case() -> None:
    assert account_from("<a:Id>6C62292E-236B-46EA-BDF8-225010869881</a:Id>").id == UUID(
        "6c62292e-236b-46ea-bdf8-225010869881"
    )


# Unknown elements


def test_elements_of_another_revision_are_kept_with_their_place() -> None:
    account = account_from("<a:AAA>1</a:AAA><a:Owner>alice</a:Owner><a:Zone><a:Deep>2</a:Deep></a:Zone><a:More/>")
    owner = f"{{{names.APP}}}Owner"

    assert account.owner == "alice"
    assert [unknown.after for unknown in account.unknown] == ["", owner, owner]
    assert [etree.QName(unknown.element).localname for unknown in account.unknown] == ["AAA", "Zone", "More"]


def test_elements_of_another_revision_are_not_written_out_when_they_are_read() -> None:
    request = wrapper(ADD, "<sipAccount><a:Zone/><a:More/></sipAccount>")

    assert [unknown.element for unknown in codec.read_arguments(ADD, request)["sip_account"].unknown] == list(
        request[0]
    )


def test_a_kept_element_takes_the_prefixes_of_its_values_along() -> None:
    request = wrapper(ADD, '<sipAccount xmlns:n="urn:n"><a:Zone i:type="n:Kind">n:1</a:Zone></sipAccount>')
    written = write_arguments(ADD, codec.read_arguments(ADD, request))

    assert written[0][0].nsmap["n"] == "urn:n"


def test_kept_elements_go_back_to_where_they_stood() -> None:
    fields = "<a:AAA/><a:BBB/><a:NetworkId>home</a:NetworkId><a:Nice>&lt;1&gt;</a:Nice><a:Ocean/><a:Owner>alice</a:Owner><a:Zebra/>"
    written = write_arguments(ADD, {"sip_account": account_from(fields)})

    assert local_names(written[0]) == ["AAA", "BBB", "NetworkId", "Nice", "Ocean", "Owner", "Zebra"]
    assert written[0].findtext(f"{{{names.APP}}}Nice") == "<1>"


def test_a_kept_element_stays_when_the_record_is_changed() -> None:
    account = account_from("<a:Owner>alice</a:Owner><a:Zebra>stripes</a:Zebra>").with_(sip_username="alice-desk")
    written = write_arguments(ADD, {"sip_account": account})

    assert local_names(written[0]) == ["Owner", "Zebra", "SIPUsername"]


def test_an_element_whose_neighbour_is_gone_goes_to_the_front() -> None:
    account = SIPAccount(
        owner="alice",
        present=frozenset({"owner"}),
        unknown=(UnknownElement(f"{{{names.APP}}}Id", etree.Element(f"{{{names.APP}}}X")),),
    )

    assert local_names(write_arguments(ADD, {"sip_account": account})[0]) == ["X", "Owner"]


def test_unknown_elements_deep_inside_do_not_disturb() -> None:
    account = account_from("<a:Zone><a:Owner>mallory</a:Owner></a:Zone><a:Owner>alice</a:Owner>")

    assert account.owner == "alice"
