"""The page on which a dial plan is tried: nothing leaves, and nothing is saved."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.dial_plans.tries.trial import Trial
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.clock import current_zone, now
from sipsorcery_web.portal.ui.forms import AWAY_STATUS, NOT_SAVED, load_form

from ..records import the_plan
from ..scripts import type_value
from . import words
from .answer_fields import answer_fields
from .form import AnswersTyped, TryForm, first_values, read_answers
from .opened_with import KnownCall, known_call, plans_for
from .running import NotTried, try_form

THING = "the call that is tried"
EDITORS_SCRIPT, EDITORS_TYPE = "dial_plan_script", "script_type_description"
"""Fields of the editor, whose text may be tried before it is saved."""


@takes_form(TryForm, THING)
def try_plan(plan_id: UUID) -> Any:
    """Try a plan, saved or not, with a call that nobody makes."""
    plan = the_plan(plan_id)
    known = known_call(plan)
    form = form_of(plan, known.values)
    if request.method == "GET" or EDITORS_SCRIPT in request.form:
        return try_page(plan, form, read_answers(known.answers), known=known)
    typed = read_answers(request.form)
    if not form.validate() or typed.errors:
        form.status = NOT_SAVED
        return try_page(plan, form, typed, known=known)
    try:
        return try_page(plan, form, typed, try_form(form, typed.answers), known)
    except NotTried as why:
        form.problem, form.status = str(why), AWAY_STATUS
        return try_page(plan, form, typed, known=known)


def take_text(plan_id: UUID) -> Response:
    """Lead back to the editor, with the script that was tried in it, not saved."""
    plan = the_plan(plan_id)
    form = form_of(plan)
    return redirect(editor_with(plan, form.type, form.text), 303)


def editor_with(plan: SIPDialPlan, script_type: str, script: str) -> str:
    """Return the address of the editor with a text in it that is not saved. Raises StorageUnavailable."""
    values = {EDITORS_SCRIPT: [script], EDITORS_TYPE: [type_value(script_type)], "rename_accounts": ["y"]}
    editor = url_for("dial_plans.edit", plan_id=plan.id)
    return saved_form.address_with(editor, values, current_login().username)


def choose_plan(cdr_id: UUID) -> Any:
    """Lead to a try of the call of a record, through the plan that would take it now; else let one be chosen."""
    cdr = get_or_404(service().cdrs, cdr_id, "call record")
    plans = plans_for(cdr)
    if len(plans) == 1:
        return redirect(url_for("dial_plans.try_plan", plan_id=plans[0].id, call=cdr.id), 303)
    return render_template("dial_plans/for_call.html", cdr=cdr, plans=plans)


def form_of(plan: SIPDialPlan, known: Mapping[str, str] | None = None) -> TryForm:
    """The form as it was sent; at first a call that is known and the saved plan, or the text in the editor."""
    values = {**first_values(plan, now().astimezone(current_zone())), **(known or {})}
    if EDITORS_SCRIPT in request.form:
        values |= {"script": request.form[EDITORS_SCRIPT], "script_type": request.form.get(EDITORS_TYPE, "")}
        form = TryForm(formdata=None, data=values)
    else:
        form = load_form(TryForm, values, saved_form.take(current_login().username))
    form.for_plan(plan)
    return form


def try_page(
    plan: SIPDialPlan, form: TryForm, typed: AnswersTyped, trial: Trial | None = None, known: KnownCall | None = None
) -> Any:
    """Return the page of a try with its status."""
    form.problem = form.problem or typed.errors.get("answers", "")
    page = render_template(
        "dial_plans/try.html",
        plan=plan,
        form=form,
        trial=trial,
        answers=answer_fields(typed, trial),
        words=words,
        known=known or KnownCall(),
    )
    return page, form.status
