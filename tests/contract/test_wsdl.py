"""The WSDL, the operations and the records say the same, and what the base revision with the fields of 2011 says.

`contract_facts.json` was written down from a description of the contract, not from the files that are tested here.
What this project adds to the contract has a file of its own beside it, `contract_facts_<what>.json`.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.operations import OPERATIONS, Access
from sipsorcery_web.contract.records import CALLBACK_TYPE, PROVIDER_TYPE, Record, wire_fields
from sipsorcery_web.contract.schema import message_schema
from sipsorcery_web.contract.wire_types import ListType, RecordType, WireType
from sipsorcery_web.contract.wsdl import WSDL_PATH

from .samples import RECORDS

ORIGINAL: dict[str, Any] = json.loads(Path(__file__).with_name("contract_facts.json").read_text())
ADDED = [json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("contract_facts_*.json"))]
FACTS: dict[str, Any] = ORIGINAL | {
    "arrays": {name: array for facts in (ORIGINAL, *ADDED) for name, array in facts["arrays"].items()},
    "records": {name: fields for facts in (ORIGINAL, *ADDED) for name, fields in facts["records"].items()},
    "operations": [operation for facts in (ORIGINAL, *ADDED) for operation in facts["operations"]],
}
WSDL = etree.parse(WSDL_PATH).getroot()
PREFIXES = {uri: prefix for prefix, uri in FACTS["namespaces"].items()}


def all_of(path: str, parent: etree._Element = WSDL) -> list[etree._Element]:
    spaces = {"xs": names.XS, "wsdl": names.WSDL, "soap": names.WSDL_SOAP}
    return list(parent.iterfind(path, spaces))


def one(path: str, parent: etree._Element = WSDL) -> etree._Element:
    (found,) = all_of(path, parent)
    return found


def qualified(element: etree._Element, name: str) -> str:
    """A prefixed name of the document with the prefix that the facts use for its namespace."""
    prefix, _, local = name.partition(":")
    return f"{PREFIXES[element.nsmap[prefix]]}:{local}"


def line(element: etree._Element) -> list[Any]:
    """Name, type and nillability of an element declaration, which must be optional and not repeated."""
    assert element.get("minOccurs") == "0"
    assert element.get("maxOccurs", "1") == "1"
    return [element.get("name"), qualified(element, element.attrib["type"]), element.get("nillable") == "true"]


def types_of_wsdl(tag: str) -> dict[str, etree._Element]:
    """The named types of all schemas by their qualified names."""
    return {
        f"{PREFIXES[schema.attrib['targetNamespace']]}:{declared.attrib['name']}": declared
        for schema in all_of(".//xs:schema")
        for declared in all_of(f"xs:{tag}", schema)
    }


def element_of_wsdl(name: str) -> list[list[Any]]:
    (schema,) = [found for found in all_of(".//xs:schema") if found.get("targetNamespace") == names.SVC]
    return [
        line(child)
        for child in all_of("xs:complexType/xs:sequence/xs:element", one(f"xs:element[@name='{name}']", schema))
    ]


def type_name(kind: WireType) -> str:
    match kind:
        case RecordType():
            return f"{PREFIXES[kind.record.NAMESPACE]}:{kind.record.__name__}"
        case ListType():
            return f"app:ArrayOf{kind.record.__name__}"
        case _:
            return kind.type_name


def test_the_wsdl_has_the_types_of_the_contract() -> None:
    declared = types_of_wsdl("complexType")
    shown = {
        name: [line(child) for child in all_of("xs:sequence/xs:element", declared[name])] for name in FACTS["records"]
    }

    assert shown == FACTS["records"]
    assert declared.keys() == FACTS["records"].keys() | FACTS["arrays"].keys() | {"sys:DateTimeOffset"}


@pytest.mark.parametrize("name", FACTS["arrays"])
def test_an_array_of_the_wsdl_repeats_its_record(name: str) -> None:
    (child,) = all_of("xs:sequence/xs:element", types_of_wsdl("complexType")[name])

    assert [child.get("name"), qualified(child, child.attrib["type"])] == FACTS["arrays"][name]
    assert (child.get("minOccurs"), child.get("maxOccurs"), child.get("nillable")) == ("0", "unbounded", "true")


def test_a_time_of_the_wsdl_has_its_instant_and_then_its_offset() -> None:
    children = all_of("xs:sequence/xs:element", types_of_wsdl("complexType")["sys:DateTimeOffset"])

    assert [(child.get("name"), child.get("type")) for child in children] == [
        ("DateTime", "xs:dateTime"),
        ("OffsetMinutes", "xs:short"),
    ]
    assert all(child.get("minOccurs", "1") == "1" for child in children)


def test_the_wsdl_has_the_enumerations_of_the_contract() -> None:
    declared = types_of_wsdl("simpleType")
    values = {
        name: [value.get("value") for value in all_of("xs:restriction/xs:enumeration", declared[name])]
        for name in FACTS["enumerations"]
    }

    assert values == FACTS["enumerations"]
    assert declared.keys() == FACTS["enumerations"].keys() | {"ser:guid"}


@pytest.mark.parametrize("operation", FACTS["operations"], ids=lambda operation: operation["name"])
def test_the_wsdl_has_the_operation(operation: dict[str, Any]) -> None:
    name = operation["name"]
    result = operation["result"]

    assert element_of_wsdl(name) == operation["parameters"]
    assert element_of_wsdl(f"{name}Response") == ([] if result is None else [result])


@pytest.mark.parametrize("operation", FACTS["operations"], ids=lambda operation: operation["name"])
def test_the_wsdl_carries_the_operation_in_plain_document_style(operation: dict[str, Any]) -> None:
    name, action = operation["name"], operation["action"]
    declared = one(f"wsdl:portType[@name='IProvisioningService']/wsdl:operation[@name='{name}']")
    carried = one(f"wsdl:binding/wsdl:operation[@name='{name}']")
    soap = one("soap:operation", carried)

    assert (soap.get("soapAction"), soap.get("style")) == (action, "document")
    assert [body.get("use") for body in all_of(".//soap:body", carried)] == ["literal", "literal"]
    for direction, message, element in (("input", "Input", name), ("output", "Output", f"{name}Response")):
        named = one(f"wsdl:{direction}", declared).attrib["message"].partition(":")[2]
        part = one(f"wsdl:message[@name='{named}']/wsdl:part")
        assert named == f"IProvisioningService_{name}_{message}Message"
        assert (part.get("name"), qualified(part, part.attrib["element"])) == ("parameters", f"svc:{element}")


def test_the_wsdl_has_no_operation_beside_those_of_the_contract() -> None:
    expected = {operation["name"] for operation in FACTS["operations"]}
    elements = {f"{name}{end}" for name in expected for end in ("", "Response")}
    (schema,) = [found for found in all_of(".//xs:schema") if found.get("targetNamespace") == names.SVC]

    assert {found.get("name") for found in all_of("wsdl:portType/wsdl:operation")} == expected
    assert {found.get("name") for found in all_of("wsdl:binding/wsdl:operation")} == expected
    assert {found.get("name") for found in all_of("xs:element", schema)} == elements
    assert len(ORIGINAL["operations"]) == 37


def test_the_wsdl_offers_one_soap_1_1_port_and_declares_no_header_and_no_fault() -> None:
    assert one("wsdl:binding/soap:binding").get("transport") == "http://schemas.xmlsoap.org/soap/http"
    assert one("wsdl:service").get("name") == "SIPProvisioningWebService"
    assert one("wsdl:service/wsdl:port").get("name") == "BasicHttpBinding_IProvisioningService"
    assert not all_of(".//soap:header")
    assert not all_of(".//wsdl:fault")


def test_all_schemas_have_qualified_local_elements() -> None:
    assert {schema.get("elementFormDefault") for schema in all_of(".//xs:schema")} == {"qualified"}


@pytest.mark.parametrize("operation", FACTS["operations"], ids=lambda operation: operation["name"])
def test_the_operation_is_known_as_data(operation: dict[str, Any]) -> None:
    known = OPERATIONS[operation["name"]]
    parameters = [[entry.element, type_name(entry.kind), entry.nillable] for entry in known.parameters]
    result = (
        None if known.result is None else [known.result_element, type_name(known.result), known.result.absent is None]
    )

    assert parameters == operation["parameters"]
    assert result == operation["result"]
    assert known.action == operation["action"]
    assert (known.access is not Access.OPEN) == operation["session"]


def test_no_operation_is_known_beside_those_of_the_contract() -> None:
    assert OPERATIONS.keys() == {operation["name"] for operation in FACTS["operations"]}
    assert all(name == operation.name for name, operation in OPERATIONS.items())


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_the_record_has_the_fields_of_the_contract_in_their_order(record: type[Record]) -> None:
    fields = [[entry.element, type_name(entry.kind), entry.nillable] for entry in wire_fields(record)]

    assert fields == FACTS["records"][f"{PREFIXES[record.NAMESPACE]}:{record.__name__}"]


def test_every_record_of_the_contract_has_its_class() -> None:
    assert {f"{PREFIXES[record.NAMESPACE]}:{record.__name__}" for record in RECORDS} == FACTS["records"].keys()


def test_the_fields_of_2011_are_marked() -> None:
    marked = {
        f"{record.__name__}.{entry.element}" for record in RECORDS for entry in wire_fields(record) if entry.since_2011
    }

    assert marked == {
        "SIPAccount.DontMangleEnabled",
        "SIPProvider.GVCallbackNumber",
        "SIPProvider.GVCallbackPattern",
        "SIPProvider.GVCallbackType",
        "SIPProvider.ProviderType",
    }


@pytest.mark.parametrize("kind", [PROVIDER_TYPE, CALLBACK_TYPE], ids=lambda kind: kind.type_name)
def test_the_enumeration_has_the_values_of_the_contract(kind: Any) -> None:
    assert [member.value for member in kind.members] == FACTS["enumerations"][kind.type_name]


def test_the_fields_of_a_record_stand_in_the_byte_order_of_their_names() -> None:
    for record in RECORDS:
        elements = [entry.element for entry in wire_fields(record)]
        assert elements == sorted(elements)


def test_messages_are_validated_by_the_schemas_of_the_wsdl() -> None:
    schema = message_schema()
    good = f'<Login xmlns="{names.SVC}"><username>alice</username><password>x</password></Login>'

    assert schema.validate(etree.fromstring(good))
    assert not schema.validate(etree.fromstring(good.replace("password", "passwort")))
    assert not schema.validate(etree.fromstring(f'<Gone xmlns="{names.SVC}"/>'))
