"""Extension lines are checked as the service reads them: what it takes passes, and what costs the plan says so."""

import pytest

from sipsorcery_web.dial_plans.extension_lines import LineError, parse
from sipsorcery_web.portal.areas.dial_plans.checks import script_warnings
from sipsorcery_web.portal.areas.dial_plans.warnings import ScriptWarning

GOOD_LINES = """\
; “comment” – with a dash
exten => _X.,1,Dial(${EXTEN}@provider)
exten = 100,1,Switch(anonymous.invalid,,612@sip.example.org)
exten == 101,1,Switch("username", "password", "303@sip.example.org")

  exten =~ ^0[1-9](11|12)$,1,Switch(username,password,${exten:2}@sip.example.org)
exten =~ /^00\\d{2,5}$/,1,Dial(a,b,${dst}@c,sip:me@d,udp:192.0.2.1:5060,true)
exten=>*98#,-1,SIPReply(486, Busy) ; and a word, in (brackets)
exten => _[1-35]NXZ,0,mySwitch(a,b,c)
exten => 102 , 7 ,Dial(x@y[dt=5,cd=60]&z@y)
exten => alice-2_b.c,1,Dial("O’Brien",b,c)
exten => _.,1,SIPReply(404,nobody)
""".replace("102 ,", "102,")


def check(line: str) -> ScriptWarning:
    (found,) = script_warnings("Asterisk", f"; first\n\n{line}\n")
    assert found.line == 3
    return found


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_extension_lines_in_order_give_no_remark(end: str) -> None:
    assert script_warnings("Asterisk", GOOD_LINES.replace("\n", end)) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exten => s,n,Dial(a@b)", "The priority is a whole number; here it is “n”."),
        ("exten => 1,one,Dial(a@b)", "The priority is a whole number"),
        ("exten => 1,,Dial(a@b)", "The priority is missing"),
        ("exten => 1,9999999999,Dial(a@b)", "The priority is a whole number"),
        ("exten => 1,1,Hangup", "The data of a command stands in brackets"),
        ("exten => 1,1,Dial x", "The data of a command stands in brackets"),
        ("exten => 1,1,Dial(x", "The bracket behind the command is never closed."),
        ("exten => 1,1,Dial)x(", "A closing bracket stands before the opening one."),
        ("exten => 1,1,", "The command is missing"),
        ("extension => 1,1,Dial(a@b)", "Behind exten come =, ==, => or =~"),
        ("exten 1,1,Dial(a@b)", "Behind exten come =, ==, => or =~"),
        ("exten =", "Behind exten come =, ==, => or =~"),
        ("exten = 1,1,Dial(a@b[dt=5])", "The line is cut at the second = of it"),
        ("exten == 1,1,Switch(a,b,sip:c@d;x==y)", "The line is cut at the second == of it"),
        ("exten => _[1,3]X,1,Dial(a@b)", "A comma ends the pattern in square brackets, too"),
        ("exten =~ ^0\\d{2,5},1,Dial(a@b)", "A comma ends an expression that stands without slashes"),
        ("exten =~ /^00,1,Dial(a@b)", "The expression that begins with / has no second / at its end."),
        ("exten =~ /^00/ ,1,Dial(a@b)", "The comma stands directly behind the second /"),
        ("exten =~ /a\\/b/,1,Dial(a@b)", "The comma stands directly behind the second /"),
        ("exten =~ /^00/,1", "The command is missing"),
    ],
)
def test_a_line_that_leaves_no_plan_is_named(line: str, message: str) -> None:
    found = check(line)
    assert (found.is_error, found.breaks_plan) == (True, True)
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("dial => 1,1,Dial(a@b)", "This is no extension line, and is left out."),
        ("Exten => 1,1,Dial(a@b)", "This line is left out: exten is written in small letters."),
        ("exten => 1", "After the pattern there is no comma"),
        ("exten => 1,2", "The command is missing"),
        ("exten >= 1,1,Dial(a@b)", ">= is no operator, so that this line matches no number."),
        ("exten => ,1,Dial(a@b)", "The pattern is missing"),
        ("exten => _,1,Dial(a@b)", "There is nothing behind the _"),
        ("exten => _X.1,1,Dial(a@b)", "Behind . nothing of the pattern counts"),
        ("exten => _[13,1,Dial(a@b)", "The square bracket at character 2 of the pattern is never closed."),
        ("exten => _[]X,1,Dial(a@b)", "The square brackets at character 2 of the pattern are empty."),
        ("exten => _[9-1],1,Dial(a@b)", "The range 9-1 of the pattern runs backwards."),
        ("exten => 1 2,1,Dial(a@b)", "“ ” cannot stand in a number."),
        ("exten => 100 ,1,Dial(a@b)", "The blank before the comma is part of the pattern"),
        ("exten =~ ^00 ,1,Dial(a@b)", "The blank before the comma is part of the expression"),
        ("exten =~ ^(00|011,1,Dial(a@b)", "The ( at character 2 of this regular expression is never closed."),
        ("exten =~ /^[0-9/,1,Dial(a@b)", "The [ at character 2 of this regular expression is never closed."),
        ("exten => 1,1,Hangup()", "Hangup is no command here: its calls get a 500."),
        ("exten => 1,1,(a@b)", "The command is missing"),
        ("exten => 1,1,Dial()", "There is nothing to dial in the brackets."),
        ("exten => 1,1,Switch(a@b)", "Switch takes a username, a password and a destination"),
        ("exten => 1,1,SIPReply(busy)", "SIPReply begins with a code"),
        ("exten => 1,1,SIPReply(200)", "A dial plan cannot answer a call with a 2xx"),
    ],
)
def test_a_line_that_does_nothing_or_fails_is_named(line: str, message: str) -> None:
    found = check(line)
    assert (found.is_error, found.breaks_plan) == (True, False)
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exten => 1,1,Dial(x))", "The data ends at the first closing bracket"),
        ("exten => 1,1,Dial(a(b)@c)", "The data ends at the first closing bracket"),
        ("exten => 1,1,Dial(x) y", "What stands behind the command is not read: “y”."),
        ("exten => _1!,1,Dial(a@b)", "The ! stands for itself here."),
        ("exten =~ ,1,Dial(a@b)", "The expression is empty, so that this line takes every call."),
    ],
)
def test_what_is_read_otherwise_than_it_looks_is_guessed(line: str, message: str) -> None:
    found = check(line)
    assert not found.is_error
    assert found.message.startswith(message)


@pytest.mark.parametrize("second", ["exten => 100,2,Dial(a@b)", "exten = 100,1,Dial(a@b)"])
def test_a_line_that_another_one_forestalls_is_named(second: str) -> None:
    (found,) = script_warnings("Asterisk", f"exten => 100,1,Dial(a@b)\n{second}\n")
    assert (found.line, found.is_error) == (2, False)
    assert found.message.startswith("Line 1 decides before this one is looked at")


def test_nothing_comes_to_a_line_behind_the_one_that_takes_all() -> None:
    found = script_warnings("Asterisk", "exten => _.,1,Dial(a@b)\nexten => 1,1,Dial(a@b)\nexten =~ 2,1,Dial(a@b)\n")
    assert [each.line for each in found] == [2, 3]


def test_a_dial_string_is_an_error_where_the_service_takes_none() -> None:
    line = "exten => 1,1,Dial(${EXTEN}@provider)\n"
    assert script_warnings("Asterisk", line) == []
    (found,) = script_warnings("Asterisk", line, takes_dial_strings=False)
    assert found.message == "Dial takes what Switch does here: a username, a password and a destination."
    assert script_warnings("Asterisk", "exten => 1,1,Dial(a,b,c)\n", takes_dial_strings=False) == []


@pytest.mark.parametrize(
    ("line", "message", "breaks_plan"),
    [
        ("exten –> 1,1,Dial(a@b)", "Character 7 is U+2013 (en dash). Write - instead.", True),
        (
            "exten => 1,1,Dial(“a”,b,c)",
            'Character 19 is U+201C (left double quotation mark). Write " instead. 1 more',
            False,
        ),
        ("exten => 1,1,Dial（a@b)", "Character 18 is U+FF08 (fullwidth left parenthesis). Write ( instead.", True),
        (
            "exten => 1\u200b,1,Dial(a@b)",
            "Character 11 is U+200B (zero width space). It is no part of the script",
            False,
        ),
        ("exten => 1\u00a0,1,Dial(a@b)", "Character 11 is U+00A0 (no-break space). Write a blank instead.", False),
        ("; \u202etext", "Character 3 is U+202E (right-to-left override).", False),
    ],
)
def test_a_pasted_character_is_the_one_remark_of_its_line(line: str, message: str, breaks_plan: bool) -> None:
    found = check(line)
    assert found.message.startswith(message)
    assert found.breaks_plan == breaks_plan


@pytest.mark.parametrize(
    "line", ["; “it’s” – fine…", "\u00a0exten => 1,1,Dial(a@b)", "exten => 1,1,Dial(a@b) ; it’s – fine"]
)
def test_a_pasted_character_that_changes_nothing_is_passed_over(line: str) -> None:
    assert script_warnings("Asterisk", line) == []


SPOILT = (
    "exten = 1,1,Dial(a@b)",
    "exten == 1,1,Dial(a@b)",
    "exten => _1X.,x,Dial(a@b)",
    "exten =~ ^(1,1,Dial(a@b)",
    "exten =~ /^(1|2)/,1,Dial(a@b)",
    "exten =~ /^1/ ,1,Dial(a@b)",
    "exten = _[5-1],1,Dial(a@b)",
    "exten =>> 1,1,Dial(a@b)",
    "include => other",
    "exten => 1,1,Dial",
)


@pytest.mark.parametrize("line", SPOILT)
def test_a_line_that_is_not_read_when_a_call_comes_is_pointed_at_and_no_other(line: str) -> None:
    try:
        is_read = bool(parse(line).lines)
    except LineError:
        is_read = False
    assert any(each.is_error for each in script_warnings("Asterisk", line)) is not is_read
