"""Call control with all that stands around it, and plans of a few lines of Python."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sipsorcery_web.calls.choosing import NOT_FOUND, UNLIMITED, Chosen, Refusal
from sipsorcery_web.calls.control import CallControl
from sipsorcery_web.calls.invites import call_of
from sipsorcery_web.calls.keeper import Keeper
from sipsorcery_web.calls.live_world import Provisional
from sipsorcery_web.calls.messages import CallAsked, Command
from sipsorcery_web.calls.office import Office
from sipsorcery_web.calls.records import KeptPlan
from sipsorcery_web.calls.sent_legs import LegSender
from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.dial_plans.calls import Call, Plan
from sipsorcery_web.dial_plans.dialling import Dials
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.journal import Suspended
from sipsorcery_web.dial_plans.outcomes import Ended, Outcome, Progress
from tests.dial_plans.worlds import NOW, FakeWorld

from .fake_engine import FakeEngine, Phone
from .fake_time import FakeScheduler, FakeTimer

T = TypeVar("T")
Script = Callable[[Dials], Ended]
SECRET = b"the key of this installation"


@dataclass
class FakeProcess:
    """A process of call control: its scheduler and its way to the engine, which are gone when it is killed."""

    scheduler: FakeScheduler
    engine: "FakeEngine"
    is_killed: bool = False

    def now(self) -> float:
        return self.scheduler.now()

    def soon(self, work: Callable[[], None]) -> None:
        self.scheduler.soon(partial(self._unless_killed, work))

    def after(self, seconds: float, work: Callable[[], None]) -> FakeTimer:
        return self.scheduler.after(seconds, partial(self._unless_killed, work))

    def beside(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        if not self.is_killed:
            alive = partial(
                self._unless_killed, partial(self.scheduler.beside, work, self._alive(then), self._alive(failed))
            )
            self.scheduler.soon(alive)

    def beside_for(
        self, owner: str, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        self.scheduler.owners.append(owner)
        self.beside(work, then, failed)

    def send(self, command: Command) -> bool:
        return not self.is_killed and self.engine.send(command)

    def _alive(self, then: Callable[[T], None]) -> Callable[[T], None]:
        return lambda result: self._unless_killed(partial(then, result))

    def _unless_killed(self, work: Callable[[], None]) -> None:
        if not self.is_killed:
            work()


@dataclass
class FakeStore:
    """The table of executions, through the text that a database has of them."""

    rows: dict[UUID, tuple[CallExecution, str]] = field(default_factory=dict)
    counts: dict[UUID, int] = field(default_factory=dict)
    writes: int = 0

    def keep(self, executions: Sequence[CallExecution]) -> None:
        self.writes += 1
        self.rows |= {each.id: (each, each.contents()) for each in executions}

    def all(self) -> list[CallExecution]:
        """Every execution, in the order in which they were first kept."""
        return [
            CallExecution.of_contents(text, id=each.id, plan_id=each.plan_id, call_id=each.call_id, cdr_id=None)
            for each, text in self.rows.values()
        ]

    def running(self) -> list[CallExecution]:
        return [each for each in self.all() if each.ended_at is None]

    def set_counts(self, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        self.counts |= by_plan

    def reset(self, by_plan: Mapping[UUID, int], by_owner: Mapping[str, int]) -> None:
        self.counts = dict.fromkeys(self.counts, 0) | dict(by_plan)


class WritingKeeper(Keeper):
    """A keeper that writes at once."""

    def keep(self, execution: CallExecution, then: Callable[[], None] | None = None) -> None:
        super().keep(execution, then)
        self.write()


@dataclass
class ScriptedPlans:
    """Plans by their names, in Python, run again from their beginning as Ruby is."""

    scripts: dict[str, Script] = field(default_factory=dict)
    error: Exception | None = None
    runs: int = 0

    def run(self, execution: Execution, world: Any) -> Progress:
        self.runs += 1
        if self.error is not None:
            raise self.error
        dials = Dials.of(execution, world)
        try:
            outcome: Outcome = self.scripts[execution.plan.name](dials)
        except Suspended:
            outcome = dials.awaited
        return Progress(outcome=outcome, log=tuple(dials.log.lines))


@dataclass
class CallWorld(FakeWorld):
    """Alice's world, with a caller who hears provisional answers."""

    on_provisional: Provisional = lambda _code, _reason, _headers: None
    clock: Callable[[], float] = lambda: NOW

    def now(self) -> float:
        return self.clock()

    def provisional(self, code: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        self.on_provisional(code, reason, headers)


@dataclass
class FakeChooser:
    """Chooses the plan `default`, or that of the called account."""

    in_plans: dict[str, str] = field(default_factory=dict)
    most: int = 3
    customers_most: int = 5
    left_today: int = UNLIMITED
    ids: dict[str, UUID] = field(default_factory=dict)

    def for_caller(self, asked: CallAsked) -> Chosen | Refusal:
        chosen = self._chosen("default", call_of(asked))
        return replace(chosen, is_from_outside=asked.direction == "in")

    def for_called(self, call: Call) -> Chosen | Refusal:
        name = self.in_plans.get(call.account.partition("@")[0])
        return NOT_FOUND if name is None else self._chosen(name, call)

    def _chosen(self, name: str, call: Call) -> Chosen:
        plan = Plan(owner="alice", name=name, script="-", is_ruby=True)
        kept = KeptPlan(id=self.ids.setdefault(name, uuid4()), plan=plan, most=self.most)
        return Chosen(call=call, kept=kept, customers_most=self.customers_most, left_today=self.left_today)


@dataclass
class House:
    """Call control with all that stands around it."""

    scheduler: FakeScheduler = field(default_factory=FakeScheduler)
    store: FakeStore = field(default_factory=FakeStore)
    plans: ScriptedPlans = field(default_factory=ScriptedPlans)
    chooser: FakeChooser = field(default_factory=FakeChooser)
    facts: FakeWorld = field(default_factory=FakeWorld)
    passwords: dict[str, str] = field(default_factory=lambda: {"blueline": "blue secret", "RedLine": "red secret"})
    recorded: list[CallExecution] = field(default_factory=list)
    """The executions whose calls ended with the engine."""
    engine: FakeEngine = field(init=False)
    control: CallControl = field(init=False)
    process: FakeProcess = field(init=False)

    def __post_init__(self) -> None:
        self.engine = FakeEngine(self.scheduler)
        self.start()

    def start(self) -> None:
        """Start a process for call control, in the place of one before it."""
        self.process = process = FakeProcess(self.scheduler, self.engine)
        office = Office(
            scheduler=process,
            channel=process,
            plans=self.plans,
            world_of=self._world,  # type: ignore[arg-type]
            chooser=self.chooser,  # type: ignore[arg-type]
            sender=LegSender(lambda name, owner: self.passwords.get(name, "")),
            keeper=WritingKeeper(self.store, self.store),
            record_call=self.recorded.append,
            secret=SECRET,
        )
        self.control = CallControl(office, self.store)
        self.engine.link_again(self.control)
        self.scheduler.settle()

    def kill(self) -> None:
        """Kill the process of call control; what the engine still has to do goes on."""
        self.process.is_killed = True
        self.engine.is_linked, self.engine.control = False, None

    def plan(self, script: Script, name: str = "default") -> None:
        """Write a plan."""
        self.plans.scripts[name] = script

    def dials(self, string: str, ring: int = 0, name: str = "default") -> None:
        """Write a plan that dials once."""

        def script(dials: Dials) -> Ended:
            dials.dial(string, ring, 0)
            return dials.final_answer()

        self.plan(script, name)

    def call(self, phones: Mapping[str, Phone] | None = None, **more: Any) -> str:
        """Somebody calls, and reaches these phones."""
        if phones is not None:
            self.engine.phones = phones
        call = self.engine.invite(**more)
        self.scheduler.settle()
        return call

    def executions(self) -> list[CallExecution]:
        """The executions that are kept."""
        return self.store.all()

    def _world(self, execution: Execution, on_provisional: Provisional) -> CallWorld:
        shared = {name: getattr(self.facts, name) for name in self.facts.__dataclass_fields__}
        return CallWorld(**shared, on_provisional=on_provisional, clock=self.scheduler.now)


def legs(execution: CallExecution, number: int = 0) -> list[tuple[str, str, int]]:
    """The names, states and codes of the legs of a Dial."""
    return [(each.leg.name, each.state, each.status) for each in execution.dials[number].legs]
