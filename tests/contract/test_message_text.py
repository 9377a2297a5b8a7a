"""Messages as text are what a writer of elements makes, those of the original byte for byte."""

from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from sipsorcery_web.contract import names
from sipsorcery_web.contract.message_text import answer_bytes, request_text
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import SIPAccount, SIPCDRAsset

from . import element_writer
from .samples import RECORDS, filled
from .values import requests, results


@given(answer=results())
def test_an_answer_is_what_a_writer_of_elements_makes(answer: tuple[Operation, Any]) -> None:
    text, elements = answer_bytes(*answer), element_writer.answer(*answer)

    assert same_prefixes(answer[0], text) == same_prefixes(answer[0], elements)


@given(request=requests())
def test_so_is_a_request(request: tuple[Operation, dict[str, Any]]) -> None:
    text, elements = (
        request_text(*request),
        etree.tostring(element_writer.write_arguments(*request), encoding="unicode").encode(),
    )

    assert same_prefixes(request[0], text.encode()) == same_prefixes(request[0], elements)


def same_prefixes(operation: Operation, message: bytes) -> bytes | str:
    """The message as it is; of an extension with other prefixes, since its namespace has two in it."""
    if operation.namespace == names.SVC:
        return message
    return etree.canonicalize(etree.fromstring(message), rewrite_prefixes=True)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
@pytest.mark.parametrize("present", [None, frozenset(), frozenset({"id"}), frozenset({"id", "inserted"})])
def test_each_record_is_written_with_the_fields_that_were_given(record: Any, present: frozenset[str] | None) -> None:
    operation = next(known for known in OPERATIONS.values() if getattr(known.result, "record", None) is record)
    one = filled(record)
    for each in (one, record()):
        object.__setattr__(each, "present", present)
    answer = [one, record(), one] if operation.name.endswith("s") else one

    assert answer_bytes(operation, answer) == element_writer.answer(operation, answer)


@pytest.mark.parametrize("bad", ["\x00", "\x01", "\x1f", "\ud800", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("Login", lambda bad: f"a{bad}"),
        ("GetSIPAccounts", lambda bad: [SIPAccount(network_id=bad)]),
        ("GetCDRs", lambda bad: [SIPCDRAsset(), SIPCDRAsset(from_header=f'"{bad}" <sip:alice@sip.example.org>')]),
        ("AddSIPAccount", lambda bad: SIPAccount(sip_username=bad, present=frozenset({"sip_username"}))),
    ],
)
def test_what_xml_cannot_carry_is_never_written(bad: str, name: str, result: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (a lone surrogate ends in Python's own)
        answer_bytes(OPERATIONS[name], result(bad))


def test_no_text_becomes_markup() -> None:
    wicked = "</a:Owner><a:Owner>bobby</a:Owner>{owner}%s\\"
    written = etree.fromstring(answer_bytes(OPERATIONS["GetSIPAccounts"], [SIPAccount(owner=wicked)]))

    assert [element.text for element in written.iter("{*}Owner")] == [wicked]
