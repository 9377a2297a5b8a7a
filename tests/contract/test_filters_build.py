from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sipsorcery_web.contract.filters import (
    Compare,
    Constant,
    Enumeration,
    Expression,
    Field,
    FilterError,
    Member,
    MethodCall,
    Not,
    Operator,
    Property,
    ValueType,
    all_of,
    any_of,
    constant,
    parse,
    prop,
)

username, disabled, incoming = prop("SIPUsername"), prop("IsUserDisabled"), prop("IsIncomingOnly")
A_GUID = UUID("6c62292e-236b-46ea-bdf8-225010869881")
AN_EVENING = datetime(2024, 2, 1, 23, 30, tzinfo=timezone(timedelta(hours=-2)))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (username.contains("desk"), 'SIPUsername.Contains("desk")'),
        (username.lower().starts_with("desk"), 'SIPUsername.ToLower().StartsWith("desk")'),
        (
            MethodCall(MethodCall(username, "Trim"), "ToUpper").ends_with("X"),
            'SIPUsername.Trim().ToUpper().EndsWith("X")',
        ),
        (username.equals('say "hi"'), 'SIPUsername = "say ""hi"""'),
        (username.differs("it's"), 'SIPUsername != "it\'s"'),
        (username.equals(prop("Owner")), "SIPUsername = Owner"),
        (Member(username, "Length").at_most(5), "SIPUsername.Length <= 5"),
        (prop("NetworkId").equals(None), "NetworkId = null"),
        (Compare(Operator.GT, prop("Duration"), constant(-1)), "Duration > -1"),
        (prop("Duration").at_least(2.5), "Duration >= 2.5"),
        (prop("Id").equals(A_GUID), f'Id.Equals(Guid("{A_GUID}"))'),
        (prop("Id").differs(A_GUID), f'not Id.Equals(Guid("{A_GUID}"))'),
        (MethodCall(prop("Id"), "ToString").equals("x"), 'Id.ToString() = "x"'),
        (prop("Inserted").less_than(AN_EVENING), 'Inserted < DateTime("2024-02-02T01:30:00Z")'),
        (disabled.is_true(), "IsUserDisabled"),
        (disabled.is_false(), "not IsUserDisabled"),
        (disabled.equals(False), "IsUserDisabled = false"),
        (prop("not").is_true(), "@not"),
        (Constant(ValueType.CHAR, "'"), "''''"),
    ],
)
def test_a_built_expression_is_written(expression: Expression, text: str) -> None:
    assert str(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (
            all_of(disabled, any_of(incoming, username.equals("a"))),
            'IsUserDisabled and (IsIncomingOnly or SIPUsername = "a")',
        ),
        (
            any_of(disabled, all_of(incoming, username.equals("a"))),
            'IsUserDisabled or IsIncomingOnly and SIPUsername = "a"',
        ),
        (Not(username.equals("a")), 'not (SIPUsername = "a")'),
        (Not(username.contains("a")), 'not SIPUsername.Contains("a")'),
        (Not(any_of(disabled, incoming)), "not (IsUserDisabled or IsIncomingOnly)"),
        (Not(Not(disabled)), "not not IsUserDisabled"),
        (Compare(Operator.EQ, Not(disabled), constant(True)), "(not IsUserDisabled) = true"),
        (all_of(all_of(disabled, incoming), disabled), "IsUserDisabled and IsIncomingOnly and IsUserDisabled"),
        (all_of(disabled), "IsUserDisabled"),
        (all_of(), "true"),
        (any_of(), "false"),
    ],
)
def test_parentheses_stand_only_where_they_are_needed(expression: Expression, text: str) -> None:
    assert str(expression) == text


@pytest.mark.parametrize("value", ["\x00", "\ud800", 2**63, float("nan"), float("inf")])
def test_a_value_that_the_language_cannot_carry_is_refused(value: str | float) -> None:
    with pytest.raises(FilterError):
        username.equals(value)


def test_an_enum_property_needs_its_enumeration() -> None:
    with pytest.raises(ValueError, match="ProviderType"):
        Property("ProviderType", ValueType.ENUM)


PROVIDER_TYPES = Enumeration("ProviderTypes", ("SIP", "GoogleVoice"))
PROPERTIES = {
    known.name.lower(): known
    for known in (
        Property("SIPUsername", ValueType.STRING),
        Property("Owner", ValueType.STRING),
        Property("NetworkId", ValueType.STRING, nullable=True),
        Property("IsUserDisabled", ValueType.BOOL),
        Property("IsConfirmed", ValueType.BOOL, nullable=True),
        Property("Duration", ValueType.INT),
        Property("CallDurationLimit", ValueType.INT, nullable=True),
        Property("Id", ValueType.GUID),
        Property("BridgeId", ValueType.GUID, nullable=True),
        Property("Inserted", ValueType.TIME),
        Property("HangupAt", ValueType.TIME, nullable=True),
        Property("ProviderType", ValueType.ENUM, enumeration=PROVIDER_TYPES),
        Property("OtherType", ValueType.ENUM, nullable=True, enumeration=PROVIDER_TYPES),
    )
}
TEXTS = [
    *("", "a", "A", "b", "ab", "aB", "%", "_", "a%"),
    *("é", "É", '"', "'", "\\", " a ", "\u00a0b\t", "alice", "zz\U0001f4de"),
]
GUIDS = [UUID(int=0), A_GUID, UUID("ffffffff-0000-4000-8000-00000000000a")]
TIMES = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]
EQUALITIES = st.sampled_from([Operator.EQ, Operator.NE])


def fields(kind: ValueType) -> SearchStrategy[Field]:
    return st.sampled_from([Field(known.name) for known in PROPERTIES.values() if known.kind is kind])


def constants(values: Sequence[str | float | UUID | datetime]) -> SearchStrategy[Expression]:
    return st.sampled_from(values).map(constant)


def comparisons(
    operators: SearchStrategy[Operator], left: SearchStrategy[Expression], right: SearchStrategy[Expression]
) -> SearchStrategy[Expression]:
    either = st.builds(Compare, operators, left, right | st.just(constant(None)))
    return st.one_of(either, either.map(lambda compared: Compare(compared.operator, compared.right, compared.left)))


def string_values() -> SearchStrategy[Expression]:
    guid_texts = st.builds(MethodCall, fields(ValueType.GUID), st.just("ToString"))
    plain = st.one_of(fields(ValueType.STRING), fields(ValueType.STRING), constants(TEXTS), guid_texts)
    methods = st.sampled_from(["ToLower", "ToUpper", "Trim"])
    return st.recursive(plain, lambda values: st.builds(MethodCall, values, methods), max_leaves=3)


def leaves() -> SearchStrategy[Expression]:
    strings, anything = string_values(), st.sampled_from(Operator)
    numbers = st.one_of(
        fields(ValueType.INT),
        constants([-1, 0, 1, 2, 2**40, 0.5, -1e300, 2.0]),
        st.builds(Member, fields(ValueType.STRING), st.just("Length")),
    )
    guids = fields(ValueType.GUID) | constants(GUIDS)
    times = fields(ValueType.TIME) | constants(TIMES)
    member = fields(ValueType.ENUM) | constants(["SIP", "GoogleVoice"])
    tests = st.builds(
        MethodCall,
        strings,
        st.sampled_from(["StartsWith", "EndsWith", "Contains", "Equals"]),
        st.tuples(strings | st.just(constant(None))),
    )
    booleans = st.one_of(fields(ValueType.BOOL), st.booleans().map(constant))
    return st.one_of(
        booleans,
        tests,
        comparisons(anything, strings, strings),
        comparisons(anything, numbers, numbers),
        comparisons(anything, times, times),
        comparisons(EQUALITIES, guids, guids),
        comparisons(EQUALITIES, fields(ValueType.ENUM), member),
        comparisons(EQUALITIES, booleans, booleans),
        st.builds(MethodCall, guids, st.just("Equals"), st.tuples(guids)),
    )


def conditions() -> SearchStrategy[Expression]:
    """Well-typed expressions over PROPERTIES."""
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            inner.map(Not),
            st.builds(all_of, inner, inner),
            st.builds(any_of, inner, inner, inner),
            st.builds(Compare, EQUALITIES, inner, st.booleans().map(constant)),
        ),
        max_leaves=8,
    )


@settings(max_examples=300, deadline=None, database=None)
@given(conditions())
def test_whatever_is_built_is_read_back_the_same(expression: Expression) -> None:
    assert parse(str(expression), PROPERTIES, "SIPAccount") == expression


@settings(max_examples=200, deadline=None, database=None)
@given(st.text())
def test_whatever_a_visitor_types_stays_one_constant(typed: str) -> None:
    try:
        expression = username.contains(typed)
    except FilterError:
        return
    assert parse(str(expression), PROPERTIES, "SIPAccount") == expression
