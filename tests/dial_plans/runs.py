"""Runs Ruby plans in this process, and answers their Dials."""

from dataclasses import dataclass, field

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.outcomes import Dialling, DialResult, Ended, Pausing, Progress
from sipsorcery_web.dial_plans.ruby.instance import Runtime
from sipsorcery_web.dial_plans.ruby_plans import run_ruby
from sipsorcery_web.dial_plans.ruby_run import MendedTexts
from tests.dial_plans.worlds import NOW, FakeWorld, call, plan


def failed(status: int = 486, reason: str = "Busy here", **more: object) -> DialResult:
    return DialResult(**{"state": "Failed", "at": NOW + 10, "status": status, "reason": reason} | more)  # type: ignore[arg-type]


@dataclass
class Runs:
    """`last` is the execution that was started last."""

    runtime: Runtime
    world: FakeWorld
    mended: MendedTexts
    last: Execution = field(init=False)

    def start(self, script: str, plan_facts: dict[str, object] | None = None, **call_facts: object) -> Progress:
        """Run a script up to its first Dial or its end."""
        self.last = Execution(plan(script, **plan_facts or {}), call(**call_facts), NOW, "a seed")  # type: ignore[arg-type]
        return self.again()

    def again(self) -> Progress:
        return run_ruby(self.last, self.world, self.runtime, self.mended)

    def after(self, result: DialResult) -> Progress:
        """Go on behind a Dial, in a fresh Ruby, with an execution that went through a file."""
        self.last.dial_ended(result)
        self.last = Execution.from_json(self.last.to_json())
        return self.again()

    def log(self, script: str, **more: object) -> list[str]:
        """The lines that a script logs until its end; each Dial of it is refused with 486."""
        return list(self.finish(script, **more).log)

    def finish(self, script: str, **more: object) -> Progress:
        progress = self.start(script, **more)  # type: ignore[arg-type]
        while not isinstance(progress.outcome, Ended):
            if isinstance(progress.outcome, Pausing):
                self.last.pause_ended(self.world.time + progress.outcome.seconds)
                progress = self.again()
            else:
                progress = self.after(failed())
        return progress

    def value(self, expression: str, **more: object) -> str:
        """Return the value of a Ruby expression, as `inspect` shows it."""
        lines = self.log(f"sys.Log(({expression}).inspect)", **more)
        return lines[-1]

    def dialling(self, script: str, **more: object) -> Dialling:
        """The first Dial of a script."""
        outcome = self.start(script, **more).outcome  # type: ignore[arg-type]
        assert isinstance(outcome, Dialling)
        return outcome
