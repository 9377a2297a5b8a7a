"""The lines that plans log, told to the console as the executions are kept."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.redaction import scrubbed
from sipsorcery_web.events.sink import EventSink

from .keeper import ExecutionStore


@dataclass
class ToldLines:
    """The table of executions, with a console that is told what is new in their logs; `keeper.ExecutionStore`."""

    store: ExecutionStore
    events: EventSink
    clock: Callable[[], datetime]
    _told: dict[UUID, Sequence[str]] = field(default_factory=dict)
    """The lines that were told of each execution that is not over."""

    def keep(self, executions: Sequence[CallExecution]) -> None:
        """Keep executions as they are now, in one transaction."""
        self.store.keep(executions)
        self.events.note(*(event for execution in executions for event in self._new(execution)))

    def running(self) -> Sequence[CallExecution]:
        """Return the executions that are not over."""
        found = self.store.running()
        self._told |= {execution.id: execution.log for execution in found}
        return found

    def _new(self, execution: CallExecution) -> Sequence[Event]:
        told = Counter(self._told.pop(execution.id, ()))
        if execution.ended_at is None:
            self._told[execution.id] = execution.log
        return [self._event(execution, line) for line in execution.log if _is_new(line, told)]

    def _event(self, execution: CallExecution, line: str) -> Event:
        text = scrubbed(f"{execution.execution.plan.name}: {line}")
        owners, call_id = frozenset({execution.owner}), execution.call_id
        return Event(self.clock(), EventType.DialPlan, EventServer.AppServer, text, owners, call_id=call_id)


def _is_new(line: str, told: Counter[str]) -> bool:
    """Return True for a line beyond those that were told: remarks stand behind what a plan logs later."""
    told[line] -= 1
    return told[line] < 0
