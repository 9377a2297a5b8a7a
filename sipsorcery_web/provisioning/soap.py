"""The channel to a provisioning service, or to a notification service, over SOAP 1.1.

zeep writes the requests (`wsdl`), `transport` carries them, and `contract.codec` reads the answers (it says why). Lists
that are written as the built-in service writes them are read as text.
"""

import logging
from collections.abc import Callable, Mapping, Sequence, Sized
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from sipsorcery_web.contract import codec, envelope, filters, list_text, names
from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Refused, Unavailable
from sipsorcery_web.contract.faults import error_for
from sipsorcery_web.contract.notifications import CONNECTION
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.plain_messages import NotPlain
from sipsorcery_web.contract.records import Record
from sipsorcery_web.contract.wire_types import ListType
from sipsorcery_web.contract.xml_text import refuse_invalid_xml
from sipsorcery_web.ip_addresses import read_address, without_zone
from sipsorcery_web.logs.request_ids import HEADER, request_id

from . import wsdl as wsdls
from .revision import Revision
from .token_lives import TokenLives
from .transport import NO_ANSWER, TOO_LARGE, Answer, HttpTransport

log = logging.getLogger(__name__)

UNREADABLE = "The provisioning service answered with something that is not of its contract"
TOO_MUCH = "What was sent is too large for the provisioning service."
TOO_MANY = "The list that the provisioning service answered with is too long."

# The time of a call ends before its answer is read, which takes as long as there are records and elements in it.
MAX_RECORDS = 10_000
"""Five times what the portal asks for at once."""
MAX_TAGS = 1_000_000
"""Opening and closing ones; so many records of calls, which have the most, take 740,000."""

XML_TYPES = ("", "text/xml", "application/xml", "application/soap+xml")
LONGEST_TYPE = 60
AWAY = (429, 502, 503, 504)
"""Statuses that a busy or missing service gives, or a proxy in front of it (RFC 9110, section 15)."""


class SoapChannel:
    """One contract and one pool of connections for the whole process."""

    def __init__(
        self,
        url: str,
        timeout: float,
        wsdl: str = "",
        clock: Callable[[], float] = monotonic,
        time_left: Callable[[], float] = lambda: inf,
        namespace: str = names.SVC,
    ) -> None:
        """Open a channel; `timeout` is in seconds, for a whole call; `wsdl` is a file or address, else the bundled one.
        The namespace is that of the service's operations.

        `time_left` tells how many seconds the page that calls can still wait. SettingError when the WSDL cannot be
        used. Wherever it is from, messages go to `url` alone.
        """
        self._url = url
        self._transport = HttpTransport(timeout, clock)
        self._contract = wsdls.load(wsdl, self._transport) if wsdl else wsdls.bundled(namespace)
        self._revision = Revision(self._contract.unknown_fields if wsdl else None)
        self._tokens = TokenLives(clock)
        self._time_left = time_left

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation; see `Channel.call`. The person's address goes with it as a proxy tells it."""
        connection = arguments.get(CONNECTION, "")
        arguments = _on_the_wire(operation, arguments)
        refuse_invalid_xml(arguments.values())
        message = self._message(operation, token, self._revision.understood(arguments), connection)
        result = self._answer_to(operation, token, address, message)
        self._revision.learn(result)
        self._tokens.note(operation, token, arguments, result)
        return result

    def _message(
        self, operation: Operation, token: str | None, arguments: Mapping[str, Any], connection: str
    ) -> etree._Element:
        if operation.namespace == names.EXTENSIONS:
            return wsdls.extension_message(operation, token, arguments)
        return self._contract.message(operation, token, arguments, connection)

    def _answer_to(self, operation: Operation, token: str | None, address: str, message: etree._Element) -> Any:
        """Send a message and read the answer; the log tells of one that cannot be read."""
        answer = None
        try:
            answer = self._post(operation, address, message)
            return self._read(operation, token, answer)
        except (ContractError, Unavailable) as error:
            unreadable = error if isinstance(error, ContractError) else error.__cause__
            if isinstance(unreadable, ContractError):
                host = urlsplit(self._url).hostname
                log.warning("The answer of %s to %s is of no use. %s", host, operation.name, _why(unreadable, answer))
            raise

    def _read(self, operation: Operation, token: str | None, answer: Answer) -> Any:
        _refuse_size(answer)
        with suppress(NotPlain):
            return _list_of(operation, answer)
        body = _body_of(answer)
        if fault := envelope.fault_of(body):
            raise error_for(fault, self._tokens.may_be_over(token), operation)
        found = body.find(operation.tag(operation.result_element))
        if isinstance(operation.result, ListType) and found is not None:
            _refuse_length(found)
        return codec.read_result(operation, body)

    def _post(self, operation: Operation, address: str, message: etree._Element) -> Answer:
        document = etree.tostring(message, xml_declaration=True, encoding="utf-8")
        headers = {"SOAPAction": f'"{operation.action}"', "Content-Type": "text/xml; charset=utf-8"}
        if for_request := request_id():
            headers[HEADER] = for_request
        if visitor := read_address(address):
            headers["X-Forwarded-For"] = without_zone(visitor)
        try:
            return self._transport.post(self._url, document, headers, self._time_left())
        except OutcomeUnknown as error:
            if operation.changes_records:
                raise
            raise Unavailable(error.message) from error  # a question leaves nothing behind to be unsure of


def _why(error: ContractError, answer: Answer | None) -> str:
    """Return why an answer cannot be read, without anything that stands in it: that may be a secret."""
    while isinstance(error.__cause__, ContractError):
        error = error.__cause__
    reason = codec.NOT_KEPT_TO if error.message.startswith(codec.NOT_KEPT_TO) else error.message
    if answer is None:
        return reason
    kind = answer.media_type[:LONGEST_TYPE] or "without a type"
    return f"{reason} It has status {answer.status} and {len(answer.content)} bytes, {kind}."


def _on_the_wire(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that the wire has a place for, filters as text. TypeError for what would change the answer.

    A limit to counting would not: the service counts on.
    """
    if arguments.get("from_end"):
        raise TypeError("No service over SOAP counts from the end of a list.")
    return {name: filters.in_text(value) for name, value in arguments.items() if name not in operation.in_process}


def _refuse_size(answer: Answer) -> None:
    if answer.status == 413:
        raise Refused(TOO_MUCH)
    if answer.content.count(b"<") > MAX_TAGS:
        raise ContractError(TOO_LARGE)


def _list_of(operation: Operation, answer: Answer) -> Sequence[Record]:
    """The records of an answer that is written as this project's service writes it. NotPlain for any other."""
    if answer.media_type not in XML_TYPES:
        raise NotPlain
    records = list_text.read_list(operation, answer.content, answer.charset)
    _refuse_length(records)
    return records


def _body_of(answer: Answer) -> etree._Element:
    """The body of an answer of any status: a fault may come with 500 or 200 (spec, section 1.8)."""
    try:
        if answer.media_type not in XML_TYPES:
            raise ContractError(f"A message is text/xml, not {answer.media_type}.")
        return envelope.body_of(envelope.parse_envelope(answer.content, answer.charset))
    except ContractError as error:
        if answer.status in AWAY:
            raise Unavailable(NO_ANSWER) from error
        raise ContractError(f"{UNREADABLE} (status {answer.status}).") from error


def _refuse_length(items: Sized) -> None:
    if len(items) > MAX_RECORDS:
        raise ContractError(TOO_MANY)
