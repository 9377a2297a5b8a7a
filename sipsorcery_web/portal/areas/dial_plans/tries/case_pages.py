"""Pages of the test cases that are kept with a plan."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import get_editable
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.storage.dial_plan_test_cases import MOST, TooManyCases
from sipsorcery_web.portal.ui.forms import AWAY_STATUS, NOT_SAVED

from ..records import the_plan
from .cases import accept_last_result, keep_results, kept_case, run_cases_with, storage, the_case
from .form import TryForm, read_answers, read_moment
from .pages import THING, form_of, try_page
from .running import NotTried, try_form
from .words import sentences_of


def cases(plan_id: UUID) -> str:
    """The test cases of a plan, with what each wants and what it saw last. Raises StorageUnavailable."""
    plan = the_plan(plan_id)
    found = storage().of_plan(plan.id, plan.owner or "")
    unreadable = storage().unreadable(plan.id, plan.owner or "")
    moments = {case.id: read_moment(case.call["time"], current_zone()) for case in found}
    return render_template(
        "dial_plans/cases.html", plan=plan, cases=found, unreadable=unreadable, moments=moments, most=MOST
    )


@takes_form(TryForm, THING)
def add_case(plan_id: UUID) -> Any:
    """Keep a try as a test case: its call, its answers, and the result that it has now."""
    plan = _own_plan(plan_id)
    form, typed = form_of(plan), read_answers(request.form)
    if not form.validate() or typed.errors:
        form.status = NOT_SAVED
        return try_page(plan, form, typed)
    try:
        trial = try_form(form, typed.answers)
        case = kept_case(request.form.get("case_name", ""), form, typed, sentences_of(trial))
        storage().add(plan.id, plan.owner or "", case)
    except NotTried as why:
        form.problem, form.status = str(why), AWAY_STATUS
        return try_page(plan, form, typed)
    except TooManyCases:
        form.problem, form.status = f"A plan has at most {MOST} test cases. Delete one first.", NOT_SAVED
        return try_page(plan, form, typed, trial)
    flash(f"{case.name} is kept. It is run each time the plan is saved.", "success")
    return redirect(url_for("dial_plans.cases", plan_id=plan.id), 303)


def run_cases_now(plan_id: UUID) -> Response:
    """Run all test cases with the saved plan, and keep what they see."""
    plan = _own_plan(plan_id)
    run = run_cases_with(plan)
    if run.problem:
        flash(run.problem, "warning")
    elif keep_results(plan, run, are_right=False):
        failing = sum(result.kept(are_right=False).is_failing for result in run.results)
        flash(
            f"{_count(failing)} of {len(run.results)} failed." if failing else "All test cases passed.",
            "warning" if failing else "success",
        )
    return _back(plan)


def accept_case(plan_id: UUID, case_id: UUID) -> Response:
    """Take the last result of a test case for the wanted one. Raises StorageUnavailable."""
    plan = _own_plan(plan_id)
    accepted = accept_last_result(plan, case_id)
    flash(f"{accepted.name} wants its last result from now on.", "success")
    return _back(plan)


def remove_case(plan_id: UUID, case_id: UUID) -> Response:
    """Delete a test case. Raises StorageUnavailable."""
    plan = _own_plan(plan_id)
    is_unreadable = case_id in storage().unreadable(plan.id, plan.owner or "")
    name = "The test case" if is_unreadable else the_case(plan, case_id).name
    storage().remove(plan.id, plan.owner or "", case_id)
    flash(f"{name} is deleted.", "success")
    return _back(plan)


def _own_plan(plan_id: UUID) -> SIPDialPlan:
    """The plan, where the visitor may change it."""
    return get_editable(service().dial_plans, plan_id, "dial plan")


def _back(plan: SIPDialPlan) -> Response:
    return redirect(url_for("dial_plans.cases", plan_id=plan.id), 303)


def _count(number: int) -> str:
    return "1 test case" if number == 1 else f"{number} test cases"
