"""Customers with dial plans and providers, whose calls follow them: the real engine, call control and plan service."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from sipsorcery_web.calls.executions import Executions
from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialPlan
from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.dial_plans.ruby.image import ImageFile
from sipsorcery_web.dial_plans.service.client import PlanService
from sipsorcery_web.serving.companions import start_call_control
from tests.dial_plans.conftest import image  # noqa: F401 (a fixture)
from tests.factories.records import dial_plan, sip_provider
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.user_agent import UserAgent

PROVIDER_PASSWORD = "a password of the provider's"


@dataclass
class PlanHouse:
    """The plans of customers, and what is kept of their calls."""

    harness: KamailioHarness
    stack: ExitStack

    def start(self) -> Callable[[], None]:
        """Start call control and its plan service, as a new process has them, for calls from now on; what ends both."""
        app, context = self.harness.app, self.harness.service_context
        folder = self.harness.settings.data_dir / "plans"
        app.extensions["plan_service"] = PlanService(folder, context.keyring.derive("plan service"))
        end = start_call_control(app)
        eventually(self.harness.kamailio.control.has_call_control)
        return end

    def lines(self, name: str, *lines: str, owner: str = "alice", **more: Any) -> SIPDialPlan:
        """A plan of extension lines."""
        script = "\n".join(lines)
        return self._plan(owner, name, script_type_description="Asterisk", dial_plan_script=script, **more)

    def ruby(self, name: str, script: str, owner: str = "alice", **more: Any) -> SIPDialPlan:
        """A Ruby plan."""
        return self._plan(owner, name, dial_plan_script=script, **more)

    def provider(self, name: str, owner: str = "alice", **more: Any) -> UserAgent:
        """A provider, and its server in the hands of the test."""
        agent = self.stack.enter_context(UserAgent(self.harness, name))
        facts = {
            "provider_server": agent.at,
            "provider_username": f"{name}-user",
            "provider_password": PROVIDER_PASSWORD,
        }
        self.harness.client(owner).sip_providers.add(sip_provider(name, **facts | more))
        return agent

    def records(self, dialled: str, owner: str = "alice", count: int = 1) -> Sequence[SIPCDRAsset]:
        """The records that an owner has of calls to a number."""
        return eventually(
            lambda: [cdr for cdr in self.harness.records(owner) if cdr.dst == dialled],
            lambda found: len(found) == count,
        )

    def executions(self, dialled: str, owner: str = "alice", count: int = 1) -> Sequence[CallExecution]:
        """The executions of an owner's plans for calls to a number, when all are over."""
        context = self.harness.service_context
        store = Executions(context.database, context.keyring)
        (record, *_) = eventually(
            lambda: [cdr for cdr in self.harness.records(owner) if cdr.dst == dialled],
        )
        return eventually(
            lambda: store.of_call(owner, record.call_id or ""),
            lambda found: len(found) == count and all(each.ended_at is not None for each in found),
        )

    def count(self, plan: SIPDialPlan, wanted: int) -> bool:
        """Wait until the service tells that so many executions of a plan run."""
        plans = self.harness.client(plan.owner or "alice").dial_plans
        found = eventually(
            lambda: next(each.execution_count for each in plans.page() if each.id == plan.id),
            lambda count: count == wanted,
        )
        return found == wanted

    def _plan(self, owner: str, name: str, **facts: Any) -> SIPDialPlan:
        return self.harness.client(owner).dial_plans.add(dial_plan(name, **facts))


def legs(execution: CallExecution, number: int = -1) -> list[tuple[str, str, int]]:
    """The names, states and codes of the legs of a Dial."""
    return [(each.leg.name, each.state, each.status) for each in execution.dials[number].legs]


@pytest.fixture
def house(harness: KamailioHarness) -> Iterator[PlanHouse]:
    """A house in which call control is at work."""
    with ExitStack() as stack:
        found = PlanHouse(harness, stack)
        stack.callback(found.start())
        yield found


@pytest.fixture
def with_ruby(harness: KamailioHarness, image: ImageFile) -> None:  # noqa: F811
    """Have Ruby ready for the plan service of the installation."""
    supervisor = harness.app.extensions["plan_service"].supervisor
    own = ImageFile(supervisor.folder, supervisor.key)
    if not own.path.exists():
        own.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(image.path, own.path)
        own.sign()
