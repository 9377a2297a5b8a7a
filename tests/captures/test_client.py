"""The original's answers are read by the client, and its requests written by the client again."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from sipsorcery_web.contract import codec, names
from sipsorcery_web.contract.database_refusals import UNEXPLAINED
from sipsorcery_web.contract.envelope import UnknownAction
from sipsorcery_web.contract.errors import (
    BadFilter,
    Conflict,
    ContractError,
    InternalFault,
    NotFound,
    ProvisioningError,
    Refused,
    SessionExpired,
)
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import Customer, Record, SIPAccount, SIPDialPlan, SIPProvider, wire_fields
from sipsorcery_web.contract.rules.catalogue import ID_TAKEN
from sipsorcery_web.contract.wire_types import FOREVER, ListType, RecordType, write_moment
from sipsorcery_web.provisioning.soap import UNREADABLE, SoapChannel
from tests.provisioning.scripted import ScriptedService, http, reply

from .capture_fixture import Run
from .exchanges import Exchange
from .runs import exchanges_of_all_runs

MEANINGS: tuple[tuple[str, type[ProvisioningError]], ...] = (
    (r"Attempted to perform an unauthorized operation\.", SessionExpired),
    (r"There was an exception constructing the authorisation filter.*", SessionExpired),
    (r"You are not authorised to .*", NotFound),
    (r"Could not update SIP Asset .*no existing asset found\.", NotFound),
    (r"The given key .*was not present in the dictionary\.", NotFound),
    (r".* already (in use|exists|associated).*", Conflict),
    (r"The server was unable to process the request .*", InternalFault),
    (r"(Action|The message with Action) .*", UnknownAction),
    (r"(Expression expected|No property .*|Operator .*|Character literal .*)", BadFilter),
    (r".*", Refused),
)
"""What a sentence of the original means to a page; the first that fits."""
NOUNS = {"SIPAccount": "SIP account", "SIPProvider": "SIP provider", "DialPlan": "dial plan"}
UPDATES = {
    Customer: "UpdateCustomer",
    SIPAccount: "UpdateSIPAccount",
    SIPProvider: "UpdateSIPProvider",
    SIPDialPlan: "UpdateDialPlan",
}


class Theatre:
    """One service that answers what it is told, and one channel to it."""

    def __init__(self) -> None:
        self.service = ScriptedService()
        self._channel = SoapChannel(self.service.url, 10)

    def call(self, answer: bytes, operation: Operation, arguments: dict[str, Any]) -> Any:
        """The result of a call that is answered so."""
        self.service.answers(answer)
        return self._channel.call(operation, "token", "", operation.arguments(arguments))

    def written(self, operation: Operation, arguments: dict[str, Any]) -> etree._Element:
        """The request that goes out for a call."""
        self.call(reply(operation.name), operation, arguments)
        return self.service.requests[-1].message


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    theatre = Theatre()
    yield theatre
    theatre.service.close()


def _is_written_by_clients(exchange: Exchange) -> bool:
    return exchange.request.is_valid


def _holds_records(exchange: Exchange) -> bool:
    kind = exchange.operation.result
    return exchange.reply.is_valid and isinstance(kind, ListType | RecordType) and kind.record in UPDATES


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs())
def test_a_reply_is_understood(run: Run, exchange: Exchange, theatre: Theatre) -> None:
    answer = http(exchange.reply.body, exchange.reply.status, exchange.reply.headers.get("Content-Type"))
    if exchange.reply.is_valid:
        assert _texts(theatre.call(answer, exchange.operation, {})) == _texts_in(exchange)
        return
    with pytest.raises(ProvisioningError) as ended:
        theatre.call(answer, exchange.operation, {})

    assert (type(ended.value), ended.value.message) == _meaning(exchange)


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs(_is_written_by_clients))
def test_a_request_is_written_again(run: Run, exchange: Exchange, theatre: Theatre) -> None:
    asked = exchange.request.content
    assert asked is not None
    arguments = codec.read_arguments(exchange.operation, asked)

    assert _outline(theatre.written(exchange.operation, arguments)) == _outline(asked)


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs(_holds_records))
def test_records_go_back_as_they_came(run: Run, exchange: Exchange, theatre: Theatre) -> None:
    content, kind = exchange.reply.content, exchange.operation.result
    assert content is not None
    assert isinstance(kind, ListType | RecordType)
    operation = OPERATIONS[UPDATES[kind.record]]
    result = codec.read_result(exchange.operation, content)
    records = result if isinstance(kind, ListType) else [result]

    for record, element in zip(records or [], content[0] if isinstance(kind, ListType) else content, strict=True):
        sent = theatre.written(operation, {operation.parameters[0].name: record})[0]
        assert [_outline(child) for child in sent] == [_outline(child) for child in element]


def _meaning(exchange: Exchange) -> tuple[type[ProvisioningError], str]:
    """Return the error that a fault has to end in, or a reply that is no message at all."""
    content = exchange.reply.content
    if content is None:
        return ContractError, f"{UNREADABLE} (status {exchange.reply.status})."
    text = (content.findtext("faultstring") or "").strip()
    if text.startswith(("Object reference not set", "Content cannot be converted")):
        return Refused, UNEXPLAINED
    kind = next(kind for expression, kind in MEANINGS if re.fullmatch(expression, text, re.DOTALL))
    return kind, _words(kind, text, exchange)


def _words(kind: type[ProvisioningError], text: str, exchange: Exchange) -> str:
    """The sentence itself, but for what the original did not mean for people."""
    if kind is InternalFault:
        return "The service has met an internal error."
    if kind is NotFound and not text.startswith("You are not authorised"):
        return f"The {NOUNS[exchange.operation.name[6:]]} was not found."
    return ID_TAKEN.sentence if text.startswith("SIP Asset with id") else text


def _texts(value: Any) -> Any:
    """A result as plain texts, records by the names of the wire."""
    match value:
        case list():
            return [_texts(item) for item in value]
        case Record():
            return {entry.element: _texts(getattr(value, entry.attribute)) for entry in wire_fields(type(value))}
        case bool():
            return str(value).lower()
        case Enum():
            return value.value
        case UUID() | int():
            return str(value)
        case None | str():
            return value
        case moment:
            return write_moment(moment)


def _texts_in(exchange: Exchange) -> Any:
    """The same, read from the reply in the plainest way; the original writes every field that it knows."""
    content = exchange.reply.content
    if content is None or not len(content) or content[0].get(names.NIL) == "true":
        return None
    if isinstance(exchange.operation.result, ListType):
        return [_text(record) for record in content[0]]
    return _text(content[0])


def _text(element: etree._Element) -> Any:
    if element.get(names.NIL) == "true":
        return None
    if element.find(f"{{{names.SYS}}}DateTime") is not None:
        return _as_written(element[0].text or "")
    return {etree.QName(child).localname: _text(child) for child in element} or element.text or ""


def _as_written(time: str) -> str:
    """Digits beyond microseconds are dropped, but for the last moment of all."""
    return write_moment(FOREVER) if time.startswith("9999") else re.sub(r"(\.\d{6})\d+", r"\1", time)


def _outline(element: etree._Element) -> Any:
    """Name, nil, text and children. Times in their shortest form; a nil parameter is as good as an absent one."""
    is_wrapper = etree.QName(element).localname in OPERATIONS
    if element.get(names.NIL) == "true":
        return element.tag, None
    children = [_outline(child) for child in element if not (is_wrapper and child.get(names.NIL) == "true")]
    return element.tag, children or re.sub(r"(T[\d:]+)(\.\d*?)0+Z$", _shorter, element.text or "")


def _shorter(time: re.Match[str]) -> str:
    return f"{time[1]}{time[2].rstrip('.')}Z"
