"""The channel to a provisioning service over SOAP 1.1.

zeep writes the requests (`wsdl`), `transport` carries them, and `contract.codec` reads the answers (it says why).
"""

from collections.abc import Callable, Mapping
from math import inf
from time import monotonic
from typing import Any

from lxml import etree

from sipsorcery_web.contract import codec, envelope
from sipsorcery_web.contract.errors import ContractError, OutcomeUnknown, Refused, Unavailable
from sipsorcery_web.contract.faults import error_for
from sipsorcery_web.contract.names import svc
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.wire_types import ListType
from sipsorcery_web.contract.xml_text import refuse_invalid_xml

from . import wsdl as wsdls
from .revision import Revision
from .token_lives import TokenLives
from .transport import NO_ANSWER, TOO_LARGE, Answer, HttpTransport

UNREADABLE = "The provisioning service answered with something that is not of its contract"
TOO_MUCH = "What was sent is too large for the provisioning service."
TOO_MANY = "The list that the provisioning service answered with is too long."

# The time of a call ends before its answer is read, which takes as long as there are records and elements in it.
MAX_RECORDS = 10_000
"""Five times what the portal asks for at once."""
MAX_TAGS = 1_000_000
"""Opening and closing ones; so many records of calls, which have the most, take 740,000."""

XML_TYPES = ("", "text/xml", "application/xml", "application/soap+xml")
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
    ) -> None:
        """Open a channel; `timeout` is in seconds, for a whole call; `wsdl` is a file or address, else the bundled one.

        `time_left` tells how many seconds the page that calls can still wait. SettingError when the WSDL cannot be
        used. Wherever it is from, messages go to `url` alone.
        """
        self._url = url
        self._transport = HttpTransport(timeout)
        self._contract = wsdls.load(wsdl, self._transport) if wsdl else wsdls.bundled()
        self._revision = Revision(self._contract.unknown_fields if wsdl else None)
        self._tokens = TokenLives(clock)
        self._time_left = time_left

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation; see `Channel.call`. The contract has no place for the person's address."""
        refuse_invalid_xml(arguments.values())
        message = self._contract.message(operation, token, self._revision.understood(arguments))
        body = _body_of(self._post(operation, message))
        if fault := envelope.fault_of(body):
            raise error_for(fault, self._tokens.may_be_over(token), operation)
        _refuse_length(operation, body)
        result = codec.read_result(operation, body)
        self._revision.learn(result)
        self._tokens.note(operation, token, arguments, result)
        return result

    def _post(self, operation: Operation, message: etree._Element) -> Answer:
        document = etree.tostring(message, xml_declaration=True, encoding="utf-8")
        headers = {"SOAPAction": f'"{operation.action}"', "Content-Type": "text/xml; charset=utf-8"}
        try:
            return self._transport.post(self._url, document, headers, self._time_left())
        except OutcomeUnknown as error:
            if operation.changes_records:
                raise
            raise Unavailable(error.message) from error  # a question leaves nothing behind to be unsure of


def _body_of(answer: Answer) -> etree._Element:
    """The body of an answer of any status: a fault may come with 500 or 200 (spec, section 1.8)."""
    if answer.status == 413:
        raise Refused(TOO_MUCH)
    if answer.content.count(b"<") > MAX_TAGS:
        raise ContractError(TOO_LARGE)
    try:
        if answer.media_type not in XML_TYPES:
            raise ContractError(f"A message is text/xml, not {answer.media_type}.")
        return envelope.body_of(envelope.parse_envelope(answer.content, answer.charset))
    except ContractError as error:
        if answer.status in AWAY:
            raise Unavailable(NO_ANSWER) from error
        raise ContractError(f"{UNREADABLE} (status {answer.status}).") from error


def _refuse_length(operation: Operation, body: etree._Element) -> None:
    found = body.find(svc(operation.result_element))
    if isinstance(operation.result, ListType) and found is not None and len(found) > MAX_RECORDS:
        raise ContractError(TOO_MANY)
