import os
import random
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    func,
    select,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine

from sipsorcery_web.contract.filters import (
    And,
    Compare,
    Constant,
    Expression,
    Field,
    FilterError,
    Member,
    MethodCall,
    Not,
    Operator,
    Or,
    ValueType,
    any_of,
    holds,
    kind_of,
    parse,
    prop,
)
from sipsorcery_web.database.base import UtcDateTime
from sipsorcery_web.service.store.filtering import condition
from tests.contract.test_filters_build import GUIDS, PROPERTIES, TEXTS, TIMES, conditions

COLUMN_TYPES: dict[ValueType, TypeEngine[Any]] = {
    ValueType.STRING: String(32),
    ValueType.BOOL: Boolean(),
    ValueType.INT: Integer(),
    ValueType.GUID: Uuid(native_uuid=False),
    ValueType.TIME: UtcDateTime(),
    ValueType.ENUM: String(16),
}
VALUES: dict[ValueType, list[Any]] = {
    ValueType.STRING: TEXTS,
    ValueType.BOOL: [True, False],
    ValueType.INT: [-1, 0, 1, 2, 2**31 - 1],
    ValueType.GUID: GUIDS,
    ValueType.TIME: TIMES,
    ValueType.ENUM: ["SIP", "GoogleVoice"],
}
ACCOUNTS = Table(
    "filtered_accounts",
    MetaData(),
    Column("position", Integer, primary_key=True),
    *[Column(known.name, COLUMN_TYPES[known.kind], nullable=known.nullable) for known in PROPERTIES.values()],
    prefixes=["TEMPORARY"],
)
COLUMNS = {known.name: ACCOUNTS.c[known.name] for known in PROPERTIES.values()}


def some_rows(count: int) -> list[dict[str, Any]]:
    dice = random.Random(5060)
    rows = [
        {
            known.name: None if known.nullable and dice.random() < 0.3 else dice.choice(VALUES[known.kind])
            for known in PROPERTIES.values()
        }
        for _ in range(count)
    ]
    return [row | {"position": place, "Owner": ("alice", "bob")[place % 2]} for place, row in enumerate(rows)]


ROWS = some_rows(60)


@pytest.fixture(scope="module")
def in_sqlite() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as connection:
        ACCOUNTS.create(connection)
        connection.execute(ACCOUNTS.insert(), ROWS)
        yield connection


@pytest.fixture(scope="module")
def in_postgresql() -> Iterator[Connection]:
    url = os.environ.get("SIPSORCERY_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("SIPSORCERY_TEST_POSTGRES_URL names no PostgreSQL database")
    engine = create_engine(url)
    try:
        connection = engine.connect()
    except OperationalError as error:
        pytest.skip(f"PostgreSQL cannot be reached: {error.orig}")
    with connection:
        ACCOUNTS.create(connection)
        connection.execute(ACCOUNTS.insert(), ROWS)
        yield connection
    engine.dispose()


@pytest.fixture(params=["in_sqlite", "in_postgresql"], scope="module")
def database(request: pytest.FixtureRequest) -> Connection:
    connection: Connection = request.getfixturevalue(request.param)
    return connection


def selected(database: Connection, expression: Expression) -> list[int]:
    """The positions of alice's rows that the condition lets through."""
    query = select(ACCOUNTS.c.position).where(ACCOUNTS.c.Owner == "alice", condition(expression, COLUMNS))
    return sorted(database.scalars(query))


def expected(expression: Expression) -> list[int]:
    return [row["position"] for row in ROWS if row["Owner"] == "alice" and value_of(expression, row)]


# The meaning of the language in Python, written without a look at the SQL.

UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
WHITE_SPACE = " \t\n\v\f\r\x85\u00a0"


def value_of(node: Expression, row: dict[str, Any]) -> Any:
    match node:
        case Constant(_, value):
            return value
        case Field(name):
            return row[name]
        case Not(operand):
            return not value_of(operand, row)
        case And(operands):
            return all(value_of(operand, row) for operand in operands)
        case Or(operands):
            return any(value_of(operand, row) for operand in operands)
        case Compare(operator, left, right):
            texts = ValueType.STRING in (kind_of(left), kind_of(right))
            return compared(str(operator), value_of(left, row), value_of(right, row), texts)
        case Member(target):
            text = value_of(target, row)
            return None if text is None else len(text)
        case MethodCall(target, method, arguments):
            return called(method, value_of(target, row), *[value_of(argument, row) for argument in arguments])
    raise AssertionError(node)


def compared(operator: str, left: Any, right: Any, texts: bool) -> bool:
    if operator in ("=", "!="):
        return (left == right) is (operator == "=")
    if texts:
        left, right = (left is not None, left or ""), (right is not None, right or "")
    elif left is None or right is None:
        return False
    order = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return bool(order[operator])


def called(method: str, target: Any, *arguments: Any) -> Any:
    if target is None or None in arguments:
        return None if method in ("ToLower", "ToUpper", "Trim", "ToString") else False
    methods: dict[str, Callable[..., Any]] = {
        "StartsWith": lambda part: target.startswith(part),
        "EndsWith": lambda part: target.endswith(part),
        "Contains": lambda part: part in target,
        "Equals": lambda other: target == other,
        "ToLower": lambda: target.translate(str.maketrans(UPPER, LOWER)),
        "ToUpper": lambda: target.translate(str.maketrans(LOWER, UPPER)),
        "Trim": lambda: target.strip(WHITE_SPACE),
        "ToString": lambda: str(target),
    }
    return methods[method](*arguments)


def parsed(text: str) -> Expression:
    return parse(text, PROPERTIES, "SIPAccount")


@settings(max_examples=250, deadline=None, database=None)
@given(conditions())
def test_sql_selects_what_the_expression_means(database: Connection, built: Expression) -> None:
    expression = parsed(str(built))
    assert selected(database, expression) == expected(expression)


def has_ordering(node: Expression) -> bool:
    orders = isinstance(node, Compare) and node.operator not in (Operator.EQ, Operator.NE)
    return orders or any(map(has_ordering, node.parts))


@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=2, max_size=5), st.booleans())
def test_texts_of_one_property_are_chosen_from_at_once(database: Connection, texts: list[str], negated: bool) -> None:
    built = any_of(*(prop("SIPUsername").equals(text) for text in texts))
    expression = parse(f"not ({built})" if negated else str(built), PROPERTIES, "SIPAccount")
    assert selected(database, expression) == expected(expression)
    assert negated or " IN (" in str(condition(expression, COLUMNS))


@settings(max_examples=250, deadline=None, database=None)
@given(conditions().filter(lambda built: not has_ordering(built)))
def test_what_is_looked_through_in_memory_is_what_sql_would_select(built: Expression) -> None:
    values = [{name.lower(): value for name, value in row.items()} for row in ROWS]
    found = [row["position"] for row in values if row["owner"] == "alice" and holds(built, row)]
    assert found == expected(parsed(str(built)))


@pytest.mark.parametrize(("text", "holds_for_none"), [('SIPUsername < "a"', True), ('SIPUsername >= ""', False)])
def test_in_memory_too_a_null_name_sorts_first(text: str, holds_for_none: bool) -> None:
    assert holds(parsed(text), {"sipusername": None}) is holds_for_none


CONDITIONS = (
    'SIPUsername = "a"',
    'Owner = "bob"',
    'NetworkId.Contains("%")',
    'Owner != "alice"',
    "IsUserDisabled",
    "true",
)
SCRAPS = ("(", ")", "(", ")", "!", ";--", "'", '"', "* from filtered_accounts", "-1", "false", "null = NetworkId")
PIECES = st.sampled_from(CONDITIONS + SCRAPS)
JOINTS = st.sampled_from([" or ", " || ", " and ", " && ", " or (", ") or ", " ", " = ", " or not "])


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(st.tuples(PIECES, JOINTS), min_size=1, max_size=6), PIECES)
def test_no_text_reaches_the_rows_of_another_owner(
    in_sqlite: Connection, pieces: list[tuple[str, str]], last: str
) -> None:
    text = "".join(piece + joint for piece, joint in pieces) + last
    try:
        expression = parsed(text)
    except FilterError:
        return
    assert selected(in_sqlite, expression) == expected(expression)


@pytest.mark.parametrize(
    "text", ['SIPUsername="x" or true', 'false || Owner="bob" || !false', 'not (Owner = "alice") or 1=1']
)
def test_what_once_read_every_customers_accounts_reads_alices_alone(database: Connection, text: str) -> None:
    alices = [row["position"] for row in ROWS if row["Owner"] == "alice"]
    assert selected(database, parsed(text)) == alices


ALICE: dict[str, Any] = {
    "position": 1000,
    "SIPUsername": "Desk_100%",
    "Owner": "alice",
    "NetworkId": None,
    "IsUserDisabled": False,
    "IsConfirmed": None,
    "Duration": 60,
    "CallDurationLimit": None,
    "Id": UUID("6c62292e-236b-46ea-bdf8-225010869881"),
    "BridgeId": None,
    "Inserted": TIMES[1],
    "HangupAt": None,
    "ProviderType": "GoogleVoice",
    "OtherType": None,
}


@pytest.fixture
def with_one_account(database: Connection) -> Iterator[Connection]:
    with database.begin_nested() as change:
        database.execute(ACCOUNTS.insert(), ALICE)
        yield database
        change.rollback()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('SIPUsername = "Desk_100%"', True),
        ('SIPUsername = "desk_100%"', False),
        ('SIPUsername.StartsWith("desk")', False),
        ('SIPUsername.ToLower().StartsWith("desk")', True),
        ('SIPUsername.ToUpper() = "DESK_100%"', True),
        ('"\u00c9A".ToLower() = "\u00c9a" and "\u00e9a".ToUpper() = "\u00e9A"', True),
        ('"b" < "\u00e9" and "B" < "a" and "_" < "a" and "a" < "ab"', True),
        ('SIPUsername.Contains("%1")', False),
        ('SIPUsername.Contains("k_1")', True),
        ('SIPUsername.Contains("k1")', False),
        ('SIPUsername.EndsWith("0%")', True),
        ('SIPUsername.EndsWith("longer than the username itself")', False),
        ('SIPUsername.EndsWith("") and SIPUsername.StartsWith("") and SIPUsername.Contains("")', True),
        ('SIPUsername < "Z" and SIPUsername < "desk"', True),
        ('"Desk_100% and more than 32 characters" = SIPUsername', False),
        ("SIPUsername.Length = 9", True),
        ('NetworkId = "x"', False),
        ('not (NetworkId = "x")', True),
        ('NetworkId != "x"', True),
        ("NetworkId = null", True),
        ("NetworkId != null", False),
        ('NetworkId.StartsWith("x")', False),
        ('not NetworkId.StartsWith("x")', True),
        ('not (NetworkId.StartsWith("x") and true)', True),
        ("NetworkId.ToLower() = null", True),
        ("NetworkId.Length = 0", False),
        ('NetworkId < "a"', True),
        ('NetworkId > "a"', False),
        ("CallDurationLimit > 0 or CallDurationLimit <= 0", False),
        ("not (CallDurationLimit > 0)", True),
        ("CallDurationLimit = null", True),
        ("Duration > 59.5 and Duration < 9000000000", True),
        ("IsUserDisabled = false and !IsUserDisabled and IsUserDisabled != true", True),
        ("IsConfirmed or IsConfirmed = false or IsConfirmed = true", False),
        ("not IsConfirmed and IsConfirmed = null", True),
        ('Id = "6C62292E-236B-46EA-BDF8-225010869881"', True),
        ('Id.ToString() = "6c62292e-236b-46ea-bdf8-225010869881"', True),
        ('Id.ToString() = "6C62292E-236B-46EA-BDF8-225010869881"', False),
        ('Inserted = "2024-01-01" and Inserted < "2024-01-01T01:00:00Z"', True),
        ('Inserted >= "2024-01-01T01:00:00+01:00"', True),
        ('HangupAt < "2024-01-01"', False),
        ('ProviderType = "googlevoice"', True),
        ('OtherType != "SIP" and OtherType = null', True),
        ("OtherType = ProviderType", False),
    ],
)
def test_an_account_is_selected_by(with_one_account: Connection, text: str, holds: bool) -> None:
    assert (ALICE["position"] in selected(with_one_account, parsed(text))) is holds


def test_constants_are_bound(database: Connection) -> None:
    text = (
        'SIPUsername.Contains("secret") or Owner = "secret" or Duration = 4711 or Inserted > "2024-01-01" or Id = "{}"'
    )
    sql = str(condition(parsed(text.format(ALICE["Id"])), COLUMNS).compile(database))
    assert not any(constant in sql for constant in ("secret", "4711", "2024", "6c62"))


def test_equality_with_a_string_can_use_an_index(in_sqlite: Connection) -> None:
    clause = condition(parsed('SIPUsername = "a"'), COLUMNS)
    assert str(clause.compile(in_sqlite)) == 'filtered_accounts."SIPUsername" = ?'


def nested(levels: int, innermost: str) -> str:
    return "".join(f"1=1{('||', '&&')[level % 2]}(" for level in range(levels)) + innermost + ")" * levels


@pytest.mark.parametrize(
    "text",
    [
        nested(59, 'not SIPUsername.Trim().ToLower().EndsWith("a")'),
        f"({nested(58, 'SIPUsername < NetworkId')}) && ({nested(58, 'SIPUsername < NetworkId')})",
        "SIPUsername" + ".ToLower().Trim().ToUpper()" * 20 + '.EndsWith("A")',
        "IsUserDisabled" + " = true" * 62,
        "||".join(["1=1"] * 800),
        "not (" + "||".join(["1=1"] * 790) + ")",
        "&&".join(['Id.ToString()="a"'] * 200),
        "||".join(['"a"<NetworkId'] * 260),
    ],
)
def test_every_filter_that_is_short_enough_can_be_run(database: Connection, text: str) -> None:
    expression = parsed(text)
    accounts = select(ACCOUNTS).where(ACCOUNTS.c.Owner == "alice", condition(expression, COLUMNS)).subquery()
    assert database.scalar(select(func.count()).select_from(accounts)) == len(expected(expression))


def test_an_expression_that_is_no_condition_is_refused() -> None:
    with pytest.raises(TypeError, match="Length"):
        condition(Member(Field("SIPUsername"), "Length"), COLUMNS)
