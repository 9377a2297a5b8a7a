"""Runs a Ruby plan once: from its beginning to its end, or to what it has to wait for."""

from collections.abc import Callable
from typing import Any

from .answers import AskedWorld
from .calls import Call, Plan
from .dialling import Dials
from .execution import Execution
from .journal import Suspended
from .outcomes import EMPTY, Checked, Outcome, Progress
from .ruby.instance import Runtime
from .ruby_run import MendedTexts, RubyRun
from .world import World


def run_ruby(
    execution: Execution,
    world: World,
    runtime: Runtime,
    mended: MendedTexts,
    on_tick: Callable[[float], int] = lambda _: 1,
) -> Progress:
    """Run a Ruby plan on this thread; for the plan service, since a customer's script runs in this process."""
    if not execution.plan.script.strip():
        return Progress(outcome=EMPTY)
    dials = Dials.of(execution, world)
    run = RubyRun(dials, mended, on_tick)
    try:
        outcome: Outcome = run.run(runtime)
    except Suspended:
        outcome = dials.awaited
    return Progress(
        outcome=outcome,
        log=tuple(dials.log.lines),
        lines=tuple(run.lines),
        steps=run.steps,
        processor_seconds=run.processor_seconds,
        wants_trace=run.sys.wants_trace,
    )


def check_ruby(script: str, runtime: Runtime, on_tick: Callable[[float], int] = lambda _: 1) -> Checked:
    """Return the remark of Ruby about a script; for the plan service, as `run_ruby` is."""
    execution = Execution(Plan(owner="", name="", script=script, is_ruby=True), Call(user=""), 0.0)
    return RubyRun(Dials.of(execution, AskedWorld(_nothing)), MendedTexts(), on_tick).check(runtime)


def _nothing(question: str, _arguments: list[Any]) -> Any:
    return 0 if question == "now" else None
