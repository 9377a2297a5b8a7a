"""Trees that are handed to a store of the same process, without being written and read again."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from sipsorcery_web.contract.filters import (
    MAX_DEPTH,
    Expression,
    Field,
    FilterError,
    Not,
    all_of,
    any_of,
    checked,
    constant,
    parse,
    prop,
)

from .test_filters_build import PROPERTIES, conditions

username, incoming = prop("SIPUsername"), prop("IsIncomingOnly")


def fields_of(expression: Expression) -> Iterator[Field]:
    if isinstance(expression, Field):
        yield expression
    for part in expression.parts:
        yield from fields_of(part)


@settings(max_examples=300, deadline=None, database=None)
@given(conditions())
def test_a_tree_becomes_what_its_text_is_read_as(expression: Expression) -> None:
    found, read = checked(expression, PROPERTIES, "SIPAccount"), parse(str(expression), PROPERTIES, "SIPAccount")

    assert found == read
    assert [field.property for field in fields_of(found)] == [field.property for field in fields_of(read)]


def test_a_text_is_read() -> None:
    assert checked('SIPUsername = "a"', PROPERTIES, "SIPAccount") == username.equals("a")


@pytest.mark.parametrize(
    "expression",
    [
        prop("SIPPassword").equals("x"),
        username,
        constant(1),
        username.equals(1),
        username.contains(constant(1)),
        prop("Duration").contains("x"),
        Not(username),
        all_of(incoming, username),
        any_of(username, incoming),
        prop("Id").equals("no GUID"),
        incoming.equals(incoming.equals(username.equals("a"))),
    ],
    ids=str,
)
def test_a_tree_is_refused_as_its_text_is(expression: Expression) -> None:
    with pytest.raises(FilterError) as of_text:
        parse(str(expression), PROPERTIES, "SIPAccount")
    with pytest.raises(FilterError) as of_tree:
        checked(expression, PROPERTIES, "SIPAccount")

    assert str(of_tree.value) == str(of_text.value)


def test_a_tree_that_is_too_deep_is_refused() -> None:
    expression: Expression = incoming
    for _ in range(MAX_DEPTH):
        expression = Not(expression)

    with pytest.raises(FilterError, match="nested too deeply"):
        checked(expression, PROPERTIES, "SIPAccount")


def test_a_tree_may_be_longer_than_a_text() -> None:
    names = any_of(*(username.equals(f"account-{number}") for number in range(1000)))

    assert checked(names, PROPERTIES, "SIPAccount") == names
