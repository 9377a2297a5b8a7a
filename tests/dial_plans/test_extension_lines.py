"""Extension lines are read and matched as the facts of dial plans (section 2) say."""

import pytest

from sipsorcery_web.dial_plans import extension_lines
from sipsorcery_web.dial_plans.extension_lines import Command, LineError, parse

COMMAND = ",1,Dial(a@b)"


def takes(pattern: str, number: str, operator: str = "=>") -> bool:
    return parse(f"exten {operator} {pattern}{COMMAND}").first_match(number) is not None


@pytest.mark.parametrize(
    ("pattern", "number", "matches"),
    [
        ("100", "100", True),
        ("100", "1000", False),
        ("alice", "Alice", False),
        ("_XXX", "123", True),
        ("_XXX", "12", False),
        ("_XXX", "1234", False),
        ("_Z", "0", False),
        ("_Z", "1", True),
        ("_N", "1", False),
        ("_N", "2", True),
        ("_[2-57-9]", "5", True),
        ("_[2-57-9]", "6", False),
        ("_[2-57-9]", "9", True),
        ("_[135]X", "31", True),
        ("_[^1]", "1", True),
        ("_[^1]", "2", False),
        ("_0.", "0", False),
        ("_0.", "00", True),
        ("_0.", "0 anything@all", True),
        ("_.", "x", True),
        ("_.", "", False),
        ("_*98#", "*98#", True),
        ("_1+2", "1+2", True),
        ("_x", "5", False),
        ("_00X.9", "0017", True),
        ("_X", "٣", False),
    ],
)
def test_a_pattern_takes_the_numbers_that_it_describes(pattern: str, number: str, matches: bool) -> None:
    assert takes(pattern, number) == matches


@pytest.mark.parametrize("operator", ["=", "==", "=>"])
def test_three_operators_compare(operator: str) -> None:
    assert takes("_1X", "12", operator)
    assert not takes("^1", "12", operator)


@pytest.mark.parametrize(
    ("expression", "number", "matches"),
    [
        ("^0[1-9]", "0123", True),
        ("^0[1-9]", "10123", False),
        ("23", "0123", True),
        ("/^0{1,2}5$/", "005", True),
        ("(?<country>44)1", "0441", True),
        ("^A", "alice", False),
        ("", "anything", True),
    ],
)
def test_an_expression_is_looked_for_anywhere(expression: str, number: str, matches: bool) -> None:
    assert takes(expression, number, "=~") == matches


def test_the_first_line_that_matches_decides_whatever_its_priority() -> None:
    lines = parse("; plan\n\nexten => 1,9,Dial(a@b)\nexten => _X,1,SIPReply(486,Busy)\n")
    line = lines.first_match("1")
    assert line is not None
    assert (line.number, line.command) == (3, Command("Dial", "a@b"))
    assert lines.first_match("12") is None


@pytest.mark.parametrize(
    "left_out",
    ["dial => 1,1,Dial(a@b)", "Exten => 1,1,Dial(a@b)", "exten => 1", "exten >= 1,1,Dial(a@b)", "exten => ,1,Dial(a@b)",
     "exten => _[13,1,Dial(a@b)", "exten => _[9-1],1,Dial(a@b)", "exten => _[],1,Dial(a@b)", "exten =~ ^(1,1,Dial(a@b)"],
)  # fmt: skip
def test_a_line_that_matches_nothing_is_left_out_with_a_warning(left_out: str) -> None:
    lines = parse(f"{left_out}\nexten => _X.,1,Dial(a@b)")
    assert [number for number, _ in lines.warnings] == [1]
    assert [line.number for line in lines.lines] == [2]


@pytest.mark.parametrize(
    "broken",
    ["exten => s,n,Dial(a@b)", "exten => 1,,Dial(a@b)", "exten => 1,1,Hangup", "exten => 1,1,Dial)x(", "exten 1,1,Dial(a)",
     "exten = 1,1,Dial(a@b[dt=5])", "exten =~ ^0\\d{2,5},1,Dial(a@b)", "exten =~ /^00,1,Dial(a@b)",
     "exten =~ /^00/ ,1,Dial(a@b)", "exten =~ /^00/,1"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_leaves_no_plan(broken: str) -> None:
    with pytest.raises(LineError) as refused:
        parse(f"exten => 1,1,Dial(a@b)\n{broken}")
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("command", "is_call", "is_reply"),
    [("Dial", True, False), ("mySWITCHer", True, False), ("sipreply", False, True), ("Hangup", False, False)],
)
def test_a_command_is_looked_for_inside_the_word(command: str, is_call: bool, is_reply: bool) -> None:
    (line,) = parse(f"exten => 1,1,{command}(486,Busy (now))").lines
    assert (line.command.is_call, line.command.is_reply) == (is_call, is_reply)
    assert line.command.data == "486,Busy (now"


def test_an_expression_of_a_stranger_s_number_has_a_time_limit() -> None:
    (line,) = parse("exten =~ /^(a+)+(b+)+$/,1,Dial(a@b)").lines
    (slow,) = parse("exten =~ /^(?:(a|aa)+)+$/,1,Dial(a@b)").lines
    assert not line.matches("c")
    with pytest.raises(TimeoutError):
        slow.matches("a" * 400 + "!")


@pytest.mark.parametrize(
    "expression",
    [
        "((a{1000}){1000}){1000}",
        "a{" + "9" * 5000 + "}",
        "(?:a{40}b{40}){40}",
        r"(\d{60}){60}",
        "[)]{4000}",
        "(" * 3000 + "a" + ")" * 3000,
    ],
    ids=["nested", "digits of a count", "sequence", "digits", "class", "deep"],
)
def test_an_expression_that_would_take_a_library_long_to_read_is_left_out(expression: str) -> None:
    plan = parse(f"exten =~ /{expression}/,1,Dial(a@b)\nexten => 1,1,Dial(a@b)")
    assert [number for number, _ in plan.warnings] == [1]
    assert plan.first_match("1") == plan.lines[0]


@pytest.mark.parametrize("expression", [r"^\d{10}$|^\d{11}$|^\d{12}$", r"^(\+?\d{1,3} ?){1,6}$", "^0{2}[{}]{3}x,?$"])
def test_what_people_write_about_numbers_is_read(expression: str) -> None:
    assert parse(f"exten =~ /{expression}/,1,Dial(a@b)").warnings == ()


def test_all_lines_of_a_plan_have_a_time_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = parse("exten =~ /2/,1,Dial(a@b)\nexten =~ /1/,1,Dial(a@b)")
    assert plan.first_match("1") == plan.lines[1]
    monkeypatch.setattr(extension_lines, "PLAN_SECONDS", -1)
    with pytest.raises(TimeoutError):
        plan.first_match("1")
