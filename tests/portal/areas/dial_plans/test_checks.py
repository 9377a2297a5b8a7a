"""The findings of the checks of scripts, and the time that they take."""

import random

import pytest

from sipsorcery_web.portal.areas.dial_plans.checks import MOST_REMARKS, ExtensionLines, script_warnings
from sipsorcery_web.portal.areas.dial_plans.scripts import MOST_CHARACTERS
from sipsorcery_web.portal.areas.dial_plans.starters import STARTERS, WITHOUT_DIAL_STRINGS
from sipsorcery_web.portal.http.parts import parts_of
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

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
    assert script_warnings("ruby", GOOD_RUBY.replace("\n", end)) == []


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
    assert [(found.line, found.message, found.is_error) for found in script_warnings("Ruby", script)] == [
        (line, message, False)
    ]


def test_remarks_come_by_line_and_not_without_end() -> None:
    found = script_warnings("asterisk", "nonsense\n" * 100)
    assert [each.line for each in found] == [*range(1, MOST_REMARKS + 1)]


@pytest.mark.parametrize("script_type", ["Ruby", "Asterisk"])
def test_a_carriage_return_alone_ends_no_line_for_another_service(script_type: str) -> None:
    script = "\n".join(WITHOUT_DIAL_STRINGS[script_type].splitlines()) + "\r\r\n"
    (found,) = script_warnings(script_type, script, takes_dial_strings=False)
    assert not script_warnings(script_type, script.replace("Switch(username", "Dial(username"))
    assert found.is_error
    assert found.message.startswith("This line ends with U+000D (carriage return) alone")


def test_types_that_nobody_can_read_here_are_left_alone() -> None:
    assert [*script_warnings("Python", "if (")] == []


@pytest.mark.parametrize("script_type", STARTERS)
def test_what_a_new_plan_begins_with_is_in_order(script_type: str) -> None:
    assert script_warnings(script_type, STARTERS[script_type]) == []
    assert script_warnings(script_type, WITHOUT_DIAL_STRINGS[script_type], takes_dial_strings=False) == []


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
    "“",
    "/[",
    "when 1 ",
    "{1=>",
    "def a ",
    "=",
]


def test_a_hostile_script_is_read_to_its_end_without_an_error() -> None:
    dice = random.Random(7)
    scripts = [(piece * 30_000)[:30_000] for piece in PIECES]
    scripts += ["".join(dice.choice(PIECES) for _ in range(8_000)) for _ in range(10)]
    scripts += ["x =~ /" + "[a" * 14_000 + "–/x", "x =~ /" + "(?#" * 9_000, "“\n" * 15_000, "exten =~" * 3_700]
    scripts += ["exten => " + "[" * 29_000, "exten => 1,1,D(" + "'\"" * 14_000]
    for script in scripts:
        for script_type in STARTERS:
            assert len(script_warnings(script_type, script)) <= MOST_REMARKS


def test_remarks_are_on_the_page_and_no_reason_not_to_save(alice: Browser, plan: Plan) -> None:
    night = plan(dial_plan_script="if sys.In\n")
    page = alice.open(f"/dial-plans/{night.id}")
    assert "Line 1. This if has no end." in " ".join(page.notes)
    saved = page.submit(dial_plan_script="foo\n", script_type_description="Asterisk")
    assert saved.notes[0] == "night is saved."
    assert "Line 1. This is no extension line" in saved.notes[-1]


@pytest.mark.parametrize(
    ("script", "heading", "outcome"),
    [
        ("exten => 1,1,Dial(a@b)\nexten => 2,n,Dial(a@b)\n", "The service cannot read this plan", "Because of line 2,"),
        ("foo\nfoo\n", "2 lines need a change", "Such a line does nothing, or fails when a call comes to it."),
        ("exten => _1!,1,Dial(a@b)\n", "This may be a slip", "It is a guess"),
    ],
)
def test_the_page_says_what_a_slip_costs(alice: Browser, plan: Plan, script: str, heading: str, outcome: str) -> None:
    night = plan(dial_plan_script=script, script_type_description="Asterisk")
    notes = " ".join(alice.open(f"/dial-plans/{night.id}").notes)
    assert heading in notes
    assert outcome in notes


def test_in_front_of_another_service_lines_are_offered_and_checked_as_that_service_reads_them(
    harness: AppHarness, alice: Browser, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = plan(dial_plan_script="exten => 1,1,Dial(a@b.c)\n", script_type_description="Asterisk")
    assert not alice.open(f"/dial-plans/{night.id}").notes
    monkeypatch.setitem(parts_of(harness.app), ExtensionLines, ExtensionLines(take_dial_strings=False))
    assert "Dial takes what Switch does here" in " ".join(alice.open(f"/dial-plans/{night.id}").notes)
    page = alice.open("/dial-plans/add?type=Asterisk")
    assert "Switch(username,password,${EXTEN}@" in page.value("dial_plan_script")
    assert not page.notes
    assert "Switch(440021,secret," in alice.open("/help").text


@pytest.mark.parametrize(("script_type", "slip"), [("Ruby", "("), ("Asterisk", "Dial")])
def test_what_is_too_long_to_be_saved_is_not_looked_through(script_type: str, slip: str) -> None:
    assert script_warnings(script_type, slip.ljust(MOST_CHARACTERS))
    assert not script_warnings(script_type, slip.ljust(MOST_CHARACTERS + 1))
