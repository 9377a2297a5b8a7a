"""The WSDL of the notification service and its operations say the same, and what a poll is answered with is read again."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import zeep
from lxml import etree

from sipsorcery_web.contract import codec, envelope, names
from sipsorcery_web.contract.errors import ContractError
from sipsorcery_web.contract.message_text import answer_bytes
from sipsorcery_web.contract.notifications import NOTIFICATIONS
from sipsorcery_web.contract.operations import Access
from sipsorcery_web.contract.schema import message_schema
from sipsorcery_web.contract.wsdl import NOTIFICATIONS_WSDL_PATH

FACTS = {
    "IsAlive": ([], "boolean"),
    "Login": (["username", "password"], "string"),
    "Logout": ([], None),
    "GetPollPeriod": ([], "int"),
    "Subscribe": (["subject", "filter"], "string"),
    "SubscribeForAddress": (["subject", "filter", "addressID"], "string"),
    "GetNotifications": ([], "ArrayOfKeyValueOfstringArrayOfstringty7Ep6D1"),
    "GetNotificationsForAddress": (["addressID"], "ArrayOfKeyValueOfstringArrayOfstringty7Ep6D1"),
    "CloseSession": (["sessionID"], None),
    "CloseConnection": ([], None),
    "CloseConnectionForAddress": (["addressID"], None),
}
"""Parameters and result of each operation, written down from a description of the original."""
POLL = NOTIFICATIONS["GetNotifications"]


@pytest.fixture(scope="module")
def generated() -> Any:
    """A client that zeep has made of the contract."""
    return zeep.Client(str(NOTIFICATIONS_WSDL_PATH))


def answered(told: Mapping[str, Sequence[str]] | None) -> etree._Element:
    """The body of the message that answers a poll."""
    return envelope.body_of(envelope.parse_envelope(answer_bytes(POLL, told)))


def reply(entries: str) -> etree._Element:
    result = (
        f'<GetNotificationsResult xmlns:a="{names.ARRAYS}" xmlns:i="{names.XSI}">{entries}</GetNotificationsResult>'
    )
    return etree.fromstring(
        f'<GetNotificationsResponse xmlns="{names.NOTIFICATIONS}">{result}</GetNotificationsResponse>'
    )


def entry(content: str) -> str:
    name = "a:KeyValueOfstringArrayOfstringty7Ep6D1"
    return f"<{name}>{content}</{name}>"


def test_the_wsdl_has_the_originals_operations_with_their_parameters_and_results(generated: Any) -> None:
    (binding,) = generated.wsdl.bindings.values()
    found = {}
    for name, each in binding.all().items():
        result = [element.type.name for _, element in each.output.body.type.elements]
        found[name] = ([parameter for parameter, _ in each.input.body.type.elements], *(result or [None]))
    assert found == FACTS


def test_the_operations_as_data_are_those_of_the_wsdl(generated: Any) -> None:
    (binding,) = generated.wsdl.bindings.values()
    assert {name: each.soapaction for name, each in binding.all().items()} == {
        name: each.action for name, each in NOTIFICATIONS.items()
    }
    assert {name: ([p.element for p in each.parameters], each.result) for name, each in NOTIFICATIONS.items()} == {
        name: (parameters, NOTIFICATIONS[name].result) for name, (parameters, _) in FACTS.items()
    }
    for name, (_, result) in FACTS.items():
        kind = NOTIFICATIONS[name].result
        assert (kind and kind.type_name.partition(":")[2]) == result  # type: ignore[union-attr]


def test_what_begins_and_ends_a_session_and_asks_for_nothing_needs_none() -> None:
    assert {name for name, each in NOTIFICATIONS.items() if each.access is not Access.SESSION} == {
        *("IsAlive", "Login", "Logout", "GetPollPeriod")
    }


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"one": []},
        {"one": ["a line\r\n", "<b>&amp;\r\n  two"], "two": ["", "é\U0001f600"]},
    ],
)
def test_what_a_poll_is_answered_with_keeps_to_the_schema_and_is_read_as_it_was(told: dict[str, list[str]]) -> None:
    message = answered(told)
    message_schema(names.NOTIFICATIONS).assertValid(message)
    assert codec.read_result(POLL, message) == told


def test_nothing_new_is_nil() -> None:
    message = answered(None)
    assert message[0].get(names.NIL) == "true"
    assert codec.read_result(POLL, message) is None


def test_nil_strings_of_another_service_are_left_out() -> None:
    strings = '<a:string>a</a:string><a:string i:nil="true"/><a:string/>'
    read = codec.read_result(POLL, reply(entry(f"<a:Key>one</a:Key><a:Value>{strings}</a:Value>")))
    assert read == {"one": ["a", ""]}


@pytest.mark.parametrize(
    "entries",
    [
        "<a:Key>one</a:Key>",
        entry("<a:Key>one</a:Key>"),
        entry("<a:Value/>"),
        entry("<a:Key>one</a:Key><a:Value/><a:Value/>"),
        entry("<a:Key>one</a:Key><a:Value><a:text>x</a:text></a:Value>"),
        entry("<a:Key>one</a:Key><a:Value><a:string><b>x</b></a:string></a:Value>"),
        entry("<a:Key><b>one</b></a:Key><a:Value/>"),
        "<string>x</string>",
    ],
)
def test_an_answer_that_is_none_of_the_contract_is_not_guessed_at(entries: str) -> None:
    with pytest.raises(ContractError):
        codec.read_result(POLL, reply(entries))
