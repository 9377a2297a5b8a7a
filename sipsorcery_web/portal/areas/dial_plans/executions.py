"""The executions of the dial plans of a call that was made: what the page of its record tells of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sipsorcery_web.contract.errors import NotFound, ProvisioningError
from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialPlan
from sipsorcery_web.dial_plans.call_executions import CallExecution, UnreadableExecution
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.parts import find_part
from sipsorcery_web.portal.storage.dial_plan_versions import Version

from . import history
from .execution_words import answer_words, step_rows, told_rows
from .records import the_plan
from .step_words import ScriptLine, StepRow, script_lines

MARGIN = timedelta(seconds=5)
"""A plan begins this much before its call's record at most, or after it: two clocks, and a plan takes time."""


@dataclass(frozen=True)
class CallExecutions:
    """The executions of calls that the built-in service keeps, by owner and Call-ID."""

    of_call: Callable[[str, str], Sequence[CallExecution]]
    unreadable_of_call: Callable[[str, str], Sequence[UnreadableExecution]]


@dataclass(frozen=True)
class ShownExecution:
    """An execution with what is known of its plan now: None where that is gone."""

    execution: CallExecution
    plan: SIPDialPlan | None
    version: Version | None
    """The version of the plan that ran; None where it is not in the plan's history."""

    @property
    def name(self) -> str:
        """Return the name that the plan had."""
        return self.execution.execution.plan.name

    @property
    def is_as_now(self) -> bool:
        """Return True when the plan still has the text that ran."""
        return self.plan is not None and (self.plan.dial_plan_script or "") == self.execution.execution.plan.script

    @property
    def answer(self) -> str:
        """Return what the caller got, as a sentence."""
        return answer_words(self.execution)

    @property
    def steps(self) -> Sequence[StepRow]:
        """Return what happened, in order."""
        return list(step_rows(self.execution))

    @property
    def told(self) -> Sequence[tuple[str, str]]:
        """Return what the plan asked, and the answers."""
        return list(told_rows(self.execution))

    @property
    def lines(self) -> Sequence[ScriptLine]:
        """Return the lines of the text that ran, each with whether it has run; none where that was not told."""
        ran = set(self.execution.lines)
        return script_lines(self.execution.execution.plan.script, ran) if ran else ()


def executions_of(cdr: SIPCDRAsset) -> Sequence[CallExecution]:
    """Return the executions of the call of a record, the oldest first; none for anybody but the record's owner.

    A phone may call again under the same Call-ID, so that they must have begun within the time of the record.
    """
    kept = _kept_for(cdr)
    return () if kept is None else [each for each in kept.of_call(*_named(cdr)) if _belongs(each, cdr)]


def plans_of_unreadable_executions(cdr: SIPCDRAsset) -> Sequence[SIPDialPlan | None]:
    """Return the plans of the call's executions that are kept and cannot be read; None for one that is gone."""
    kept = _kept_for(cdr)
    unreadable = () if kept is None else kept.unreadable_of_call(*_named(cdr))
    return [_plan_of(each.plan_id, cdr.owner) for each in unreadable if _belongs(each, cdr)]


def the_execution(cdr: SIPCDRAsset, execution_id: UUID) -> CallExecution:
    """Return one execution of the call of a record; NotFound when there is none, or it is not the visitor's."""
    found = next((each for each in executions_of(cdr) if each.id == execution_id), None)
    if found is None:
        raise NotFound("The execution was not found.")
    return found


def shown_executions(cdr: SIPCDRAsset) -> Iterator[ShownExecution]:
    """Yield the executions of the call of a record with their plans."""
    for execution in executions_of(cdr):
        plan = _plan_of(execution.plan_id, execution.owner)
        yield ShownExecution(execution, plan, history.version_that_ran(plan, execution) if plan else None)


def _kept_for(cdr: SIPCDRAsset) -> CallExecutions | None:
    """Return where executions are kept, for the record's owner alone."""
    return find_part(CallExecutions) if cdr.owner and cdr.owner == current_login().username else None


def _named(cdr: SIPCDRAsset) -> tuple[str, str]:
    return cdr.owner or "", cdr.call_id or ""


def _belongs(execution: CallExecution | UnreadableExecution, cdr: SIPCDRAsset) -> bool:
    if execution.cdr_id is not None:
        return execution.cdr_id == cdr.id
    last = max(filter(None, (cdr.created, cdr.in_progress_time, cdr.answered_time, cdr.hungup_time)))
    return cdr.created - MARGIN <= execution.began <= last + MARGIN


def _plan_of(plan_id: UUID, owner: str | None) -> SIPDialPlan | None:
    try:
        plan = the_plan(plan_id)
    except ProvisioningError:
        return None
    return plan if plan.owner == owner else None
