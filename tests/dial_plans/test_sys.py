"""Each call of `sys` and `req`, row by row (facts of dial plans, section 4), in Ruby itself."""

import pytest

from sipsorcery_web.dial_plans.legs import Sender
from sipsorcery_web.dial_plans.outcomes import Ended, Pausing
from sipsorcery_web.dial_plans.world import Account
from tests.dial_plans.runs import Runs, failed
from tests.dial_plans.worlds import DOMAIN, FakeWorld


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("req.URI.User", '"100"'),
        ("req.uri.user", '"100"'),
        ("$req.URI.Host", f'"{DOMAIN}"'),
        ("req.URI.to_s", f'"sip:100@{DOMAIN};user=phone"'),
        ("req.URI.ToString()", f'"sip:100@{DOMAIN};user=phone"'),
        ("req.URI.Parameters.to_s", '";user=phone"'),
        ("req.Method", '"INVITE"'),
        ("req.Body", '"v=0"'),
        ("req.Header.From.FromName", '"Alice"'),
        ("req.header.from.from_name", '"Alice"'),
        ("req.Header.From.FromURI.User", '"alice"'),
        ("req.Header.from.from_uri.host", f'"{DOMAIN}"'),
        ("req.Header.From.ToString()", f'"\\"Alice\\" <sip:alice@{DOMAIN}>"'),
        ("req.Header.To.ToName", '"Bob"'),
        ("req.Header.To.ToURI.User", '"bob"'),
        ("req.Header.Contact[0].to_s", '"sip:alice@192.0.2.1"'),
        ("req.Header.UserAgent", '"Phone/1"'),
        ("req.Header.user_agent", '"Phone/1"'),
        ("req.Header.CallId", '"abc@192.0.2.1"'),
        ("req.Header.CSeq", "7"),
        ("req.Header.ProxyReceivedFrom", '"192.0.2.1:5060"'),
        ("req.Header.UnknownHeaders", '["X-Way: left"]'),
        ("req.Header.GetUnknownHeaderValue('x-way')", '"left"'),
        ("req.Header.GetUnknownHeaderValue('x-none')", "nil"),
        ("[sys.In, sys.Out, sys.Redirect]", "[false, true, false]"),
        ("sys.out", "true"),
        ("sys.Username", '"alice"'),
        ("sys.DialPlanName", '"default"'),
        ("sys.dial_plan_name", '"default"'),
        ("sys.GetTimezone", '"Australia/Hobart"'),
        ("sys.GetTimezoneOffsetMinutes", "600"),
        ("Time.now.hour", "0"),
        ("Time.now.utc_offset", "36000"),
        ("Time.local(2026, 1, 1).utc_offset", "39600"),
        ("Time.now > Time.local(2026, 9, 22)", "true"),
    ],
)
def test_the_facts_of_a_call(runs: Runs, expression: str, value: str) -> None:
    facts = {
        "parameters": ";user=phone", "body": "v=0", "to_name": "Bob", "to_uri": "sip:bob@example.org",
        "contact": "sip:alice@192.0.2.1", "user_agent": "Phone/1", "call_id": "abc@192.0.2.1", "cseq": 7,
        "received_from": "192.0.2.1:5060", "headers": (("X-Way", "left"),),
        "plan_facts": {"time_zone": "Australia/Hobart"},
    }  # fmt: skip
    assert runs.value(expression, **facts) == value


def test_a_call_that_comes_in_says_so(runs: Runs) -> None:
    assert runs.value("[sys.In, sys.Out]", direction="in") == "[true, false]"
    assert runs.value("[sys.Redirect, sys.RedirectURI.User, sys.RedirectResponse]", direction="redirect",
                      redirect_uri="sip:7@example.org", redirect_response=302) == '[true, "7", MovedTemporarily]'  # fmt: skip


def test_dial_rings_and_the_script_goes_on_when_nobody_answered(runs: Runs) -> None:
    script = """
        result = sys.Dial("1@blueline", 20, 60)
        sys.Log "#{result} #{sys.LastFailureStatus} #{sys.LastFailureReason}"
        sys.Dial "desk@local"
    """
    first = runs.start(script).outcome
    assert (first.ring_seconds, first.answered_seconds) == (20, 60)  # type: ignore[union-attr]
    second = runs.after(failed(486, "Busy here"))
    assert second.log == ("Failed BusyHere Busy here",)
    assert second.outcome.groups[0][0].account == f"desk@{DOMAIN}"  # type: ignore[union-attr]
    assert runs.after(failed(404, "Nobody")).outcome == Ended(code=404, reason="Nobody")


@pytest.mark.parametrize("seconds", [0, 181, -1])
def test_a_ring_time_of_nothing_or_too_much_is_the_longest(runs: Runs, seconds: int) -> None:
    assert runs.dialling(f'sys.Dial("1@blueline", {seconds})').ring_seconds == 180


def test_a_ring_time_is_never_longer_than_what_is_left_of_the_execution(runs: Runs) -> None:
    runs.start("3.times { |n| sys.Dial '%d@blueline' % n }")
    later = runs.after(failed(at=runs.last.started + 250)).outcome
    assert later.ring_seconds == 50  # type: ignore[union-attr]
    assert runs.after(failed(at=runs.last.started + 301)).outcome == Ended(code=500, reason="Dial plan exception")


@pytest.mark.parametrize("state", ["Failed", "TimedOut", "Redirect", "Error", "AlreadyAnswered"])
def test_a_dial_gives_its_result(runs: Runs, state: str) -> None:
    runs.start(f"r = sys.Dial('1@blueline'); sys.Log [r == :{state}, r.to_s, DialPlanAppResult::{state} == r].inspect")
    assert runs.after(failed(state=state)).log[-1] == f'[true, "{state}", true]'


def test_a_redirect_tells_where_to(runs: Runs) -> None:
    runs.start(
        "sys.Dial '1@blueline'; sys.Log \"#{sys.RedirectURI} #{sys.RedirectResponse.to_i} #{sys.redirect_uri.user}\""
    )
    result = failed(state="Redirect", status=302, redirect_uri="sip:9@example.org", redirect_response=302)
    assert runs.after(result).log[-1] == "sip:9@example.org 302 9"


@pytest.mark.parametrize(
    "test",
    ["== 480", "== SIPResponseStatusCodesEnum.TemporarilyUnavailable", "== 'TemporarilyUnavailable'", ">= 400", "!= 486",
     "== SIPResponseStatusCodesEnum::TemporarilyUnavailable", ".to_i == 480", "== :TemporarilyUnavailable"],
)  # fmt: skip
def test_a_failure_compares_with_a_number_or_a_name(runs: Runs, test: str) -> None:
    runs.start(f"""sys.Dial '1@blueline'
        sys.Log (sys.LastFailureStatus {test}).inspect
        sys.Log(case sys.LastFailureStatus when 480 then "number" end)
        sys.Log(case sys.LastFailureStatus when SIPResponseStatusCodesEnum.TemporarilyUnavailable then "name" end)""")
    assert runs.after(failed(480)).log == ("true", "number", "name")


def test_no_leg_at_all_is_an_error_and_the_script_goes_on(runs: Runs) -> None:
    done = runs.finish("sys.Log sys.Dial('nobody@local').to_s; sys.Log sys.Dial('').to_s")
    assert [line for line in done.log if line == "Error"] == ["Error", "Error"]
    assert done.outcome == Ended(code=480, reason="Temporarily unavailable")


def test_respond_answers_the_caller(runs: Runs, world: FakeWorld) -> None:
    done = runs.finish("""
        sys.Respond 180, "Ringing"
        sys.Respond 200, "OK"
        sys.Respond 486, "Not now", "X-Why: lunch|X-Till: 2"
        sys.Log "never"
    """)
    assert world.happened == [("provisional", 180, "Ringing", ())]
    assert done.log == ("A plan cannot answer with 200: 101 to 199 and from 300 to 699.",)
    assert done.outcome == Ended(code=486, reason="Not now", headers=(("X-Why", "lunch"), ("X-Till", "2")))


@pytest.mark.parametrize("code", ["SIPResponseStatusCodesEnum.BusyHere", "486", "'486'", "sys.LastFailureStatus"])
def test_a_code_may_be_a_name(runs: Runs, code: str) -> None:
    assert runs.finish(f"sys.Dial '1@blueline'; sys.Respond({code}, 'x')").outcome == Ended(code=486, reason="x")


def test_log_and_trace(runs: Runs) -> None:
    done = runs.finish("sys.Log('a'); sys.log 5; puts 'printed'; sys.Trace = true; sys.Log sys.trace.inspect")
    assert done.log == ("a", "5", "printed", "true")
    assert done.wants_trace


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sys.IsAvailable()", "true"),
        ("sys.IsAvailable('desk')", "true"),
        ("sys.is_available('office', 'local')", "false"),
        ("sys.IsAvailable('bob')", "true"),
        ("sys.IsAvailable('bob', 'example.net')", "false"),
        ("sys.DoesSIPAccountExist('bob')", "true"),
        ("sys.does_sip_account_exist('nobody')", "false"),
        ("sys.DoesSIPAccountExist('desk@local')", "true"),
        ("sys.IsMine('desk')", "true"),
        ("sys.IsMine('bob')", "false"),
        ("sys.IsMine('nobody')", "false"),
        ("sys.GetBindings", '["sip:alice@192.0.2.1:5060"]'),
        ("sys.get_bindings('desk', 'local')", '["sip:desk@192.0.2.2", "sip:desk@192.0.2.3"]'),
        ("sys.GetBindings('bob')", "nil"),
        ("sys.GetSIPAccounts", f'["alice@{DOMAIN}", "desk@{DOMAIN}", "office@{DOMAIN}"]'),
        ("sys.GetCanonicalDomain('sip.alias.example')", f'"{DOMAIN}"'),
        ("sys.GetCanonicalDomain('example.net')", "nil"),
        ("sys.GetCurrentCallCount", "2"),
        ("sys.GetCurrentCalls()", '["a", "b"]'),
        ("sys.ENUMLookup('1.e164.arpa')", '"sip:1@example.org"'),
        ("sys.enum_lookup('2.e164.arpa')", "nil"),
        ("sys.WebGet('http://www.example.org/', 3)", '"page"'),
        ("sys.web_get('https://www.example.org/none')", "nil"),
        ("sys.WebGet('file:///etc/passwd')", "nil"),
        ("sys.SendRequest('OPTIONS', 'sip:a@example.org', nil, nil, 2)", '"200 OK"'),
        ("sys.SendRequest('INVITE', 'sip:a@example.org')", "nil"),
    ],
)
def test_what_a_plan_may_ask(runs: Runs, world: FakeWorld, expression: str, value: str) -> None:
    world.calls = ["a", "b"]
    world.enum = {"1.e164.arpa": "sip:1@example.org"}
    world.pages = {"http://www.example.org/": "page"}
    assert runs.value(expression) == value


def test_an_account_without_a_customer_s_own_is_no_other_s(runs: Runs, world: FakeWorld) -> None:
    world.accounts["carol"] = Account(username="carol", domain=DOMAIN, is_own=False)
    assert runs.value("[sys.GetBindings('carol'), sys.GetSIPAccounts.grep(/carol/)]") == "[nil, []]"


def test_headers_from_and_content_are_for_the_following_dials(runs: Runs) -> None:
    dialling = runs.dialling("""
        sys.SetFromHeader "Al", "7", "example.org"
        sys.SetCustomSIPHeader "X-One", "1"
        sys.SetCustomSIPHeader "X-Two: 2"
        sys.set_custom_sip_header "X-Three", "3"
        sys.RemoveCustomSIPHeader "x-one"
        sys.SetCustomSIPHeader "Via", "evil"
        sys.SetCustomContent "application/x", "hello"
        sys.PrintCustomSIPHeaders
        sys.Dial "1@blueline"
    """)
    assert dialling.sender == Sender(name="Al", user="7", host="example.org")
    assert dialling.headers == (("X-Two", "2"), ("X-Three", "3"))
    assert (dialling.content_type, dialling.body) == ("application/x", "hello")
    cleared = runs.dialling("""
        sys.SetFromHeader "Al", "7", "example.org"; sys.ClearFromHeader
        sys.SetCustomSIPHeader "X-One", "1"; sys.ClearCustomSIPHeaders
        sys.SetCustomContent "hello"; sys.ClearCustomBody
        sys.Dial "1@blueline"
    """)
    assert (cleared.sender, cleared.headers, cleared.body) == (None, (), "")


def test_values_are_kept_for_the_owner(runs: Runs, world: FakeWorld) -> None:
    script = """
        sys.DBWrite "last", 5
        sys.Log sys.DBRead("last"); sys.Log sys.DBReadForUpdate("last"); sys.Log sys.db_get_keys.inspect
        sys.DBDelete "last"; sys.Log sys.DBRead("last").inspect
    """
    assert runs.log(script) == ["5", "5", '["last"]', "nil"]
    assert world.happened == [("write", "last", "5"), ("delete", "last")]


def test_the_log_says_why_something_did_not_leave(runs: Runs, world: FakeWorld) -> None:
    world.refusals = {"value": "No room.", "mail": "No mail.", "web": "No public address."}
    script = "sys.DBWrite('k', 'v'); sys.Email 'a@example.org', 's', 'b'; sys.WebGet('http://www.example.org/')"

    assert runs.start(script, plan_facts={"authorised_apps": "email"}).log == (
        "No room.",
        "No mail.",
        "No public address.",
    )


def test_mail_goes_out_where_it_is_allowed(runs: Runs, world: FakeWorld) -> None:
    allowed = {"authorised_apps": "email"}
    runs.finish(
        "4.times { |n| sys.Email 'a@example.org, b@example.org', \"s\\r\\nBcc: x\", 'y' * 5000 }", plan_facts=allowed
    )
    assert [event[:3] for event in world.happened] == [("mail", ("a@example.org", "b@example.org"), "s Bcc: x")] * 3
    assert len(str(world.happened[0][3])) == 4096
    world.happened.clear()
    for script in (
        "sys.Email 'a@b.c,'+(1..5).map{|n| \"#{n}@b.c\"}.join(','),'',''",
        "sys.Email \"a@b.c\\nBcc: d@e.f\", '', ''",
    ):
        runs.finish(script, plan_facts=allowed)
    runs.finish("sys.Email 'a@example.org', 's', 'b'")
    assert world.happened == []


def test_callbacks_three_at_most(runs: Runs, world: FakeWorld) -> None:
    runs.finish("4.times { sys.Callback '1@blueline', '2@redline', 5, 20, 30 }")
    assert world.happened == [("callback", "1@blueline", "2@redline", 5, 20, 30)] * 3


@pytest.mark.parametrize(
    "gone",
    ["sys.GoogleVoiceCall('a','b','c')", "sys.google_voice_sms 1,2", "sys.GTalk", "sys.GoogleContactLookup('x')",
     "sys.DBExecuteScalar 'x','y'", "sys.db_execute_non_query('x')", "crm.Lookup('x')", "lookup.find 5"],
)  # fmt: skip
def test_what_is_gone_logs_one_plain_sentence(runs: Runs, gone: str) -> None:
    (line,) = runs.log(gone)
    assert "does nothing" in line


def test_a_pause_waits_outside_of_memory(runs: Runs, world: FakeWorld) -> None:
    progress = runs.start("before = Time.now; sleep 2; sys.Log (Time.now - before >= 2).inspect")
    assert progress.outcome == Pausing(seconds=2.0)
    world.time += 2
    runs.last.pause_ended(world.time)
    assert runs.again().log == ("true",)


@pytest.mark.parametrize(
    ("script", "ended"),
    [
        ("", Ended(code=500, reason="Dial plan script was empty")),
        (" \n\t", Ended(code=500, reason="Dial plan script was empty")),
        ("sys.Log 1", Ended(code=480, reason="Temporarily unavailable")),
        ("raise 'x'", Ended(code=500, reason="Dial plan exception")),
        ("if", Ended(code=500, reason="Dial plan syntax error")),
        ("sys.Nonsense", Ended(code=500, reason="Dial plan missing method")),
        ("exit", Ended(code=480, reason="Temporarily unavailable")),
        ("exit!", Ended(code=500, reason="Dial plan exception")),
        ("return", Ended(code=480, reason="Temporarily unavailable")),
        ("sys.Dial('1@blueline')", Ended(code=486, reason="Busy here")),
        ("sys.Dial('1@blueline'); raise 'x'", Ended(code=500, reason="Dial plan exception")),
    ],
)
def test_the_end_of_a_script(runs: Runs, script: str, ended: Ended) -> None:
    assert runs.finish(script).outcome == ended


def test_an_error_names_its_line(runs: Runs) -> None:
    assert runs.log("x = 1\n\nraise 'broken'")[-1] == "Line 3: RuntimeError: broken"
    assert runs.log("x = 1\nif x\n")[-1].startswith("Line ")
    assert runs.log("def f\n  g\nend\nf")[-1].startswith("Line 2: ")
