"""Ruby scripts: plans that are in order give no remark, and what is easily forgotten is guessed at its line."""

from pathlib import Path

import pytest

from sipsorcery_web.portal.areas.dial_plans.checks import script_warnings

PLANS = sorted((Path(__file__).parent / "plans").glob("*.rb"))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plan_in_order_gives_no_remark(plan: Path, end: str) -> None:
    assert script_warnings("Ruby", plan.read_text("utf-8").replace("\n", end)) == []


@pytest.mark.parametrize(
    "script",
    [
        "case x\nwhen 1: sys.Log 'a'\nwhen /b/: sys.Log 'b'\nwhen 'c': sys.Log 'c'\nwhen D: e\nend\n",
        "if x == 1: y end\nif x: y else z end\nunless a[1]: b end\n",
        "h = {'a', 1, 'b', 2}\n",
        "sys.Dial ('x', 20)\n",
        "a = x ? {:b => 1}: {:c => 2}\n",
    ],
)
def test_what_ruby_allowed_when_the_original_was_written_gives_no_remark(script: str) -> None:
    assert script_warnings("Ruby", script) == []


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("H = {\n  'a' => 'b',\n  'c' => 'd'\n  'e' => 'f',\n}\n", 3),
        ("H = {\n  a: 1\n  b: 2\n}\n", 2),
        ("H = {\n  :a => [1]\n  # more\n\n  :b => [2]\n}\n", 2),
        ("L = [\n  ['a', 1]\n  ['b', 2]\n]\n", 2),
        ("L = ['a'\n  'b']\n", 1),
        ("L = [\n  {a: 1},\n  {a: 2}\n  {a: 3}\n]\n", 3),
        ("L = [x,\n  y.z\n  w]\n", 2),
    ],
)
def test_a_comma_that_is_missing_at_the_end_of_a_line_is_guessed_there(script: str, line: int) -> None:
    assert [(each.line, each.message) for each in script_warnings("Ruby", script)] == [
        (line, "A comma is missing at the end of this line, before the next entry.")
    ]


@pytest.mark.parametrize(
    "script", ["h = {'a' => 1 'b' => 2}", "h = {a: 1 b: 2}", "call(a: 1 b: 2)", "call(1, a => 1 b => 2)"]
)
def test_a_comma_that_is_missing_in_a_line_is_guessed(script: str) -> None:
    assert [(each.line, each.message) for each in script_warnings("Ruby", f"\n{script}\n")] == [
        (2, "A comma is missing on this line, between two entries with keys.")
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("when /^00/ sys.Respond 403", "A then is missing between this when and “sys”."),
        ("when 1 sys.Dial 'x'", "A then is missing between this when and “sys”."),
        ("when 'a', \"b\" dial_out", "A then is missing between this when and “dial_out”."),
        ("when 1..5 sys.Dial 'x'", "A then is missing between this when and “sys”."),
        ("when NAMES sys.Dial 'x'", "A then is missing between this when and “sys”."),
    ],
)
def test_a_when_without_then_on_one_line_is_guessed(line: str, message: str) -> None:
    script = f"case x\nwhen 9 then y\n{line}\nelse z\nend\n"
    assert [(each.line, each.message) for each in script_warnings("Ruby", script)] == [(3, message)]


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("if x == 480 sys.Dial 'x' end", "then"),
        ("if x =~ /^0/i sys.Dial 'x' end", "then"),
        ("unless (a) sys.Dial 'x' end", "then"),
        ("if a\n b\nelsif x == 'y' c\nend", "then"),
        ("while x < 5 x += 1 end", "do"),
    ],
)
def test_other_heads_without_their_divider_are_guessed_too(script: str, word: str) -> None:
    (found,) = script_warnings("Ruby", script)
    assert found.message.startswith(f"A {word} is missing between this ")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("/^(00|011/", "The ( at character 2 of this regular expression is never closed."),
        ("/^00)$/", "The ) at character 4 of this regular expression closes nothing."),
        ("/[0-9/", "The [ at character 1 of this regular expression is never closed."),
        ("/[]/", "The [ at character 1 of this regular expression is never closed."),
        ("/(\\)/", "The ( at character 1 of this regular expression is never closed."),
        ("%r{^(0}", "The ( at character 2 of this regular expression is never closed."),
        ("/#{x}(a/", "The ( at character 2 of this regular expression is never closed."),
    ],
)
def test_a_bracket_without_a_partner_in_an_expression_is_guessed(expression: str, message: str) -> None:
    assert [(each.line, each.message) for each in script_warnings("Ruby", f"\nx =~ {expression}\n")] == [(2, message)]


@pytest.mark.parametrize(
    "expression",
    [
        "/^[^]a]$/", "/[]a]/", "/[[:digit:]]+/", "/a{2,3}[\\]]/", "/[(]/", "/\\(/", "/[a-z&&[^aeiou]]/", "/(?#a ( )/",
        "/a # ( [\n/x", "/[#(] # )\n/x", "/(?<name>\\d+)(?:b)(?=c)/", "/]/", "/#{a ? '(' : ')'}/", "%r[a[b]c]", "%r!(a)!",
    ],
)  # fmt: skip
def test_an_expression_in_order_gives_no_remark(expression: str) -> None:
    assert script_warnings("Ruby", f"x =~ {expression}\n") == []
