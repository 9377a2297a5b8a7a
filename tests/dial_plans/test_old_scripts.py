"""Scripts as they were written from 2009 to 2012, with their traps (facts of dial plans, section 5)."""

import pytest

from sipsorcery_web.dial_plans.legs import Sender
from sipsorcery_web.dial_plans.outcomes import Dialling, Ended
from sipsorcery_web.dial_plans.ruby.instance import Runtime
from sipsorcery_web.dial_plans.ruby_plans import check_ruby
from tests.dial_plans.runs import Runs, failed

OFFICE = """\
require 'mscorlib'
# My plan
Speeddial = {"1" => "18005551212", "2" => "2125551212"}
tz = -5   # New York
def blueline(num)
\tsys.Log "via blueline: #{num}"
\tsys.Dial("#{num}@blueline", 30)
end
def hours?(t) t.hour >= 9 and t.hour < 17 end
begin
\tt = Time.now + (tz * 60 * 60)
\tsys.Log "It is #{t.strftime('%H:%M')}"
\tnum = req.URI.User.to_s
\tnum = Speeddial[num] || num
\tif sys.Out then
\t\tcase num
\t\twhen /^1?([2-9]\\d{9})$/
\t\t\tsys.Log "NANP #{$1}"
\t\t\tblueline "1#{$1}"
\t\t\tstatus = sys.LastFailureStatus
\t\t\tsys.Dial "#{num}@redline" if status == 503 || status == :ServiceUnavailable
\t\twhen '*98': sys.Respond(404, "No voice mail")
\t\twhen /^(\\*\\d+)$/: sys.Log "star #{$1}"; sys.Respond 480, "Star"
\t\telse
\t\t\tif num.length < 3: sys.Respond 484, 'Too short' end
\t\t\tsys.Dial ("#{num}@blueline", 20)
\t\tend
\tend
rescue
\tsys.Log "Error: #{$!}"
ensure
\tsys.Log "done"
end
"""


def uri_of(outcome: object) -> str:
    assert isinstance(outcome, Dialling)
    return outcome.groups[0][0].uri


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("number", "result"),
    [
        ("2125551212", "sip:12125551212@sip.blueline.example"),
        ("12125551212", "sip:12125551212@sip.blueline.example"),
        ("2", "sip:12125551212@sip.blueline.example"),
        ("100", "sip:100@sip.blueline.example"),
        ("*98", Ended(code=404, reason="No voice mail")),
        ("*77", Ended(code=480, reason="Star")),
        ("55", Ended(code=484, reason="Too short")),
    ],
)
def test_an_office_plan_of_those_years_runs(runs: Runs, number: str, result: object, line_end: str) -> None:
    outcome = runs.start(OFFICE.replace("\n", line_end), user=number).outcome
    assert (outcome if isinstance(result, Ended) else uri_of(outcome)) == result


def test_an_office_plan_goes_on_behind_its_dials(runs: Runs) -> None:
    runs.start(OFFICE, user="2125551212")
    second = runs.after(failed(503, "No line"))
    assert uri_of(second.outcome) == "sip:2125551212@sip.redline.example:5070"
    last = runs.after(failed(480, "Away"))
    assert last.outcome == Ended(code=480, reason="Away")
    assert last.log[-1] == "done"


@pytest.mark.parametrize(
    ("script", "logged"),
    [
        ("case 5\nwhen 1..6: sys.Log 'in'\nend", "in"),
        ("x = 3\nif x == 3: sys.Log 'three' else sys.Log 'other' end", "three"),
        ("x = true ? 'a' : 'b'\nif x == 'a': sys.Log x end", "a"),
        ("case 'k'\nwhen 'j', 'k': sys.Log 'k'\nend", "k"),
        ('sys.Log ("one")\nx = {"a" => 1}\nsys.Log(x.index(1))', "a"),
        ("sys.Log '  x '.Trim + 'abc'.Substring(1, 2).ToUpper() + 'x1'.TrimStart('x')", "xBC1"),
        ("sys.Log 'abc'.starts_with('ab').inspect", "true"),
        ("'a\nb'.each { |line| sys.Log line.strip }", "b"),
        ("sys.Log 5.type.to_s + Fixnum.to_s", "IntegerInteger"),
        ("A = 1\nA = 2\nsys.Log A", "2"),
        ("sys.Log File.exists?('/etc/passwd').inspect", "false"),
        ("'x 12' =~ /(\\d+)/\nsys.Log $1", "12"),
        ("sys.Log System::DateTime.Now.year", "2026"),
        ("sys.Log 'x'.taint.untaint", "x"),
        ("sys.Log Time.now.Hour.to_s", "14"),
        ("load 'other.rb'\nsys.Log 'on'", "on"),
        ("sys.Log String.IsNullOrEmpty('').inspect", "true"),
    ],
)
def test_what_old_ruby_and_dot_net_had(runs: Runs, script: str, logged: str) -> None:
    assert runs.log(script)[-1] == logged


def test_a_mended_script_keeps_its_lines(runs: Runs) -> None:
    assert runs.log("case 1\nwhen 1: sys.Log 'x'\nend\nraise 'here'")[-1] == "Line 4: RuntimeError: here"
    assert runs.log("case 1\nwhen 1: sys.Log 'x'\nend\nraise 'here'")[-1] == "Line 4: RuntimeError: here", "kept"


def test_a_script_that_ruby_takes_is_not_touched(runs: Runs) -> None:
    assert runs.log("x = {a: 1, if: 2}\nsys.Log x.inspect\nsys.Log(true ?1: 2)") == ["{a: 1, if: 2}", "1"]


@pytest.mark.parametrize(
    ("script", "line", "advice"),
    [
        ('x = 1\ny = {"a",1}\n', 2, "A hash is written with =>"),
        ("sys.Log “hello”\nx = (\n", None, ""),
        ("begin\n x\nretry\nend", 3, "retry stands inside of rescue only"),
        ("if true\n", None, ""),
    ],
)
def test_what_cannot_be_mended_is_refused_with_its_line(
    runtime: Runtime, script: str, line: int | None, advice: str
) -> None:
    found = check_ruby(script, runtime)
    assert found.message
    assert found.line is not None
    if line:
        assert found.line == line
    assert found.advice.startswith(advice)


def test_a_script_in_order_is_checked_without_running(runtime: Runtime) -> None:
    found = check_ruby("sys.Dial 'x'\nexit!\n", runtime)
    assert (found.is_mended, found.line) == (False, None)
    assert check_ruby("if 1: 2 end", runtime).is_mended


def test_an_exception_is_added_to_a_text_as_if_it_were_one(runs: Runs) -> None:
    assert runs.log("begin\n  nil.no_such\nrescue\n  sys.Log('** Error: ' + $!)\nend")[0].startswith(
        "** Error: undefined method 'no_such' for nil"
    )


def test_a_number_is_a_list_of_itself(runs: Runs) -> None:
    assert runs.value("[7.to_a, *7.to_a]") == "[[7], 7]"


def test_the_answers_of_the_last_dial_can_be_gone_through(runs: Runs) -> None:
    lines = """
        sys.Log sys.LastDialled.inspect
        sys.Dial "1@blueline"
        sys.LastDialled.each { |each| sys.Log "#{each.TransactionFinalResponse.StatusCode.to_i} #{each.ReasonPhrase}" }
        sys.Log sys.last_dialled.first.transaction_final_response == nil
    """
    assert runs.log(lines) == ["[]", "486 Busy here", "false"]


def test_the_account_that_calls_or_is_called_is_known(runs: Runs) -> None:
    assert runs.value("sys.FromSIPAccount.SIPUsername") == '"alice"'
    assert runs.value("[sys.from_sip_account.sip_domain, sys.FromSIPAccount.Owner]") == '["sip.example.org", "alice"]'
    assert runs.value("sys.FromSIPAccount", account="") == "nil"


def test_a_name_given_to_the_callers_from_header_is_shown_by_the_legs(runs: Runs) -> None:
    dialling = runs.dialling('req.Header.From.FromName = "Bob\\r\\nX: 1"\nsys.Dial "1@redline"', from_name="Alice")
    assert dialling.sender is not None
    assert dialling.sender.name == "Bob X: 1"
    script = 'req.Header.From.FromURI.User = "0123"\nreq.Header.From.FromName = "Bob"\nsys.Dial "1@redline"'
    dialling = runs.dialling(script)
    assert dialling.sender == Sender(name="Bob", user="0123")
    assert runs.value('(req.header.from.from_uri.user = "7"; req.Header.From.FromURI.User)') == '"7"'
    assert runs.value('(req.Header.From.FromName = "Zoe"; req.Header.From.FromName)') == '"Zoe"'


def test_uris_without_parameters_and_users_without_escapes(runs: Runs) -> None:
    assert runs.value("req.Header.From.FromURI.ToParameterlessString()") == '"sip:alice@sip.example.org"'
    assert runs.value("req.URI.UnescapedUser", user="a%20b%C3%A9%ff") == '"a bé\ufffd"'
