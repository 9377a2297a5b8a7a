"""The short way of reading gives what the long way gives, or leaves the message to it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from sipsorcery_web.contract import codec, names, plain_messages
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.plain_messages import NotPlain
from sipsorcery_web.contract.records import SIPAccount
from tests.repetition import examples

from .codec_elements import write_arguments, write_result
from .values import requests, results

ODD_TEXTS = (
    "", " ", "\n", "\u00a0", "x", "-", "+5", "0", "-0", "007", " 7 ", "1_000", "٣", "2147483647", "2147483648",
    "-2147483649", "true", "TRUE", " true", "1", "Home", "home", "GoogleVoice", "2026-11-23T12:00:00Z",
    "2026-11-23T12:00:00", "2026-11-23T12:00:00.1234567Z", "2026-11-23T12:00:00+01:00", "2026-11-23T24:00:00Z",
    "2026-02-30T12:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "2026-11-23",
    "2026-11-23T12:00:60Z", "-0044-03-15T12:00:00Z", "840", "-840", "99999",
    "6c62292e-236b-46ea-bdf8-225010869881", "6C62292E236B46EABDF8225010869881", "{6c62292e-236b-46ea-bdf8-225010869881}",
)  # fmt: skip
ODD_ATTRIBUTES = (
    (names.NIL, "true"), (names.NIL, "1"), (names.NIL, "false"), (names.NIL, "perhaps"), (names.REFERENCE, "i1"),
    (f"{{{names.XSI}}}type", "a:SIPProvider"), ("id", "x"),
)  # fmt: skip
ODD_TAGS = (
    f"{{{names.APP}}}Owner",
    f"{{{names.APP}}}SIPAccount",
    f"{{{names.CRM}}}Owner",
    names.svc("offset"),
    "Owner",
)


@given(answer=results())
def test_every_answer_is_read_the_short_way_as_it_went(answer: tuple[Operation, Any]) -> None:
    operation, result = answer
    wrapper = write_result(operation, result)
    if operation.result is None:
        return

    read = plain_messages.read_result(operation, wrapper)
    assert told(read) == told(codec._result_by_schema(operation, operation.result, wrapper))


@given(request=requests())
def test_so_is_every_request(request: tuple[Operation, dict[str, Any]]) -> None:
    wrapper = write_arguments(*request)

    assert told(plain_messages.read_arguments(request[0], wrapper)) == told(
        codec._arguments_by_schema(request[0], wrapper)
    )


@examples(1500, sample=150)
def test_whatever_is_done_to_an_answer_the_short_way_reads_no_more_than_the_long_one(count: int) -> None:
    @settings(max_examples=count, suppress_health_check=list(HealthCheck), deadline=None)
    @given(answer=results(), random=st.randoms(use_true_random=False))
    def check(answer: tuple[Operation, Any], random: Any) -> None:
        operation, result = answer
        if operation.result is None:
            return
        wrapper = write_result(operation, result)
        for _ in range(random.randrange(1, 4)):
            random.choice(DEEDS)(random.choice(list(wrapper.iter())), random)
        try:
            read = plain_messages.read_result(operation, wrapper)
        except NotPlain:
            return

        assert told(read) == told(codec._result_by_schema(operation, operation.result, wrapper))

    check()


def test_reading_ends_at_the_first_element_that_is_written_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    make = SIPAccount.from_fields

    def noting(*given: Any) -> Any:
        made.append(given)
        return make(*given)

    monkeypatch.setattr(SIPAccount, "from_fields", noting)
    operation = OPERATIONS["GetSIPAccounts"]
    wrapper = write_result(operation, [SIPAccount()] * 50)
    wrapper[0][1][0].set("id", "x")

    with pytest.raises(NotPlain):
        plain_messages.read_result(operation, wrapper)

    assert len(made) == 1


class Crowded(etree.ElementBase):
    """An element whose attributes may be named, and not all be looked up."""

    def items(self) -> Any:
        raise AssertionError("looking up each of n attributes takes n² steps")

    attrib = property(items)
    values = items


def test_the_attributes_of_an_element_are_not_looked_up_one_by_one() -> None:
    element = Crowded(attrib={f"a{number}": "" for number in range(100)})

    with pytest.raises(NotPlain):
        plain_messages._refuse_all_but_nil(element, nillable=True)


def told(value: Any) -> Any:
    """A value with what its records know of the message."""
    if isinstance(value, list):
        return [told(each) for each in value]
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items()}
    return (value, value.present, value.unknown) if hasattr(value, "present") else value


def _text(element: etree._Element, random: Any) -> None:
    element.text = random.choice(ODD_TEXTS)


def _tail(element: etree._Element, random: Any) -> None:
    element.tail = random.choice(ODD_TEXTS)


def _attribute(element: etree._Element, random: Any) -> None:
    element.set(*random.choice(ODD_ATTRIBUTES))


def _child(element: etree._Element, random: Any) -> None:
    element.insert(random.randrange(len(element) + 1), etree.Element(random.choice(ODD_TAGS)))


def _twin(element: etree._Element, random: Any) -> None:
    if len(element):
        element.append(deepcopy(random.choice(list(element))))


def _gone(element: etree._Element, random: Any) -> None:
    if len(element):
        element.remove(random.choice(list(element)))


def _moved(element: etree._Element, random: Any) -> None:
    if len(element):
        element.append(element[0])


DEEDS: tuple[Callable[[etree._Element, Any], None], ...] = (
    _text, _text, _text, _tail, _attribute, _child, _twin, _gone, _moved,
)  # fmt: skip
