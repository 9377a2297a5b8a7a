"""A plan service for portals under test: extension lines run as they do in use, and Ruby does as a test says."""

from collections.abc import Callable

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.line_plans import run_extension_lines
from sipsorcery_web.dial_plans.outcomes import Checked, Progress
from sipsorcery_web.dial_plans.service.client import PlanServiceNotReady
from sipsorcery_web.dial_plans.world import World


class FakePlanService:
    """Starts no process; Ruby is not ready unless a test gives a way to run it."""

    def __init__(self) -> None:
        self.ruby: Callable[[Execution, World], Progress] | None = None
        self.checked: Checked | None = None
        self.asked: list[tuple[str, str, bool]] = []
        """What was to be checked, for whom, and whether the service was to be started."""
        self.error: Exception = PlanServiceNotReady("Ruby is being prepared.")

    def run(self, execution: Execution, world: World, patience: float = 0.0) -> Progress:
        if not execution.plan.is_ruby:
            return run_extension_lines(execution, world)
        if self.ruby is None:
            raise self.error
        return self.ruby(execution, world)

    def check_now(self, script: str, owner: str, starts: bool) -> Checked:
        self.asked.append((script, owner, starts))
        if self.checked is None:
            raise self.error
        return self.checked

    def is_ready(self) -> bool:
        return self.ruby is not None

    def stop(self) -> None:
        return None
