"""A plan of extension lines from a call to its answer."""

import pytest

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.line_plans import run_extension_lines
from sipsorcery_web.dial_plans.outcomes import Dialling, Ended, Pausing, Progress
from tests.dial_plans.runs import failed
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan


def run(script: str, user: str = "100", world: FakeWorld | None = None) -> tuple[Progress, Execution]:
    execution = Execution(plan(script, is_ruby=False), call(user), NOW)
    return run_extension_lines(execution, world or FakeWorld()), execution


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        ("exten => 100,1,SIPReply(486,Busy here)", Ended(code=486, reason="Busy here")),
        ("exten => 100,1,SIPReply(603,no ${dst})", Ended(code=603, reason="no 100")),
        ("exten => 100,1,SIPReply(200,OK)", Ended(code=480, reason="Temporarily unavailable")),
        ("exten => 100,1,SIPReply(busy)", Ended(code=500, reason="Dial plan exception")),
        ("exten => 101,1,Dial(a@b)", Ended(code=404, reason="Not found")),
        ("exten => 100,1,Hangup()", Ended(code=500, reason="Invalid dialplan command Hangup")),
        ("exten => s,n,Dial(a@b)", Ended(code=500, reason="Dial plan syntax error")),
        ("exten => 100,1,Dial(nobody@local)", Ended(code=480, reason="Temporarily unavailable")),
        ("exten => 100,1,Switch(a,b)", Ended(code=500, reason="Dial plan exception")),
        (" ", Ended(code=500, reason="Dial plan script was empty")),
    ],
)
def test_a_line_answers(line: str, ended: Ended) -> None:
    assert run(line)[0].outcome == ended


@pytest.mark.parametrize(
    ("command", "uri"),
    [
        ("Dial(${EXTEN}@blueline)", "sip:100@sip.blueline.example"),
        ("Dial(1@redline[dt=1,cd=2,rm=a])", "sip:1@sip.redline.example:5070"),
        ("Switch(user,secret,${exten:1}@sip.example.net)", "sip:00@sip.example.net"),
        ("Dial(user,secret,9@sip.example.net)", "sip:9@sip.example.net"),
    ],
)
def test_a_line_rings_and_its_failure_is_the_answer(command: str, uri: str) -> None:
    progress, execution = run(f"exten => _X.,1,{command}")
    assert isinstance(progress.outcome, Dialling)
    assert progress.outcome.groups[0][0].uri == uri
    execution.dial_ended(failed(404, "Nobody"))
    again = run_extension_lines(Execution.from_json(execution.to_json()), FakeWorld())
    assert again.outcome == Ended(code=404, reason="Nobody")


def test_a_reply_below_200_goes_on_ringing() -> None:
    world = FakeWorld()
    progress, execution = run("exten => 100,1,SIPReply(183,Wait)", world=world)
    assert progress.outcome == Pausing(seconds=180)
    assert world.happened == [("provisional", 183, "Wait", ())]
    execution.pause_ended(NOW + 180)
    assert run_extension_lines(execution, world).outcome == Ended(code=480, reason="Temporarily unavailable")
    assert len(world.happened) == 1


def test_the_log_tells_which_line_matched_and_which_are_left_out() -> None:
    progress, _ = run("dial x\nexten => _X.,1,SIPReply(404)")
    assert progress.log == ("Line 1: This is no extension line, and is left out.", "Line 2 matches.")
