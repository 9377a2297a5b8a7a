"""Runs a plan of extension lines for one call."""

import time

from .calls import MAX_RING_SECONDS
from .dialling import Dials, OutOfTime
from .execution import Execution
from .extension_lines import REPLY_CODE, Command, LineError, parse
from .journal import Diverged, JournalFull, Suspended
from .legs import switch_leg
from .outcomes import EMPTY, EXCEPTION, NO_ANSWER, NOT_FOUND, SYNTAX_ERROR, Ended, Outcome, Progress
from .sip_text import UnfitText, one_line
from .substitutions import substitute
from .world import World


def run_extension_lines(execution: Execution, world: World) -> Progress:
    """Run a plan of extension lines, in any process: no script of a customer's runs for it."""
    began = time.thread_time()
    dials = Dials.of(execution, world)
    try:
        outcome: Outcome = run_lines(dials, execution.plan.script) if execution.plan.script.strip() else EMPTY
    except Suspended:
        outcome = dials.awaited
    except (Diverged, JournalFull, OutOfTime):
        dials.log.say("The plan cannot go on: its recorded answers do not fit, or it has taken too long.")
        outcome = EXCEPTION
    matched = dials.matched_line
    return Progress(
        outcome=outcome,
        log=tuple(dials.log.lines),
        lines=(matched,) if matched else (),
        steps=1 if matched else 0,
        processor_seconds=time.thread_time() - began,
    )


def run_lines(dials: Dials, script: str) -> Ended:
    """The answer of the first line that matches. Raises Suspended where it has to ring first."""
    call = dials.execution.call
    try:
        plan = parse(script)
        for number, warning in plan.warnings:
            dials.log.say(f"Line {number}: {warning}")
        line = plan.first_match(call.user)
    except LineError as error:
        dials.log.say(f"Line {error.line}: {error.message}")
        return SYNTAX_ERROR
    except TimeoutError:
        dials.log.say("A regular expression takes too long for this number.")
        return EXCEPTION
    if line is None:
        return NOT_FOUND
    dials.matched_line = line.number
    dials.log.say(f"Line {line.number} matches.")
    try:
        return _carry_out(dials, line.command)
    except UnfitText as error:
        dials.log.say(f"Line {line.number}: {error}")
        return EXCEPTION


def _carry_out(dials: Dials, command: Command) -> Ended:
    if command.is_call:
        return _call(dials, command)
    if command.is_reply:
        return _reply(dials, command.data)
    return Ended(code=500, reason=one_line(f"Invalid dialplan command {command.name}"))


def _call(dials: Dials, command: Command) -> Ended:
    if command.is_switch:
        dials.ring(((switch_leg(command.data, dials.execution.call),),), 0)
    else:
        dials.dial(command.data, 0, 0)
    return dials.final_answer()


def _reply(dials: Dials, data: str) -> Ended:
    given, _, reason = data.partition(",")
    code = REPLY_CODE.fullmatch(given)
    if not code:
        raise UnfitText("SIPReply begins with a code such as 404.")
    words = one_line(substitute(reason, dials.execution.call))
    if code[1] >= "300":
        return Ended(code=int(code[1]), reason=words)
    if code[1] >= "200":
        dials.log.say("A plan cannot answer with a 2xx: nothing is sent.")
        return NO_ANSWER
    dials.world.provisional(int(code[1]), words, ())
    dials.sleep(MAX_RING_SECONDS)  # nothing comes behind a line: it goes on ringing until the caller hangs up
    return NO_ANSWER
