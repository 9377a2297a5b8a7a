"""What the checks of scripts find, what they let pass, and that no script keeps them long."""

import random

import pytest

from sipsorcery_web.portal.dial_plans.checks import MOST_REMARKS, remarks
from sipsorcery_web.portal.dial_plans.scripts import MOST_CHARACTERS
from sipsorcery_web.portal.dial_plans.starters import STARTERS

from ..browser import Browser
from .conftest import Plan

GOOD_RUBY = """\
# a string in a comment: "never closed
DESK = ["front-desk-1@example.org",
        "front-desk-2@example.org"]
open = (1..5).include?(now.wday) && hours[now.hour / 2] / 3
if sys.In then
  sys.Log "call from #{req.Header.From["x"]} to #{req.URI.User}"
  return if open
  raise 'no' unless x =~ /^(112|"999)$/
  y = open ? 'a' : 'b'
  if sys.LastFailureStatus == 480
    sys.Dial "#{NIAMH}@trunk[fu=014400142]", 25
  end
else
  case req.URI.User
    when /^00/ then sys.Respond 403, "No"
    else sys.Respond 404, 'It isn\\'t here'
  end
end
while x > 3 do
  x -= 1
end
until x; x = 1 end
3.times do |i| call(:end, if: 3) end
letter = <<-EOS
  if while "
  EOS
list <<item
words = %w(a b (c) d')
=begin
if if "
=end
class Foo < Bar
  def self.each; yield; end
  def ==(other) true end
end
begin; a; rescue => e; b; end while c
w = if a then b else c end
[1].each { |v| puts v if v }
obj.class.if.end
puts /"/.match(x) ? ?" : ":"
__END__
if "
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_ruby_script_in_order_gives_no_remark(end: str) -> None:
    assert remarks("ruby", GOOD_RUBY.replace("\n", end)) == []


@pytest.mark.parametrize(
    ("script", "line", "message"),
    [
        ("x = 1\nif x\n  y\n", 2, "This if has no end."),
        ("def a\n  if b then c end\n", 1, "This def has no end."),
        ("x.each do |y|\n", 1, "This do has no end."),
        ("x\nend\n", 2, "This end closes nothing: no block is open here."),
        ("puts 'abc\nend\n", 1, "The text that begins here with ' is never closed."),
        ('puts "#{a\n', 1, 'The text that begins here with " is never closed.'),
        ("call(\n1\n]", 3, "This ] does not close the ( of line 1."),
        ("if a\n  call(1\nend", 3, "This end comes before the ( of line 2 is closed."),
        ("if a\n)\nend", 2, "This ) comes before the if of line 1 has its end."),
        ("[1, 2", 1, "This [ is never closed."),
        ("}", 1, "This } closes nothing."),
        ("x = <<EOS\nabc\n", 1, "The text that should end with EOS never does."),
        ("x = %w(a b", 1, "The text that begins here with ( is never closed."),
    ],
)
def test_a_slip_in_ruby_is_guessed_at_its_line(script: str, line: int, message: str) -> None:
    assert [(found.line, found.message, found.is_error) for found in remarks("Ruby", script)] == [
        (line, message, False)
    ]


GOOD_LINES = """\
; comment
exten => _X.,1,Dial(${EXTEN}@provider)
exten = 100,1,Answer()

exten => s,n,Hangup
exten => _[1-3,5]NXX!,2,Dial(a,"b)",20) ; and a word
exten => *#9+,1,SetVar(a=(b))
"""


def test_extension_lines_in_order_give_no_remark() -> None:
    assert remarks("Asterisk", GOOD_LINES) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("extend => 1,1,Dial(x)", "This is no extension line."),
        ("exten => 1", "After the pattern there is no comma"),
        ("exten => 1,2", "The application is missing"),
        ("exten => 1,1,", "The application is missing"),
        ("exten => ,1,Dial(x)", "The pattern is missing"),
        ("exten => _,1,Dial(x)", "There is nothing behind the _"),
        ("exten => _X.1,1,Dial(x)", "Behind . nothing of the pattern counts"),
        ("exten => _[1-3,1,Dial(x)", "The square bracket at character 2 of the pattern is never closed."),
        ("exten => _[]X,1,Dial(x)", "The square brackets at character 2 of the pattern are empty."),
        ("exten => 1 2,1,Dial(x)", "“ ” cannot stand in a pattern."),
        ("exten => 1,a,Dial(x)", "The priority is a number from 1 on, or n; here it is “a”."),
        ("exten => 1,0,Dial(x)", "The priority is a number from 1 on"),
        ("exten => 1,1,Dial(x", "The bracket behind the application is never closed."),
        ("exten => 1,1,Dial(x))", "There is one closing bracket too many."),
        ("exten => 1,1,Dial(x) y", "Nothing may stand behind the application; here it is “y”."),
        ("exten => 1,1,Dial x", "The arguments of the application stand in brackets"),
    ],
)
def test_what_is_wrong_with_an_extension_line_is_said_with_its_number(line: str, message: str) -> None:
    (found,) = remarks("Asterisk", f"; first\n\n{line}\n")
    assert (found.line, found.is_error) == (3, True)
    assert found.message.startswith(message)


def test_remarks_come_by_line_and_not_without_end() -> None:
    found = remarks("asterisk", "nonsense\n" * 100)
    assert [each.line for each in found] == [*range(1, MOST_REMARKS + 1)]


def test_types_that_nobody_can_read_here_are_left_alone() -> None:
    assert [*remarks("Python", "if (")] == []


@pytest.mark.parametrize("script_type", STARTERS)
def test_what_a_new_plan_begins_with_is_in_order(script_type: str) -> None:
    assert remarks(script_type, STARTERS[script_type]) == []


PIECES = [
    "(",
    "[",
    '"#{',
    "%w(",
    "<<A\n",
    "x <<A ",
    "if ",
    "|",
    "/",
    "'",
    "\\",
    "=begin\n",
    "?",
    "%",
    "do ",
    "\n",
    "²",
    ":",
    "@",
    "$",
]


def test_a_hostile_script_is_read_to_its_end_without_an_error() -> None:
    dice = random.Random(7)
    scripts = [(piece * 30_000)[:30_000] for piece in PIECES]
    scripts += ["".join(dice.choice(PIECES) for _ in range(8_000)) for _ in range(10)]
    scripts += ["exten => " + "[" * 29_000, "exten => 1,1,D(" + "'\"" * 14_000]
    for script in scripts:
        for script_type in STARTERS:
            assert len(remarks(script_type, script)) <= MOST_REMARKS


def test_remarks_are_on_the_page_and_no_reason_not_to_save(alice: Browser, plan: Plan) -> None:
    night = plan(dial_plan_script="if sys.In\n")
    page = alice.open(f"/dial-plans/{night.id}")
    assert "Line 1. This if has no end." in " ".join(page.notes)
    saved = page.submit(dial_plan_script="foo\n", script_type_description="Asterisk")
    assert saved.notes[0] == "night is saved."
    assert "Line 1. This is no extension line." in saved.notes[-1]


@pytest.mark.parametrize(("script_type", "slip"), [("Ruby", "("), ("Asterisk", "Dial")])
def test_what_is_too_long_to_be_saved_is_not_looked_through(script_type: str, slip: str) -> None:
    assert remarks(script_type, slip.ljust(MOST_CHARACTERS))
    assert not remarks(script_type, slip.ljust(MOST_CHARACTERS + 1))
