"""Requests as zeep writes them, by the bundled contract or by the WSDL of the service itself."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import zeep
from lxml import etree
from zeep.transports import Transport
from zeep.wsdl.bindings import Soap11Binding

from sipsorcery_web.contract import codec, envelope, names
from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.message_text import request_text
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import Record, SIPAccount, SIPProvider, wire_fields
from sipsorcery_web.contract.wire_types import RecordType
from sipsorcery_web.contract.wsdl import NOTIFICATIONS_WSDL_PATH, WSDL_PATH
from sipsorcery_web.settings import SettingError

from .revision import UnknownFields, without
from .transport import HttpTransport

WIDENED_IN_2011 = (SIPAccount, SIPProvider)
_BUNDLED = {names.SVC: WSDL_PATH, names.NOTIFICATIONS: NOTIFICATIONS_WSDL_PATH}


class ServiceContract:
    """A WSDL, and the requests of a service that publishes it."""

    def __init__(self, client: zeep.Client, namespace: str = names.SVC) -> None:
        """Load the WSDL. Raises LookupError for one that is not of the service with this namespace."""
        self._client = client
        port_type = names.PORT_TYPES[namespace]
        wanted = f"{{{namespace}}}{port_type}"
        found = (binding for binding in client.wsdl.bindings.values() if _is_of(binding, wanted))
        if not (binding := next(found, None)):
            raise LookupError(f"it has no SOAP 1.1 binding of {port_type}")
        self._operations: Mapping[str, Any] = binding.all()

    @property
    def unknown_fields(self) -> UnknownFields:
        """The fields of 2011 that the WSDL does not have."""
        return {record: self._unknown_fields(record) for record in WIDENED_IN_2011}

    def message(
        self, operation: Operation, token: str | None, arguments: Mapping[str, Any], connection: str = ""
    ) -> etree._Element:
        """The envelope of a request; UnknownAction for an operation that the WSDL does not have.

        A `connection` of the notification service has a header of its own.
        """
        if operation.name not in self._operations:
            raise UnknownAction(f"The provisioning service has no operation {operation.name}.")
        values = {
            parameter.element: codec.texts(parameter.kind, arguments[parameter.name], zeep.xsd.Nil)
            for parameter in operation.parameters
        }
        header = [envelope.security_header(token), *([envelope.notification_header(connection)] if connection else [])]
        message: etree._Element = self._operations[operation.name].create(_soapheaders=header, **values).content
        for parameter in operation.parameters:
            record = arguments[parameter.name]
            element = message.find(f".//{operation.tag(parameter.element)}")
            if isinstance(record, Record) and element is not None:
                codec.restore_unknown(element, record)
        return message

    def check(self) -> None:
        """Write every request once, so that a WSDL of another contract shows now; zeep raises what it likes."""
        for name in self._operations.keys() & OPERATIONS.keys():
            operation = OPERATIONS[name]
            samples = {entry.name: _sample(entry.kind, self.unknown_fields) for entry in operation.parameters}
            self.message(operation, None, samples)

    def _unknown_fields(self, record: type[Record]) -> frozenset[str]:
        known = {name for name, _ in self._client.get_type(f"{{{record.NAMESPACE}}}{record.__name__}").elements}
        return frozenset(
            entry.attribute for entry in wire_fields(record) if entry.since_2011 and entry.element not in known
        )


def extension_message(operation: Operation, token: str | None, arguments: Mapping[str, Any]) -> etree._Element:
    """The envelope of a request for an extension, which no WSDL of a service decides about."""
    content = etree.fromstring(request_text(operation, arguments))
    message = etree.Element(names.soap("Envelope"), nsmap={"s": names.SOAP})
    etree.SubElement(message, names.soap("Header")).append(envelope.security_header(token))
    etree.SubElement(message, names.soap("Body")).append(content)
    return message


@cache
def bundled(namespace: str = names.SVC) -> ServiceContract:
    """The contract of a service that comes with this package."""
    return ServiceContract(zeep.Client(str(_BUNDLED[namespace])), namespace)


def load(location: str, transport: HttpTransport) -> ServiceContract:
    """The contract in a file or at an address. SettingError when it is not one of the provisioning service."""
    try:
        contract = ServiceContract(zeep.Client(location, transport=_Documents(location, transport)))
        contract.check()
    except Exception as error:
        raise SettingError(f"SIPSORCERY_PROVISIONING_WSDL names a contract that cannot be used: {error}") from error
    return contract


class _Documents(Transport):
    """A loader of a WSDL and its imports, all from one place. (zeep's own sends too, and logs passwords at DEBUG.)"""

    def __init__(self, location: str, transport: HttpTransport) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._origin = _origin(location)
        self._transport = transport

    def load(self, url: str) -> bytes:
        """A document as plain XML. LookupError for one from elsewhere, or one that does not come."""
        if _origin(url) != self._origin:
            raise LookupError(f"it imports {url}, from another host")
        if not _is_remote(url):
            return _plain(Path(url2pathname(urlsplit(url).path) if url.startswith("file:") else url).read_bytes())
        answer = self._transport.get(url)
        if answer.status != 200:
            raise LookupError(f"{url} answers with status {answer.status}")
        return _plain(answer.content)


def _is_of(binding: Any, port_type: str) -> bool:
    return isinstance(binding, Soap11Binding) and binding.port_name.text == port_type


def _sample(kind: Any, unknown: UnknownFields) -> Any:
    return without(kind.record(), unknown) if isinstance(kind, RecordType) else kind.absent


def _plain(document: bytes) -> bytes:
    """The document without imports of XML Schema itself, which the original's has under Mono and zeep cannot load."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(document, parser)
    if root.getroottree().docinfo.doctype:
        raise LookupError("it has a document type declaration")
    for imported in list(root.iter(f"{{{names.XS}}}import")):
        parent = imported.getparent()
        if parent is not None and imported.get("namespace") == names.XS:
            parent.remove(imported)
    return etree.tostring(root)


def _is_remote(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port; all files have the same."""
    parts = urlsplit(url)
    return (parts.scheme, parts.hostname, parts.port) if _is_remote(url) else ("file", None, None)
