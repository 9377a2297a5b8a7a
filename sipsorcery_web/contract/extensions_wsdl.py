"""The WSDL of the extensions, made from the operations: code generators and the codec read the same schema.

What it shares with the contract of the original, ids and times, it takes from there.
"""

from collections.abc import Iterable
from functools import cache

from lxml import etree
from lxml.builder import ElementMaker

from . import names
from .extensions import EXTENSIONS
from .operations import Operation
from .records import wire_fields
from .wire_types import ListType, RecordType, WireType
from .wsdl import WSDL_PATH, inline_schemas

SHARED = (names.SERIALIZATION, names.SYS)
"""The namespaces of the original whose types are used."""
NAME = "SIPSorceryWebExtensions"
PORT_TYPE = names.PORT_TYPES[names.EXTENSIONS]
BINDING = f"BasicHttpBinding_{PORT_TYPE}"
ADDRESS = "http://127.0.0.1:8080" + names.ENDPOINT_PATH

_SPACES = {
    "wsdl": names.WSDL,
    "soap": names.WSDL_SOAP,
    "xs": names.XS,
    "ext": names.EXTENSIONS,
    "ser": names.SERIALIZATION,
    "sys": names.SYS,
}
_WSDL = ElementMaker(namespace=names.WSDL, nsmap=_SPACES)
_SOAP = ElementMaker(namespace=names.WSDL_SOAP, nsmap=_SPACES)
_XS = ElementMaker(namespace=names.XS, nsmap=_SPACES)


@cache
def extensions_wsdl() -> bytes:
    """The document, with an address that whoever publishes it replaces."""
    operations = EXTENSIONS.values()
    document = _WSDL.definitions(
        _WSDL.types(*_shared_schemas(), _schema(operations)),
        *(message for each in operations for message in _messages(each)),
        _WSDL.portType(*(_asked_and_answered(each) for each in operations), name=PORT_TYPE),
        _WSDL.binding(
            _SOAP.binding(transport="http://schemas.xmlsoap.org/soap/http", style="document"),
            *(_bound(each) for each in operations),
            name=BINDING,
            type=f"ext:{PORT_TYPE}",
        ),
        _WSDL.service(
            _WSDL.port(_SOAP.address(location=ADDRESS), name=BINDING, binding=f"ext:{BINDING}"),
            name=NAME,
        ),
        name=NAME,
        targetNamespace=names.EXTENSIONS,
    )
    etree.indent(document)
    return etree.tostring(document, xml_declaration=True, encoding="utf-8")


def _shared_schemas() -> list[etree._Element]:
    schemas = inline_schemas(etree.parse(WSDL_PATH))
    return [schemas[namespace] for namespace in SHARED]


def _schema(operations: Iterable[Operation]) -> etree._Element:
    kinds = [kind for each in operations for kind in (*(one.kind for one in each.parameters), each.result)]
    records = dict.fromkeys(kind.record for kind in kinds if isinstance(kind, RecordType | ListType))
    return _XS.schema(
        *(_XS("import", namespace=namespace) for namespace in SHARED),
        *(one for record in records for one in (_record(record), _array(record))),
        *(one for each in operations for one in (_request(each), _response(each))),
        targetNamespace=names.EXTENSIONS,
        elementFormDefault="qualified",
    )


def _record(record: type) -> etree._Element:
    fields = [_element(entry.element, entry.kind, entry.nillable) for entry in wire_fields(record)]
    return _XS.complexType(_XS.sequence(*fields), name=record.__name__)


def _array(record: type) -> etree._Element:
    item = _element(record.__name__, RecordType(record), True, maxOccurs="unbounded")
    return _XS.complexType(_XS.sequence(item), name=f"ArrayOf{record.__name__}")


def _request(operation: Operation) -> etree._Element:
    return _wrapper(operation.name, [_element(each.element, each.kind, each.nillable) for each in operation.parameters])


def _response(operation: Operation) -> etree._Element:
    kind = operation.result
    results = [] if kind is None else [_element(operation.result_element, kind, kind.absent is None)]
    return _wrapper(operation.response_element, results)


def _wrapper(name: str, children: Iterable[etree._Element]) -> etree._Element:
    return _XS.element(_XS.complexType(_XS.sequence(*children)), name=name)


def _element(name: str, kind: WireType, nillable: bool, **more: str) -> etree._Element:
    nil = {"nillable": "true"} if nillable else {}
    return _XS.element(minOccurs="0", name=name, type=_type_name(kind), **nil, **more)


def _type_name(kind: WireType) -> str:
    match kind:
        case RecordType():
            return f"ext:{kind.record.__name__}"
        case ListType():
            return f"ext:ArrayOf{kind.record.__name__}"
    return kind.type_name


def _messages(operation: Operation) -> Iterable[etree._Element]:
    for direction, element in (("Input", operation.name), ("Output", operation.response_element)):
        part = _WSDL.part(name="parameters", element=f"ext:{element}")
        yield _WSDL.message(part, name=_message_name(operation, direction))


def _message_name(operation: Operation, direction: str) -> str:
    return f"{PORT_TYPE}_{operation.name}_{direction}Message"


def _asked_and_answered(operation: Operation) -> etree._Element:
    return _WSDL.operation(
        _WSDL.input(message=f"ext:{_message_name(operation, 'Input')}"),
        _WSDL.output(message=f"ext:{_message_name(operation, 'Output')}"),
        name=operation.name,
    )


def _bound(operation: Operation) -> etree._Element:
    return _WSDL.operation(
        _SOAP.operation(soapAction=operation.action, style="document"),
        _WSDL.input(_SOAP.body(use="literal")),
        _WSDL.output(_SOAP.body(use="literal")),
        name=operation.name,
    )
