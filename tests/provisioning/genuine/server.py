"""The stand-in's endpoint: SOAP 1.1 over HTTP, read as strictly and as carelessly as the original reads."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lxml import etree

from sipsorcery_web.contract import codec, envelope, message_text, names
from sipsorcery_web.contract.envelope import Fault
from sipsorcery_web.contract.errors import ContractError
from sipsorcery_web.contract.faults import INTERNAL, INTERNAL_TEXT
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import Customer, wire_fields
from sipsorcery_web.contract.wire_types import RecordType

from .faults import Thrown
from .service import DOMAIN, Provisioning
from .store import Store

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Asked:
    """A request that came in: an operation and its arguments as they were read."""

    name: str
    arguments: Mapping[str, Any]

    @property
    def record(self) -> Any:
        """The record of an operation that has one."""
        (record,) = self.arguments.values()
        return record

    @property
    def where(self) -> str | None:
        """The filter of a list or of a count."""
        where: str | None = self.arguments.get("where_expression")
        return where


@dataclass
class GenuineService:
    """A service at work until it is closed. `hides_texts` gives every fault the same sentence and no type."""

    store: Store
    hides_texts: bool = False
    domain: str = DOMAIN
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provisioning = Provisioning(self.store, self.domain)
        self._one_at_a_time = threading.Lock()
        self._server = ThreadingHTTPServer((HOST, 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the address of the endpoint."""
        return f"http://{HOST}:{self._server.server_port}{names.ENDPOINT_PATH}"

    def clear(self) -> None:
        """Forget everybody and everything."""
        self.store.clear()
        self.provisioning = Provisioning(self.store, self.domain)
        self.hides_texts = False
        self.asked.clear()

    def calls(self, *beginnings: str) -> list[Asked]:
        """Return the requests to operations that begin like this."""
        return [asked for asked in self.asked if asked.name.startswith(beginnings or "")]

    def confirm(self, username: str) -> None:
        """Confirm as the page behind the link in the confirmation mail does."""
        customer = self.customer(username)
        self.store.put(replace(customer, email_address_confirmed=True))

    def customer(self, username: str) -> Customer:
        """A customer as stored."""
        customer = self.store.first(Customer, customer_username=username)
        assert customer is not None, f"there is no {username}"
        return customer

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, action: str, document: bytes) -> tuple[int, bytes]:
        """Status and body of the reply to a request."""
        action = action.strip('"')
        operation = OPERATIONS.get(action.removeprefix(names.ACTION_PREFIX))
        if operation is None or operation.name == "CheckInviteCode":  # gone from the service since October 2010
            text = f"Action '{action}' did not match any operations in the target contract"
            return _faulted(Fault("ActionNotSupported", text))
        try:
            message = envelope.parse_envelope(document)
            arguments = codec.read_arguments(operation, _as_read(operation, envelope.body_of(message)))
        except ContractError as error:
            return _faulted(Fault("DeserializationFailed", error.message))
        with self._one_at_a_time:
            self.asked.append(Asked(operation.name, arguments))
            return self._answered(operation, envelope.token_of(message), arguments)

    def _answered(self, operation: Operation, token: str | None, arguments: Mapping[str, Any]) -> tuple[int, bytes]:
        try:
            result = self.provisioning.answer(operation, token, arguments)
        except Thrown as thrown:
            if self.hides_texts:
                return _faulted(
                    Fault(INTERNAL, f"{INTERNAL_TEXT}  The server may be able to return exception details.")
                )
            return _faulted(Fault(INTERNAL, thrown.message, thrown.type_name))
        return 200, message_text.answer_bytes(operation, result)


def _faulted(fault: Fault) -> tuple[int, bytes]:
    return 500, envelope.envelope_bytes(envelope.fault_element(fault))


def _as_read(operation: Operation, wrapper: etree._Element) -> etree._Element:
    """The message without what WCF's reader passes over: what is unknown or out of order (spec, section 1.6)."""
    _keep_in_order(wrapper, [names.svc(parameter.element) for parameter in operation.parameters])
    for parameter in operation.parameters:
        element = wrapper.find(names.svc(parameter.element))
        if element is not None and isinstance(parameter.kind, RecordType):
            record = parameter.kind.record
            _keep_in_order(element, [f"{{{record.NAMESPACE}}}{entry.element}" for entry in wire_fields(record)])
    return wrapper


def _keep_in_order(parent: etree._Element, order: list[str]) -> None:
    reached = -1
    for child in list(parent):
        position = order.index(str(child.tag)) if child.tag in order else -1
        if position <= reached:
            parent.remove(child)
        else:
            reached = position


def _handler_for(service: GenuineService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            document = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = service.answer(self.headers.get("SOAPAction", ""), document)
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Write nothing."""

    return Handler
