"""Test cases of a plan: run with the text that is to be saved, and compared with what is wanted."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic
from uuid import UUID

from flask import flash
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.storage.dial_plan_test_cases import CaseCount, DialPlanTestCases, PlanTestCase
from sipsorcery_web.portal.storage.errors import StorageUnavailable

from ..owners_records import OwnersRecords
from .form import AnswersTyped, TryForm, read_answers, read_moment
from .running import NotTried, call_of, plan_of, run, turn
from .words import sentences_of

LONGEST_RUN = 8.0
"""Seconds that a save waits for all its test cases."""
LONGEST_NAME = 100
CALL_FIELDS = ("number", "caller", "direction", "time", "seed")
UNREADABLE = "The test cases cannot be read at the moment."
TOO_LONG = "The test cases take too long: not all of them were run."
RIGHT, FAILING = "right", "failing"
"""What may become of changed results: they are the wanted ones from now on, or they count as failing."""


@dataclass(frozen=True)
class CaseResult:
    """A test case and its result with the text that is looked at; None where it was not run."""

    case: PlanTestCase
    now: Sequence[str] | None

    @property
    def is_changed(self) -> bool:
        """Return True when the result is neither the wanted one nor the one that was seen last."""
        return self.now is not None and list(self.now) not in (list(self.case.last), list(self.case.expected))

    def kept(self, are_right: bool) -> PlanTestCase:
        """The case with this result; a changed one becomes the wanted one where it is right."""
        if self.now is None:
            return self.case
        expected = self.now if are_right and self.is_changed else self.case.expected
        return replace(self.case, expected=expected, last=self.now)


@dataclass(frozen=True)
class CaseRun:
    """All test cases of a plan, run with one text; `problem` says why some were not."""

    results: Sequence[CaseResult] = ()
    problem: str = ""

    @cached_property
    def changed(self) -> Sequence[CaseResult]:
        """The cases with another result."""
        return [result for result in self.results if result.is_changed]

    @property
    def question(self) -> str:
        """The sentence that asks for a yes to the changed results."""
        count = len(self.changed)
        return (
            f"{'1 test case gives' if count == 1 else f'{count} test cases give'} another result. Nothing is saved yet."
        )

    @property
    def digest(self) -> str:
        """The name of the changed results: a yes to others is none to these."""
        named = [[str(result.case.id), *(result.now or ())] for result in self.changed]
        return hashlib.sha256(json.dumps(named).encode()).hexdigest()

    def verdict(self, chosen: str) -> str:
        """Return RIGHT or FAILING where that was chosen for just these results; else nothing."""
        word, _, digest = chosen.partition(":")
        return word if word in (RIGHT, FAILING) and digest == self.digest else ""


def run_cases_with(plan: SIPDialPlan) -> CaseRun:
    """Run all test cases of a plan with the text that this record has. Raises ProvisioningError."""
    try:
        cases = storage().of_plan(plan.id, plan.owner or "")
    except StorageUnavailable:
        return CaseRun(problem=UNREADABLE)
    if not cases:
        return CaseRun()
    try:
        with turn():
            return _run_all(plan, cases)
    except NotTried as why:
        return CaseRun([CaseResult(case, None) for case in cases], str(why))


def _run_all(plan: SIPDialPlan, cases: Sequence[PlanTestCase]) -> CaseRun:
    records, ends = OwnersRecords(plan.owner or ""), monotonic() + LONGEST_RUN
    results: list[CaseResult] = []
    problem = ""
    for case in cases:
        if not problem and monotonic() > ends:
            problem = TOO_LONG
        now = None
        if not problem:
            try:
                now = _run(plan, case, records)
            except NotTried as why:
                problem = str(why)
        results.append(CaseResult(case, now))
    return CaseRun(results, problem)


def _run(plan: SIPDialPlan, case: PlanTestCase, records: OwnersRecords) -> Sequence[str]:
    facts = case.call
    call = call_of(facts["number"], facts["caller"], facts["direction"], plan, records)
    tried = plan_of(plan, plan.script_type_description or "", plan.dial_plan_script or "")
    answers = read_answers(MultiDict(case.answers)).answers
    moment = read_moment(facts["time"], current_zone())
    return sentences_of(run(tried, call, moment, answers, facts["seed"], records))


def keep_results(plan: SIPDialPlan, run: CaseRun, are_right: bool) -> bool:
    """Keep the results of a run; False where they could not be kept."""
    fresh = [result.kept(are_right) for result in run.results if result.now is not None]
    try:
        if fresh:
            storage().update(plan.id, plan.owner or "", fresh)
    except StorageUnavailable:
        return False
    return True


def tell_results(run: CaseRun, are_kept: bool) -> None:
    """Say what came of the test cases at a save, where there is something to say."""
    if run.problem:
        flash(f"Not all test cases were run. {run.problem}", "warning")
    elif not are_kept:
        flash("The plan is saved, but the results of its test cases could not be kept.", "warning")


def end_cases(plan: SIPDialPlan) -> None:
    """Let the test cases of a deleted plan go with it."""
    try:
        storage().end(plan.id, plan.owner or "")
    except StorageUnavailable:
        flash("Its test cases could not be deleted.", "warning")


def kept_case(name: str, form: TryForm, typed: AnswersTyped, result: Sequence[str]) -> PlanTestCase:
    """A try as a test case that wants the result which it has; without a name it is called after its number."""
    call = {field: str(form[field].data or "") for field in CALL_FIELDS}
    tidy = " ".join(name.split())[:LONGEST_NAME] or f"Call to {call['number']}"
    return PlanTestCase(name=tidy, call=call, answers=dict(typed.written), expected=result, last=result)


def the_case(plan: SIPDialPlan, case_id: UUID) -> PlanTestCase:
    """A test case of a plan; NotFound where there is none. Raises StorageUnavailable."""
    for case in storage().of_plan(plan.id, plan.owner or ""):
        if case.id == case_id:
            return case
    raise NotFound("The test case was not found.")


def accept_last_result(plan: SIPDialPlan, case_id: UUID) -> PlanTestCase:
    """Take the last result of a test case for the wanted one. NotFound; raises StorageUnavailable."""
    case = the_case(plan, case_id)
    accepted = replace(case, expected=case.last)
    storage().update(plan.id, plan.owner or "", [accepted])
    return accepted


def counts_of(plans: Iterable[SIPDialPlan]) -> Mapping[UUID, CaseCount]:
    """The numbers of test cases of plans that have some; nothing where they cannot be read."""
    try:
        return storage().counts({plan.id: plan.owner or "" for plan in plans})
    except StorageUnavailable:
        return {}


def storage() -> DialPlanTestCases:
    """The storage of this application."""
    return part(DialPlanTestCases)
