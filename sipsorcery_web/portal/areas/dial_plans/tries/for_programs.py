"""Tries and test cases as data, for programs: what the pages do, within a request that a token stands in for.

Raises NotTried, NotFound, StorageUnavailable and TooManyCases as on the pages, and WrongOrder in place of a form.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.wire_types import write_moment
from sipsorcery_web.dial_plans.tries.trial import Trial
from sipsorcery_web.portal.http.clock import current_zone, now
from sipsorcery_web.portal.storage.dial_plan_test_cases import PlanTestCase

from ..records import the_plan
from .cases import CaseResult, accept_last_result, keep_results, kept_case, run_cases_with, storage, the_case
from .form import MINUTE, AnswersTyped, TryForm, first_values, read_answers, read_moment
from .running import NotTried, try_form
from .words import answer_words, event_rows, sentences_of

Order = Mapping[str, Any]
"""The fields of a try by their names: `answers` by the names of legs and questions, all others as a form has them."""
Told = dict[str, object]


class WrongOrder(Exception):
    """The order of a try has something wrong: the message is a sentence about the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def told_try(plan_id: UUID, order: Order) -> Told:
    """Try a plan and tell what would happen."""
    form, typed = _read(the_plan(plan_id), order)
    return _told_trial(try_form(form, typed.answers))


def told_cases(plan_id: UUID) -> Sequence[Told]:
    """Tell the test cases of a plan that can be read, the oldest first."""
    plan = the_plan(plan_id)
    return [_told_case(case) for case in storage().of_plan(plan.id, plan.owner or "")]


def told_case(plan_id: UUID, case_id: UUID) -> Told:
    """Tell a test case."""
    return _told_case(the_case(the_plan(plan_id), case_id))


def add_case(plan_id: UUID, name: str, order: Order) -> Told:
    """Keep a try as a test case, with the result that it has now."""
    plan = the_plan(plan_id)
    form, typed = _read(plan, order)
    case = kept_case(name, form, typed, sentences_of(try_form(form, typed.answers)))
    storage().add(plan.id, plan.owner or "", case)
    return _told_case(case)


def accept_case(plan_id: UUID, case_id: UUID) -> Told:
    """Take the last result of a test case for the wanted one, and tell the case."""
    return _told_case(accept_last_result(the_plan(plan_id), case_id))


def remove_case(plan_id: UUID, case_id: UUID) -> None:
    """Delete a test case, be it one that cannot be read."""
    plan = the_plan(plan_id)
    if not storage().remove(plan.id, plan.owner or "", case_id):
        raise NotFound("The test case was not found.")


def run_cases(plan_id: UUID) -> Sequence[Told]:
    """Run all test cases with the saved plan, keep what they see, and tell them."""
    plan = the_plan(plan_id)
    run = run_cases_with(plan)
    if run.problem:
        raise NotTried(run.problem)
    keep_results(plan, run, are_right=False)
    return [_told_result(result) for result in run.results]


def _read(plan: SIPDialPlan, order: Order) -> tuple[TryForm, AnswersTyped]:
    values = {name: str(value) for name, value in first_values(plan, now().astimezone(current_zone())).items()}
    values |= {name: str(value) for name, value in order.items() if name != "answers"}
    if "time" in order:
        with suppress(ValueError, OverflowError):  # which the form complains about
            values["time"] = read_moment(values["time"], UTC).astimezone(current_zone()).strftime(MINUTE)
    form = TryForm(formdata=MultiDict(values))
    form.for_plan(plan)
    typed = read_answers(MultiDict(order.get("answers", {})))
    form.validate()
    errors = {name: messages[0] for name, messages in form.errors.items()}
    for name, message in [*errors.items(), *typed.errors.items()]:
        raise WrongOrder(str(name or "answers"), message)
    return form, typed


def _told_trial(trial: Trial) -> Told:
    return {
        "answer": answer_words(trial),
        "status": trial.answer.code if trial.answer else None,
        "answered_by": trial.answered.name if trial.answered else None,
        "steps": [asdict(row) for row in event_rows(trial)],
        "questions": [{"name": each.name, "is_answered": each.is_answered} for each in trial.questions],
        "lines": sorted(set(trial.progress.lines)),
    }


def _told_case(case: PlanTestCase) -> Told:
    call = dict(case.call)
    call["time"] = write_moment(read_moment(call["time"], current_zone()))
    return {
        "id": str(case.id),
        "name": case.name,
        **call,
        "answers": dict(case.answers),
        "expected": list(case.expected),
        "last": list(case.last),
        "is_failing": case.is_failing,
    }


def _told_result(result: CaseResult) -> Told:
    return _told_case(result.kept(are_right=False))
