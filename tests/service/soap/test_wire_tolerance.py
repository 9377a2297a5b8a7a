"""Messages unlike those of the original's clients: which are tolerated, which refused (spec, sections 1.4 to 1.8)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from lxml import etree

from sipsorcery_web.contract import codec, names
from sipsorcery_web.contract.errors import ContractError
from sipsorcery_web.contract.operations import OPERATIONS

from .wire import XML, Wire, account, declared, fault_in, login, message

AN_ID = "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"
NO_TIMES = [
    "05:06:07",
    "--03-04",
    "2011-02-30",
    "2011-03-04T05:06",
    "2011-03-04 05:06:07",
    "2011-3-4",
    "2011-03-04T24:00:00Z",
    "٢٠١١-03-04",
]
"""The first two .NET reads as of today and of 1904."""

# The SOAPAction


@pytest.mark.parametrize("action", ['"{}"', "{}", ' "{}" '])
def test_the_action_may_be_quoted_or_not(wire: Wire, action: str) -> None:
    action = action.format(OPERATIONS["Login"].action)

    assert wire.understood(login(), "Login", SOAPAction=action)["username"] == "alice"


@pytest.mark.parametrize("action", ["", '""', "urn:nothing", "Login", OPERATIONS["Login"].action.upper(), "\xff\x01"])
def test_an_unknown_action_is_refused(wire: Wire, action: str) -> None:
    fault = fault_in(
        wire.client.post(names.ENDPOINT_PATH, data=login(), headers={"Content-Type": XML, "SOAPAction": action})
    )

    assert (fault.code, wire.noted.calls) == ("ActionNotSupported", [])


def test_a_missing_action_is_refused(wire: Wire) -> None:
    fault = fault_in(wire.client.post(names.ENDPOINT_PATH, data=login(), content_type=XML))

    assert (fault.code, wire.noted.calls) == ("ActionNotSupported", [])


def test_an_action_that_disagrees_with_the_body_is_refused(wire: Wire) -> None:
    fault = wire.refusal(login(), "IsAlive")

    assert fault.message == "The SOAPAction and the body of the message name different operations."


# The body


@pytest.mark.parametrize(
    "element",
    [
        "<IsAlive xmlns='{}'/>",
        "<x:IsAlive xmlns:x='{}'></x:IsAlive>",
        "<IsAlive xmlns='{}'>\n</IsAlive>",
        "<IsAlive xmlns='{}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>",  # SOAP::Lite
        "<IsAlive xmlns='{}' id='o0' z:root='1' xmlns:z='http://schemas.xmlsoap.org/soap/encoding/'/>",
        "<IsAlive xmlns='{}'><later>1</later><username/></IsAlive>",
    ],
)
def test_an_operation_without_parameters_is_an_empty_element(wire: Wire, element: str) -> None:
    body = element.format(names.SVC)
    document = f'<e:Envelope xmlns:e="{names.SOAP}"><e:Body>{body}</e:Body></e:Envelope>'

    assert wire.understood(document, "IsAlive") == {}


@pytest.mark.parametrize(
    "bodies",
    ["", "<s:Body/>", "<s:Body>{0}{0}</s:Body>", "<s:Body>{0}</s:Body><s:Body>{0}</s:Body>", "<s:Body>alive</s:Body>"],
)
def test_a_message_has_one_body_with_one_element(wire: Wire, bodies: str) -> None:
    document = f'<s:Envelope xmlns:s="{names.SOAP}">{bodies}</s:Envelope>'.format(f'<IsAlive xmlns="{names.SVC}"/>')

    assert wire.refusal(document, "IsAlive").code == "DeserializationFailed"


def test_comments_instructions_and_sections_may_stand_anywhere(wire: Wire) -> None:
    document = declared("utf-8", "<!-- a --><?b c?>" + login("ali<!-- - -->c<![CDATA[e<&>]]><?d?>") + "<!-- e -->")

    assert wire.understood(document, "Login")["username"] == "alice<&>"


def test_parameters_may_come_in_any_order(wire: Wire) -> None:
    parameters = "<count>5</count><whereExpression>IsIncomingOnly</whereExpression><offset>10</offset>"

    assert wire.understood(message("GetSIPAccounts", parameters), "GetSIPAccounts") == {
        "where_expression": "IsIncomingOnly",
        "offset": 10,
        "count": 5,
    }


def test_fields_may_come_in_any_order(wire: Wire) -> None:
    fields = "<a:SIPUsername>desk</a:SIPUsername><a:Owner>alice</a:Owner><a:Inserted><b:OffsetMinutes>0</b:OffsetMinutes><b:DateTime>2011-03-04T05:06:07Z</b:DateTime></a:Inserted><a:DontMangleEnabled>1</a:DontMangleEnabled>"
    record = wire.understood(account(fields), "UpdateSIPAccount")["sip_account"]

    assert (record.sip_username, record.owner, record.dont_mangle_enabled) == ("desk", "alice", True)
    assert record.inserted == datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_absent_nil_and_empty_are_three_things(wire: Wire) -> None:
    record = wire.understood(account('<a:NetworkId i:nil="1"/><a:Owner/>'), "UpdateSIPAccount")["sip_account"]

    assert record.present == {"network_id", "owner"}
    assert (record.network_id, record.owner, record.sip_username) == (None, "", None)


def test_parameters_may_be_absent(wire: Wire) -> None:
    assert wire.understood(message("GetSIPAccounts"), "GetSIPAccounts") == {
        "where_expression": None,
        "offset": 0,
        "count": 0,
    }


def test_elements_of_another_revision_are_set_aside(wire: Wire) -> None:
    fields = (
        '<a:AvatarURL>https://x.example</a:AvatarURL><a:Owner>alice</a:Owner><z:More xmlns:z="urn:z"><z:a/></z:More>'
    )
    record = wire.understood(account(fields), "UpdateSIPAccount")["sip_account"]

    assert (record.owner, record.present) == ("alice", {"owner"})


@pytest.mark.parametrize(
    "attributes",
    [
        'i:type="a:SIPProvider"',
        'i:type="nonsense"',
        'i:schemaLocation="urn:x http://127.0.0.1:1/x.xsd"',
        f'xmlns:s="{names.SOAP}" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"',
        'xml:lang="en"',
        'id="o1" href="#o2"',
        'nil="true" type="SIPProvider" null="1"',
        'xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/" z:Id="i1"',
        "i:nil=' false '",
    ],
)
def test_attributes_of_other_standards_change_nothing(wire: Wire, attributes: str) -> None:
    document = message(
        "UpdateSIPAccount", f"<sipAccount {attributes}><a:Owner {attributes}>alice</a:Owner></sipAccount>"
    )
    record = wire.understood(document, "UpdateSIPAccount")["sip_account"]

    assert (type(record).__name__, record.owner) == ("SIPAccount", "alice")


@pytest.mark.parametrize("attributes", ["i:nil='true'", "i:nil='1'", "id='o1'"])
def test_attributes_of_the_wrapper_change_nothing(wire: Wire, attributes: str) -> None:
    document = login().replace("<Login ", f"<Login {attributes} ")

    assert wire.understood(document, "Login")["username"] == "alice"


@pytest.mark.parametrize("nil", ["true", "1", " true ", "\n1"])
@pytest.mark.parametrize("content", ["", " ", "\n\t", "<!-- nothing -->"])
def test_nil_has_two_spellings_and_holds_nothing_but_blanks(wire: Wire, nil: str, content: str) -> None:
    fields = f'<a:Owner i:nil="{nil}">{content}</a:Owner><a:NetworkId i:nil="false">{content}</a:NetworkId>'
    record = wire.understood(account(fields), "UpdateSIPAccount")["sip_account"]
    nothing = wire.understood(
        message("UpdateSIPAccount", f'<sipAccount i:nil="{nil}">{content}</sipAccount>'), "UpdateSIPAccount"
    )

    assert (record.owner, record.network_id) == (None, content.replace("<!-- nothing -->", ""))
    assert nothing == {"sip_account": None}


@pytest.mark.parametrize("blanks", [" {} ", "\n\t{}\r\n", "<![CDATA[{}]]>", "<!-- a -->{}<!-- b -->"])
def test_blanks_and_sections_around_a_value_do_not_count(wire: Wire, blanks: str) -> None:
    time = f"<b:DateTime>{blanks.format('2011-03-04T05:06:07')}</b:DateTime><b:OffsetMinutes>{blanks.format('+60')}</b:OffsetMinutes>"
    fields = f"<a:Id>{blanks.format(AN_ID)}</a:Id><a:IsUserDisabled>{blanks.format(1)}</a:IsUserDisabled><a:Inserted>{time}</a:Inserted>"
    record = wire.understood(account(fields), "UpdateSIPAccount")["sip_account"]

    assert (record.id, record.is_user_disabled) == (UUID(AN_ID), True)
    assert record.inserted == datetime(2011, 3, 4, 4, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(("written", "number"), [("+5", 5), (" 5 ", 5), ("007", 7), ("-0", 0), ("\n+0\n", 0)])
def test_a_number_may_have_a_sign_zeros_and_blanks(wire: Wire, written: str, number: int) -> None:
    parameters = f"<offset>{written}</offset>"

    assert wire.understood(message("GetSIPAccounts", parameters), "GetSIPAccounts")["offset"] == number


@pytest.mark.parametrize(
    "written",
    [
        AN_ID,
        AN_ID.upper(),
        AN_ID.replace("-", ""),
        f"{{{AN_ID}}}",
        f"({AN_ID})",
        f" \n{{{AN_ID.upper()}}}\t",
        f"\u00a0{AN_ID}",
        "{0x3f0e7c1a,0x9a0b,0x4c55,{0x9d,0xe,0x2f,0x8f,0xb,0x6f,0x7a,0x11}}",
        "{0x3F0E7C1A, 0x9A0B, 0x4C55, {0x9D, 0x0E, 0x2F, 0x8F, 0x0B, 0x6F, 0x7A, 0x11}}",
    ],
)
def test_an_id_may_be_in_every_form_of_dot_net(wire: Wire, written: str) -> None:
    assert wire.understood(account(f"<a:Id>{written}</a:Id>"), "UpdateSIPAccount")["sip_account"].id == UUID(AN_ID)


@pytest.mark.parametrize(
    ("written", "offset", "read"),
    [
        ("2011-03-04T05:06:07Z", 0, datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07Z", 600, datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07", 0, datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07", 600, datetime(2011, 3, 3, 19, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07+10:00", 0, datetime(2011, 3, 3, 19, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07-03:30", 0, datetime(2011, 3, 4, 8, 36, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07.1234567Z", 0, datetime(2011, 3, 4, 5, 6, 7, 123456, UTC)),
        ("2011-03-04T05:06:07.5", 0, datetime(2011, 3, 4, 5, 6, 7, 500000, UTC)),
        ("9999-12-31T23:59:59.9999999Z", 0, datetime.max.replace(tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", 0, datetime.min.replace(tzinfo=UTC)),
        ("2011-03-04T05:06:07z", 0, datetime(2011, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2011-03-04T05:06:07+15:00", 0, datetime(2011, 3, 3, 14, 6, 7, tzinfo=UTC)),
        ("2011-03-04", 0, datetime(2011, 3, 4, tzinfo=UTC)),
        ("2011-03-04", 600, datetime(2011, 3, 3, 14, tzinfo=UTC)),
        ("2011-03-04Z", 600, datetime(2011, 3, 4, tzinfo=UTC)),
        ("2011-03-04+02:00", 0, datetime(2011, 3, 3, 22, tzinfo=UTC)),
        ("2011-03", 0, datetime(2011, 3, 1, tzinfo=UTC)),
        ("2011", 0, datetime(2011, 1, 1, tzinfo=UTC)),
        ("2011-03:00", 0, datetime(2011, 1, 1, 3, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_and_without_a_zone(wire: Wire, written: str, offset: int, read: datetime) -> None:
    time = f"<a:Inserted><b:DateTime>{written}</b:DateTime><b:OffsetMinutes>{offset}</b:OffsetMinutes></a:Inserted>"

    assert wire.understood(account(time), "UpdateSIPAccount")["sip_account"].inserted == read


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetSIPAccounts", "<offset>zero</offset>"),
        ("GetSIPAccounts", "<offset>2147483648</offset>"),
        ("GetSIPAccounts", '<offset i:nil="true"/>'),
        ("GetSIPAccounts", "<offset>1</offset><offset>2</offset>"),
        ("GetSIPAccounts", "<offset><a:x/></offset>"),
        ("Login", '<username xmlns="urn:another">alice</username>'),
        ("Login", "<a:username>alice</a:username>"),
        ("Login", "<username>alice<b/></username>"),
        ("Login", "alice"),
        ("UpdateSIPAccount", "<sipAccount><Owner>alice</Owner></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><c:Owner>alice</c:Owner></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:IsUserDisabled>maybe</a:IsUserDisabled></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Id>{3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11</a:Id></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Id>{3f0e7c1a9a0b4c559d0e2f8f0b6f7a11}</a:Id></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Id>urn:uuid:3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11</a:Id></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Id>+3f0e7c1-9a0b-4c55-9d0e-2f8f0b6f7a11</a:Id></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Id>{0x3f0e7c1a1,0,0,{0,0,0,0,0,0,0,0}}</a:Id></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:IsUserDisabled>True</a:IsUserDisabled></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Owner i:nil='TRUE'/></sipAccount>"),
        ("UpdateSIPAccount", "<sipAccount><a:Owner i:nil='true'>alice</a:Owner></sipAccount>"),
        ("UpdateSIPAccount", f"<sipAccount z:Ref='i1' xmlns:z='{names.SERIALIZATION}'/>"),
        ("UpdateSIPAccount", f"<sipAccount><a:Owner z:Ref='i1' xmlns:z='{names.SERIALIZATION}'/></sipAccount>"),
        (
            "UpdateSIPAccount",
            "<sipAccount><a:Inserted><b:DateTime>2011-03-04T05:06:07Z</b:DateTime></a:Inserted></sipAccount>",
        ),
        (
            "UpdateSIPAccount",
            "<sipAccount><a:Inserted><b:DateTime>yesterday</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted></sipAccount>",
        ),
        (
            "UpdateSIPAccount",
            "<sipAccount><a:Inserted><b:DateTime>-0044-03-15T12:00:00Z</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted></sipAccount>",
        ),
        ("UpdateSIPAccount", "<a:SIPAccount/><sipAccount>text</sipAccount>"),
        *(
            (
                "UpdateSIPAccount",
                f"<sipAccount><a:Inserted><b:DateTime>{text}</b:DateTime><b:OffsetMinutes>0</b:OffsetMinutes></a:Inserted></sipAccount>",
            )
            for text in NO_TIMES
        ),
    ],
)
def test_what_would_be_lost_or_bent_is_refused(wire: Wire, operation: str, parameters: str) -> None:
    assert wire.refusal(message(operation, parameters), operation).code == "DeserializationFailed"


def test_messages_at_the_same_time_get_their_own_complaints() -> None:
    def told_right(number: int) -> bool:
        wrapper = etree.fromstring(
            f'<GetSIPAccounts xmlns="{names.SVC}"><offset>wrong-{number}</offset></GetSIPAccounts>'
        )
        with pytest.raises(ContractError) as refused:
            codec.read_arguments(OPERATIONS["GetSIPAccounts"], wrapper)
        return f"'wrong-{number}'" in refused.value.message

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(told_right, range(4000)))


def test_the_namespace_of_the_operation_is_part_of_its_name(wire: Wire) -> None:
    assert (
        wire.refusal(login().replace(names.SVC, "http://www.sipsorcery.com"), "Login").code == "DeserializationFailed"
    )


@pytest.mark.parametrize("space", ["http://www.w3.org/2003/05/soap-envelope", "urn:another", ""])
def test_an_envelope_of_another_version_is_refused(wire: Wire, space: str) -> None:
    assert wire.refusal(login().replace(names.SOAP, space or "urn:none"), "Login").code == "VersionMismatch"
