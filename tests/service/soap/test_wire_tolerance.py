"""Messages unlike those of the original's clients: which are tolerated, which refused (spec, sections 1.4 to 1.8)."""

import codecs
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import Table
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from sipsorcery_web.contract import codec, envelope, names
from sipsorcery_web.contract.envelope import MAX_DEPTH, Fault
from sipsorcery_web.contract.errors import ContractError, ProvisioningError, SessionExpired
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.soap import endpoint
from sipsorcery_web.service.store.models import CustomerSessionRow
from tests.conftest import PASSWORD, ServiceFixture, person

XML = "text/xml; charset=utf-8"
TOKEN = "ab" * 48
AN_ID = "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"
LIMIT = 20_000
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


def security(token: str, attributes: str = "") -> str:
    """The header block as clients have sent it since December 2009."""
    return f'<x:Security xmlns:x="{names.SECURITY}" {attributes}><x:AuthID>{token}</x:AuthID></x:Security>'


def message(operation: str, parameters: str = "", header: str = "") -> str:
    """An envelope as text, without a declaration."""
    return (
        f'<s:Envelope xmlns:s="{names.SOAP}"><s:Header>{header}</s:Header><s:Body>'
        f'<{operation} xmlns="{names.SVC}" xmlns:a="{names.APP}" xmlns:c="{names.CRM}" xmlns:b="{names.SYS}"'
        f' xmlns:i="{names.XSI}">{parameters}</{operation}></s:Body></s:Envelope>'
    )


def login(username: str = "alice") -> str:
    return message("Login", f"<username>{username}</username><password>{PASSWORD}</password>")


def account(fields: str) -> str:
    return message("UpdateSIPAccount", f"<sipAccount>{fields}</sipAccount>")


@dataclass
class Noted:
    """A service that notes what the edge has understood, and answers nothing or with an error."""

    error: Exception | None = None
    calls: list[tuple[str, str | None, Mapping[str, Any]]] = field(default_factory=list)
    operations = OPERATIONS

    def answer(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        self.calls.append((operation.name, token, arguments))
        if self.error is not None:
            raise self.error


@dataclass
class Wire:
    """The endpoint, one message after the other."""

    noted: Noted
    client: FlaskClient

    def post(self, document: str | bytes, operation: str = "", **headers: str) -> TestResponse:
        """Send a document; the operation is that of the SOAPAction."""
        given = {"Content-Type": XML, "SOAPAction": f'"{names.ACTION_PREFIX}{operation}"'}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = document.encode() if isinstance(document, str) else document
        return self.client.post(names.ENDPOINT_PATH, data=data, headers=given)

    def understood(self, document: str | bytes, operation: str, **headers: str) -> Mapping[str, Any]:
        """The arguments that the service was given."""
        response = self.post(document, operation, **headers)
        assert response.status_code == 200, response.text
        assert self.noted.calls[-1][0] == operation
        return self.noted.calls[-1][2]

    def token(self, header: str, **headers: str) -> str | None:
        """The token that the service was given."""
        self.understood(message("Logout", header=header), "Logout", **headers)
        return self.noted.calls[-1][1]

    def refusal(self, document: str | bytes, operation: str = "Login", **headers: str) -> Fault:
        """The fault of a message that never reaches the service."""
        fault = fault_in(self.post(document, operation, **headers))
        assert not self.noted.calls
        return fault


def fault_in(response: TestResponse, status: int = 500) -> Fault:
    """The fault of an answer, which has to say no more than a fault of the original and nothing of our insides."""
    assert (response.status_code, response.content_type) == (status, XML)
    fault = envelope.fault_of(envelope.body_of(envelope.parse_envelope(response.data)))
    assert fault is not None, response.text
    for inside in ("Traceback", "File &quot;", ".py", "sqlalchemy", "sqlite", "SELECT", "lxml"):
        assert inside not in response.text
    return fault


def served(service: object, **options: Any) -> FlaskClient:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LIMIT
    app.register_blueprint(endpoint.blueprint(cast(Service, service), **options))
    return app.test_client()


@pytest.fixture
def wire() -> Wire:
    noted = Noted()
    return Wire(noted, served(noted))


# Character sets


def declared(encoding: str, text: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'


@pytest.mark.parametrize("charset", ["utf-8", '"utf-8"', "UTF-8", "'utf-8'"])
def test_the_charset_may_be_in_quotes_and_in_capitals(wire: Wire, charset: str) -> None:
    arguments = wire.understood(login("Zoë €"), "Login", Content_Type=f"text/xml;charset={charset}")

    assert arguments["username"] == "Zoë €"


def test_a_message_is_utf_8_when_nothing_says_otherwise(wire: Wire) -> None:
    assert wire.understood(login("Zoë €"), "Login", Content_Type="text/xml")["username"] == "Zoë €"


@pytest.mark.parametrize("charset", ["iso-8859-1", "ISO-8859-15", "windows-1252", "utf-16le", "utf-16be"])
@pytest.mark.parametrize("document", ["bare", "declared", "declared otherwise"])
def test_the_charset_of_http_says_how_the_message_is_written(wire: Wire, charset: str, document: str) -> None:
    declarations = {"bare": "{}", "declared": declared(charset, "{}"), "declared otherwise": declared("utf-8", "{}")}
    text = declarations[document].format(login("Zoë"))

    assert wire.understood(text.encode(charset), "Login", Content_Type=f"text/xml; charset={charset}") == {
        "username": "Zoë",
        "password": PASSWORD,
    }


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-8"])
def test_without_a_charset_the_declaration_says_how_the_message_is_written(wire: Wire, encoding: str) -> None:
    document = declared(encoding, login("Zoë")).encode(encoding)

    assert wire.understood(document, "Login", Content_Type="text/xml")["username"] == "Zoë"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE], ids=["little", "big"])
@pytest.mark.parametrize("content_type", ["text/xml", 'text/xml; charset="utf-16"', "text/xml; charset=utf-8"])
def test_a_byte_order_mark_stands_over_everything(wire: Wire, mark: bytes, content_type: str) -> None:
    document = declared("utf-16", login("Zoë €")).encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be")

    assert wire.understood(mark + document, "Login", Content_Type=content_type)["username"] == "Zoë €"


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_in_its_order(wire: Wire, order: str) -> None:
    document = declared("utf-16", login("Zoë €")).encode(order)

    assert wire.understood(document, "Login", Content_Type="text/xml; charset=utf-16")["username"] == "Zoë €"


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\r\n ", b"\n\n"])
@pytest.mark.parametrize("text", [login(), declared("utf-8", login())], ids=["bare", "declared"])
def test_a_mark_and_white_space_may_stand_before_the_message(wire: Wire, before: bytes, text: str) -> None:
    assert wire.understood(before + text.encode() + b"\r\n", "Login")["username"] == "alice"


@pytest.mark.parametrize("charset", ["utf-7", "utf-32", "cp037", "unicode_escape", "zlib", "no-such-set", "../etc"])
def test_a_character_set_that_hides_markup_is_not_read(wire: Wire, charset: str) -> None:
    fault = wire.refusal(login(), Content_Type=f"text/xml; charset={charset}")

    assert fault == Fault("DeserializationFailed", "The character set of the message is not read here. Send UTF-8.")


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii"])
def test_bytes_that_are_not_of_the_character_set_are_refused(wire: Wire, charset: str) -> None:
    document = login("Zoë").encode("iso-8859-1")

    assert wire.refusal(document, Content_Type=f"text/xml; charset={charset}").code == "DeserializationFailed"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/soap+xml", "text/html", ""])
def test_another_content_type_is_refused(wire: Wire, content_type: str) -> None:
    assert wire.refusal(login(), Content_Type=content_type).code == "DeserializationFailed"


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


# The token


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


# Hostile documents


LAUGHS = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS + login("&b;"),
        declared("utf-8", LAUGHS) + login("&b;"),
        "<!-- a --><?b?>\n" + LAUGHS + login("&b;"),
        '<!DOCTYPE s SYSTEM "file:///etc/passwd">' + login(),
        '<!DOCTYPE s [<!ENTITY % a SYSTEM "http://127.0.0.1:1/a">%a;]>' + login(),
        '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + login("&a;"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_document_type_is_refused_unread(wire: Wire, document: str, encoding: str) -> None:
    fault = wire.refusal(document.encode(encoding), Content_Type=f"text/xml; charset={encoding}")

    assert fault.message == "A document type declaration is not allowed in a message."


def test_a_text_may_speak_of_a_document_type(wire: Wire) -> None:
    assert wire.understood(login("<![CDATA[<!DOCTYPE html>]]>"), "Login")["username"] == "<!DOCTYPE html>"


@pytest.mark.parametrize("depth", [MAX_DEPTH, 200, 2000])
def test_a_deep_message_is_refused(wire: Wire, depth: int) -> None:
    fault = wire.refusal(message("Login", "<x>" * depth + "</x>" * depth))

    assert fault.code == "DeserializationFailed"


@pytest.mark.parametrize(
    "document",
    [
        "",
        " ",
        "hello",
        "<",
        "<s:Envelope",
        login()[:-1],
        login() + "x",
        login("&nbsp;"),
        login("\x00"),
        login("\x01"),
        "<?xml",
        "<!--",
        "{}",
    ],
)
def test_what_is_not_xml_is_refused(wire: Wire, document: str) -> None:
    assert wire.refusal(document) == Fault("DeserializationFailed", "The message is not well-formed XML.")


def test_a_message_beyond_the_limit_is_refused_as_http_refuses_it(wire: Wire) -> None:
    assert wire.understood(login("a" * (LIMIT - 500)), "Login")
    response = wire.post(login("a" * LIMIT), "Login")

    assert (response.status_code, response.mimetype, len(wire.noted.calls)) == (413, "text/plain", 1)


def test_a_message_beyond_the_limit_is_refused_by_the_whole_portal_too(client: FlaskClient) -> None:
    response = client.post(names.ENDPOINT_PATH, data=b" " * 1_000_001, headers={"Content-Type": XML})

    assert (response.status_code, response.mimetype) == (413, "text/plain")


# Faults


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a secret of ours"),
        KeyError("a secret of ours"),
        OperationalError("SELECT a secret of ours", None, Exception("no such table")),
    ],
)
def test_what_nobody_foresaw_is_told_without_our_insides(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    fault = fault_in(Wire(Noted(error), served(Noted(error))).post(message("IsAlive"), "IsAlive"))

    assert fault == Fault(
        "InternalServiceFault", "The server was unable to process the request due to an internal error."
    )
    assert "a secret of ours" in caplog.text


def test_a_store_that_fails_is_told_without_its_words(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    with service_fixture.service.context.database.engine.begin() as connection:
        cast(Table, CustomerSessionRow.__table__).drop(connection)
    wire = Wire(Noted(), served(service_fixture.service))
    fault = fault_in(wire.post(message("GetSIPDomains", header=security(TOKEN)), "GetSIPDomains"))

    assert fault == Fault(
        "InternalServiceFault",
        "The server was unable to process the request due to an internal error."
        " The service cannot reach its store. Nothing was changed.",
    )


@pytest.mark.parametrize("error", [SessionExpired(), ProvisioningError("No.")])
def test_faults_may_be_sent_with_status_200(error: Exception) -> None:
    noted = Noted(error)
    response = Wire(noted, served(noted, fault_status=200)).post(message("IsAlive"), "IsAlive")

    assert fault_in(response, status=200).code == "InternalServiceFault"


def test_an_answer_is_not_kept_and_sets_no_cookie(client: FlaskClient) -> None:
    client.post("/login", data={})
    response = Wire(Noted(), client).post(login(), "Login")

    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "Set-Cookie" not in response.headers


def test_the_session_of_the_portal_is_none_of_the_service(client: FlaskClient) -> None:
    wire = Wire(Noted(), client)
    created = "".join(f"<c:{element}>{value}</c:{element}>" for element, value in customer_fields())
    assert wire.post(message("CreateCustomer", f"<customer>{created}</customer>"), "CreateCustomer").status_code == 200
    page = client.get("/login").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    signed_in = client.post("/login", data={"csrf_token": token, "username": "alice", "password": PASSWORD})
    assert (signed_in.status_code, client.get("/account").status_code) == (303, 200)

    fault = fault_in(wire.post(message("GetCustomer", "<username>alice</username>"), "GetCustomer"))
    assert fault.type_name == "System.UnauthorizedAccessException"


def customer_fields() -> list[tuple[str, str]]:
    alice = person("alice")
    named = {
        "CustomerUsername": alice.customer_username,
        "CustomerPassword": alice.customer_password,
        "EmailAddress": alice.email_address,
        "FirstName": alice.first_name,
        "LastName": alice.last_name,
        "SecurityQuestion": alice.security_question,
        "SecurityAnswer": alice.security_answer,
        "City": alice.city,
        "Country": alice.country,
        "TimeZone": alice.time_zone,
    }
    return [(element, str(value)) for element, value in named.items()]
