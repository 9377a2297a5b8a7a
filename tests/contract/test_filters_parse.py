from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipsorcery_web.contract.filters import (
    MAX_DEPTH,
    MAX_LENGTH,
    And,
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
    kind_of,
    parse,
    prop,
)

PROVIDER_TYPES = Enumeration("ProviderTypes", ("SIP", "GoogleVoice"))
CALLBACK_TYPES = Enumeration("GoogleVoiceCallbackTypes", ("Home", "Mobile", "Work", "Gizmo"))
PROPERTIES = {
    known.name.lower(): known
    for known in (
        Property("Id", ValueType.GUID),
        Property("SIPUsername", ValueType.STRING),
        Property("Owner", ValueType.STRING),
        Property("NetworkId", ValueType.STRING, nullable=True),
        Property("IsIncomingOnly", ValueType.BOOL),
        Property("IsUserDisabled", ValueType.BOOL),
        Property("AnsweredStatus", ValueType.INT),
        Property("CallDurationLimit", ValueType.INT, nullable=True),
        Property("Inserted", ValueType.TIME),
        Property("HangupAt", ValueType.TIME, nullable=True),
        Property("ProviderType", ValueType.ENUM, enumeration=PROVIDER_TYPES),
        Property("GVCallbackType", ValueType.ENUM, nullable=True, enumeration=CALLBACK_TYPES),
        Property("Not", ValueType.BOOL),
    )
}
A_GUID = UUID("6c62292e-236b-46ea-bdf8-225010869881")
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
username, network, answered = prop("SIPUsername"), prop("NetworkId"), prop("AnsweredStatus")
incoming, disabled = prop("IsIncomingOnly"), prop("IsUserDisabled")


def read(text: str) -> Expression:
    return parse(text, PROPERTIES, "SIPAccount")


def refusal(text: str) -> str:
    with pytest.raises(FilterError) as caught:
        read(text)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ('SIPUsername="desk"', username.equals("desk")),
        ('SIPUsername=="desk"', username.equals("desk")),
        ('SIPUsername <> "desk"', username.differs("desk")),
        ('SIPUsername.StartsWith("desk")', username.starts_with("desk")),
        ('SIPUsername.ToLower().Contains("acc1")', username.lower().contains("acc1")),
        ("IsIncomingOnly = true", Compare(Operator.EQ, incoming, constant(True))),
        ("!IsIncomingOnly", Not(incoming)),
        ("NetworkId = null", network.equals(None)),
        ('Id.ToString() = "6c62292e"', MethodCall(prop("Id"), "ToString").equals("6c62292e")),
        (f'Id.Equals(Guid("{A_GUID}"))', prop("Id").equals(A_GUID)),
        (f'Id.Equals(Guid("({A_GUID})"))', prop("Id").equals(A_GUID)),
        (f'Id.Equals(Guid(" {{{A_GUID}}}"))', prop("Id").equals(A_GUID)),
        ('SIPUsername.Contains("\'")', username.contains("'")),
        ('SIPUsername.Contains("a""b")', username.contains('a"b')),
        (
            '(SIPUsername.Contains("acc1") or SIPUsername.Contains("acc2"))',
            any_of(username.contains("acc1"), username.contains("acc2")),
        ),
        ('ProviderType="googlevoice"', prop("ProviderType").equals("GoogleVoice")),
        ("GVCallbackType != null", prop("GVCallbackType").differs(None)),
        ("AnsweredStatus != 401 && AnsweredStatus != 407", all_of(answered.differs(401), answered.differs(407))),
        (
            "AnsweredStatus=200 and CallDurationLimit > 10",
            all_of(answered.equals(200), Compare(Operator.GT, prop("CallDurationLimit"), constant(10))),
        ),
    ],
)
def test_what_the_original_accepts_is_read(text: str, expression: Expression) -> None:
    assert read(text) == expression


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        (f'Id = Guid("{A_GUID}")', Compare(Operator.EQ, prop("Id"), constant(A_GUID))),
        (f'Id != "{{{A_GUID}}}"', Compare(Operator.NE, prop("Id"), constant(A_GUID))),
        (f'"{A_GUID.hex.upper()}" = Id', Compare(Operator.EQ, constant(A_GUID), prop("Id"))),
        (f'Id.Equals("{A_GUID}")', prop("Id").equals(A_GUID)),
        ('Inserted >= "2024-01-01"', prop("Inserted").at_least(NEW_YEAR)),
        ('Inserted >= "2024-01-01T02:00:00.0000000+02:00"', prop("Inserted").at_least(NEW_YEAR)),
        ('HangupAt < DateTime("2024-01-01T00:00:00Z")', prop("HangupAt").less_than(NEW_YEAR)),
        ("HangupAt = null", prop("HangupAt").equals(None)),
    ],
)
def test_guids_and_times_can_be_compared_beyond_the_original(text: str, expression: Expression) -> None:
    assert read(text) == expression


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("isincomingonly OR isuserdisabled AND true", any_of(incoming, all_of(disabled, constant(True)))),
        ("IsIncomingOnly || IsUserDisabled && true", any_of(incoming, all_of(disabled, constant(True)))),
        ("(IsIncomingOnly or IsUserDisabled) and TRUE", all_of(any_of(incoming, disabled), constant(True))),
        ("IsIncomingOnly and (IsUserDisabled and true)", And((incoming, disabled, constant(True)))),
        ("not IsIncomingOnly = false", Compare(Operator.EQ, Not(incoming), constant(False))),
        ("Not !IsIncomingOnly", Not(Not(incoming))),
        ("@Not and not @not", all_of(prop("Not"), Not(prop("Not")))),
        ("@sipusername.TOLOWER() = null", username.lower().equals(None)),
        ("AnsweredStatus > - 5", Compare(Operator.GT, answered, constant(-5))),
        ("AnsweredStatus<-2147483649", answered.less_than(-2147483649)),
        ("AnsweredStatus <= 1.5e2f", answered.at_most(150.0)),
        ("AnsweredStatus >= 007", answered.at_least(7)),
        ("'a' = ''''", Compare(Operator.EQ, Constant(ValueType.CHAR, "a"), Constant(ValueType.CHAR, "'"))),
        ('SIPUsername.Equals("desk")', MethodCall(username, "Equals", (constant("desk"),))),
        (
            "SIPUsername.Trim().Length > 3",
            Compare(Operator.GT, Member(MethodCall(username, "Trim"), "Length"), constant(3)),
        ),
        ('"x".EndsWith( SIPUsername )', MethodCall(constant("x"), "EndsWith", (username,))),
        ("null = null", Compare(Operator.EQ, constant(None), constant(None))),
        ("\t\n true \r", constant(True)),
        ('SIPUsername = "back\\slash ÄÖ \U0001f4de"', username.equals("back\\slash ÄÖ \U0001f4de")),
    ],
)
def test_spellings_and_precedence_are_those_of_the_language(text: str, expression: Expression) -> None:
    assert read(text) == expression


def test_a_property_is_known_under_its_own_spelling_and_with_its_kind() -> None:
    match read("answeredSTATUS = 200"):
        case Compare(_, Field("AnsweredStatus") as field, _):
            assert field.property == PROPERTIES["answeredstatus"]
            assert kind_of(field) is ValueType.INT
        case other:
            pytest.fail(str(other))


def test_the_kind_of_a_property_that_was_never_parsed_is_not_guessed() -> None:
    with pytest.raises(TypeError, match="SIPUsername"):
        kind_of(username)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SIPUsername='sipacc1'", "Character literal must contain exactly one character"),
        ("SIPUsername ==", "Expression expected"),
        ('Nope = "x"', "No property or field 'Nope' exists in type 'SIPAccount'"),
        ("SIPUsername", "Expression of type 'Boolean' expected"),
        ("null", "Expression of type 'Boolean' expected"),
        ("", "Expression expected"),
        ("true)", "Syntax error"),
        ("true | true", "Syntax error"),
        ("true # true", "Syntax error '#'"),
        ('SIPUsername = "x', "Unterminated string literal"),
        ('SIPUsername = "x""', "Unterminated string literal"),
        ("(true", "')' or operator expected"),
        ('SIPUsername.Contains("x"', "')' or ',' expected"),
        ('Id = Guid "x"', "'(' expected"),
        ("SIPUsername.", "Identifier expected"),
        ("AnsweredStatus = 1.", "Digit expected"),
        ("AnsweredStatus = 1.5e+", "Digit expected"),
        ("SIPUsername = 5", "Operator '=' incompatible with operand types 'String' and 'Int32'"),
        ("SIPUsername == 3000000000", "Operator '==' incompatible with operand types 'String' and 'UInt32'"),
        ("SIPUsername <> 5000000000", "Operator '<>' incompatible with operand types 'String' and 'Int64'"),
        ("SIPUsername = 'x'", "Operator '=' incompatible with operand types 'String' and 'Char'"),
        ("IsIncomingOnly < true", "Operator '<' incompatible with operand types 'Boolean' and 'Boolean'"),
        ("CallDurationLimit = true", "Operator '=' incompatible with operand types 'Int32?' and 'Boolean'"),
        ("HangupAt > 5", "Operator '>' incompatible with operand types 'DateTimeOffset?' and 'Int32'"),
        ("Id = Inserted", "Operator '=' incompatible with operand types 'Guid' and 'DateTimeOffset'"),
        ("Id > null", "Operator '>' incompatible with operand types 'Guid' and 'Object'"),
        ('ProviderType = "Skype"', "Operator '=' incompatible with operand types 'ProviderTypes' and 'String'"),
        ('ProviderType < "SIP"', "Operator '<' incompatible with operand types 'ProviderTypes' and 'String'"),
        (
            "ProviderType = GVCallbackType",
            "Operator '=' incompatible with operand types 'ProviderTypes' and 'GoogleVoiceCallbackTypes?'",
        ),
        ("SIPUsername && true", "Operator '&&' incompatible with operand types 'String' and 'Boolean'"),
        ("true or AnsweredStatus", "Operator 'or' incompatible with operand types 'Boolean' and 'Int32'"),
        ('not SIPUsername = "x"', "Operator 'not' incompatible with operand type 'String'"),
        ("!5", "Operator '!' incompatible with operand type 'Int32'"),
        ("SIPUsername.Nope()", "No applicable method 'Nope' exists in type 'String'"),
        ("SIPUsername.Contains()", "No applicable method 'Contains' exists in type 'String'"),
        ("SIPUsername.Contains(5)", "No applicable method 'Contains' exists in type 'String'"),
        ("Delete(Id)", "No applicable method 'Delete' exists in type 'SIPAccount'"),
        ("Inserted.AddDays(1) > Inserted", "Methods on type 'DateTimeOffset' are not accessible"),
        ("AnsweredStatus = 9223372036854775808", "Invalid integer literal '9223372036854775808'"),
        ("AnsweredStatus = 5f", "Invalid integer literal '5f'"),
        ("AnsweredStatus = 1e999", "Invalid real literal '1e999'"),
        ('Id = "x"', "Invalid Guid literal 'x'"),
        (f'Id = "{{{A_GUID}"', f"Invalid Guid literal '{{{A_GUID}'"),
        ('Inserted > "yesterday"', "Invalid DateTime literal 'yesterday'"),
        ('Inserted > "0001-01-01T00:00:00+14:00"', "Invalid DateTime literal '0001-01-01T00:00:00+14:00'"),
        ("Inserted > DateTime(2024, 1, 1)", "No matching constructor in type 'DateTime'"),
        ('SIPUsername = "\x00"', "Syntax error 'U+0000'"),
        ("\ud800", "Syntax error 'U+D800'"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_original(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AnsweredStatus + 1 = 2", "Operator '+' is not supported"),
        ("AnsweredStatus MOD 2 = 0", "Operator 'MOD' is not supported"),
        ('SIPUsername & "x" = "ax"', "Operator '&' is not supported"),
        ("-AnsweredStatus = 1", "Operator '-' is not supported"),
        ("IsIncomingOnly ? true : true", "Operator '?' is not supported"),
        ("iif(IsIncomingOnly, true, true)", "'iif' is not supported"),
        ('it.SIPUsername = "x"', "'it' is not supported"),
        ("new(Id)", "'new' is not supported"),
        ("SIPUsername[0] = 'x'", "Indexer '[' is not supported"),
        ("Math.Abs(1) = 1", "Type 'Math' is not supported"),
        ("Inserted.Year = 2024", "No property or field 'Year' exists in type 'DateTimeOffset'"),
        ('SIPUsername.Substring(1) = "x"', "No applicable method 'Substring' exists in type 'String'"),
        (
            "(AnsweredStatus = 1) = IsIncomingOnly",
            "Operator '=' is supported on a condition only to compare it with true or false",
        ),
    ],
)
def test_what_the_language_has_but_the_service_has_not_is_refused(text: str, message: str) -> None:
    assert refusal(text) == message


def test_the_texts_that_once_read_every_customers_accounts_are_expressions_of_their_own() -> None:
    assert read('SIPUsername="x" or true') == any_of(username.equals("x"), constant(True))
    assert read('false or Owner="seeduser"') == any_of(constant(False), prop("Owner").equals("seeduser"))
    assert refusal('true) or (Owner = "seeduser"') == "Syntax error"


def test_a_filter_may_be_4000_characters_long() -> None:
    padded = "true".ljust(MAX_LENGTH)
    assert read(padded) == constant(True)
    assert refusal(padded + " ") == "The filter is too long, at most 4000 characters are supported"


def too_deep(text: str) -> bool:
    return refusal(text) == "The filter is nested too deeply, at most 64 levels are supported"


def test_a_filter_may_be_nested_64_levels_deep() -> None:
    assert read("(" * MAX_DEPTH + "true" + ")" * MAX_DEPTH) == constant(True)
    assert read("!" * (MAX_DEPTH - 1) + "true").parts
    assert read("true" + " = true" * (MAX_DEPTH - 1)).parts
    assert read("SIPUsername" + ".Trim()" * (MAX_DEPTH - 2) + " = null").parts


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH + 1) + "true" + ")" * (MAX_DEPTH + 1),
        "(" * MAX_LENGTH,
        "!" * MAX_DEPTH + "true",
        "not " * 999 + "true",
        "!(" * 1900,
        "true" + " = true" * MAX_DEPTH,
        "SIPUsername" + ".Trim()" * (MAX_DEPTH - 1) + " = null",
        "SIPUsername.Contains(" * 190,
        "Guid(" * 800,
    ],
)
def test_a_filter_that_is_nested_deeper_is_refused(text: str) -> None:
    assert too_deep(text)


def called_from_deep_within(frames: int, text: str) -> Expression:
    return read(text) if frames == 0 else called_from_deep_within(frames - 1, text)


def test_the_deepest_filter_leaves_room_on_the_stack() -> None:
    calls = "SIPUsername.Contains(" * MAX_DEPTH + "SIPUsername" + ")" * MAX_DEPTH
    with pytest.raises(FilterError, match="No applicable method"):
        called_from_deep_within(300, calls)
    assert called_from_deep_within(300, "(" * MAX_DEPTH + "true" + ")" * MAX_DEPTH) == constant(True)


def test_wide_filters_are_not_deep() -> None:
    assert len(read("||".join(["1=1"] * 800)).parts) == 800


SYMBOLS = """()!=<>&|"'.,-+*/%?:[]@#\x00 0123456789eEf"""
WORDS = ("SIPUsername", "IsIncomingOnly", "AnsweredStatus", "Inserted", "Id", "ProviderType", "true", "null", '"x"')
PARTS = (" and ", " or ", " not ", "Guid(", "DateTime(", ".Contains(", ".ToLower()", "==")
PIECES = st.sampled_from([*SYMBOLS, *WORDS, *PARTS])


@settings(max_examples=300, deadline=None, database=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
def test_whatever_the_text_is_nothing_but_a_filter_error_is_raised(text: str) -> None:
    try:
        expression = read(text)
    except FilterError as error:
        error.message.encode()
        return
    assert kind_of(expression) is ValueType.BOOL
    assert read(str(expression)) == expression
