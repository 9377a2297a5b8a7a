"""The pages of dial plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.filters import Expression, all_of, prop
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.conflict import Edit, conflict_page
from sipsorcery_web.portal.crud.dial_plan_names import forget_dial_plan_names
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.undo import delete_undoably, unless_deleted
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.urls import local_path, this_path
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.lists.search import owned_text_search, search
from sipsorcery_web.portal.storage.dial_plan_test_cases import CaseCount
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import NOT_SAVED, load_form
from sipsorcery_web.portal.ui.text.differences import rows
from sipsorcery_web.portal.ui.text.lines import lines_of

from . import history, saving
from .checks import lines_take_dial_strings
from .form import DialPlanForm, copy_name, new_values, values_of, values_of_copy
from .reaching.pages import why
from .records import the_plan
from .remarks import remarks_about
from .rules.form import RulesForm, rules_of
from .rules.rows import rule_choices, rule_days
from .scripts import MOST_CHARACTERS, RUBY, type_words
from .tries.case_pages import accept_case, add_case, cases, remove_case, run_cases_now
from .tries.cases import RIGHT, CaseRun, counts_of, end_cases, keep_results, run_cases_with, tell_results
from .tries.pages import choose_plan, editor_with, take_text, try_plan
from .usage import Usage, usage_of, usages_of

bp = Blueprint("dial_plans", __name__, url_prefix="/dial-plans")
bp.add_app_template_global(rule_choices)
bp.add_app_template_global(rule_days)
AREA = Area(bp, "Dial plans", key="d", nav=NavItem("dial-plans", "Dial plans"), help="dial-plans")

bp.add_url_rule("/why", view_func=why)
bp.add_url_rule("/<uuid:plan_id>/try", view_func=try_plan, methods=["GET", "POST"])
bp.add_url_rule("/<uuid:plan_id>/try/edit", view_func=take_text, methods=["POST"])
bp.add_url_rule("/for-call/<uuid:cdr_id>", view_func=choose_plan)
bp.add_url_rule("/<uuid:plan_id>/cases", view_func=cases)
bp.add_url_rule("/<uuid:plan_id>/cases/add", view_func=add_case, methods=["POST"])
bp.add_url_rule("/<uuid:plan_id>/cases/run", view_func=run_cases_now, methods=["POST"])
bp.add_url_rule("/<uuid:plan_id>/cases/<uuid:case_id>/accept", view_func=accept_case, methods=["POST"])
bp.add_url_rule("/<uuid:plan_id>/cases/<uuid:case_id>/delete", view_func=remove_case, methods=["POST"])

THING = "the dial plan"
MOST_COPIES = 500

COLUMNS: Sequence[Column[SIPDialPlan]] = (
    Column("id", "Id", value=str),
    Column("name", "Name", "dial_plan_name"),
    Column("owner", "Owner"),
    Column("type", "Type", "script_type_description"),
    Column("trace_email_address", "Trace address"),
    Column("running", "Running now", "execution_count"),
    Column("limit", "Most calls at once", "max_execution_count"),
    Column("added", "Added", "inserted", is_moment=True),
    Column("last_update", "Last update", is_moment=True),
)
SCRIPT: Column[SIPDialPlan] = Column("script", "Script", "dial_plan_script")


@dataclass(frozen=True)
class DialPlanRow:
    """A plan and who uses it, None where that is not known; its test cases, None where it has none."""

    plan: SIPDialPlan
    usage: Usage | None
    cases: CaseCount | None


@bp.app_template_filter()
def script_type(stored: str | None) -> str:
    """Return the name of a script type on pages."""
    return type_words(stored)


@bp.get("")
def index() -> str:
    """The plans that the visitor may see, a page at a time."""
    list_query = ListQuery.from_request()
    page = page_of(service().dial_plans, list_query, _search(list_query.query))
    usages, counts = usages_of(page.items), counts_of(page.items)
    plans = [DialPlanRow(plan, usage, counts.get(plan.id)) for plan, usage in zip(page.items, usages, strict=True)]
    return render_template("dial_plans/index.html", page=page, rows=plans)


@export_routes(bp)
def export(form: str) -> Response:
    """The same list as a file; scripts are in JSON alone, which is the one to move plans with."""
    columns = COLUMNS if form == "csv" else [*COLUMNS, SCRIPT]
    return exported(form, "dial-plans", columns, service().dial_plans, _search(ListQuery.from_request().query))


@bp.route("/add", methods=["GET", "POST"])
@takes_form(DialPlanForm, THING, never_kept=DialPlanForm.only_stored)
def add() -> Any:
    """A new plan of the visitor, from a few lines that explain themselves or as a copy of another plan."""
    source = _copied_plan()
    return _rules_instead(source, ".add_rules", copy=source and source.id) or add_page(DialPlanForm, source)


@bp.route("/add/rules", methods=["GET", "POST"])
@takes_form(RulesForm, THING, never_kept=RulesForm.only_stored)
def add_rules() -> Any:
    """A new plan without code: a list of rules."""
    return add_page(RulesForm, _copied_plan())


def add_page(form_class: type[DialPlanForm], source: SIPDialPlan | None) -> Any:
    """The page of a new plan, or of a copy."""
    here = current_login()
    values = _copy_values(source) if source else new_values(request.args.get("type", ""), lines_take_dial_strings())
    form = load_form(form_class, values, saved_form.take(here.username))
    form.for_new(here.username, (source.dial_plan_script or "") if source else "")
    if form.validate_on_submit() and saving.may_be_saved(form) and form.try_save(lambda: saving.add_plan(form)):
        saving.keep_version(None, form.saved, "")
        return _done(form.saved, "added")
    return _form_page(form, None)


@bp.route("/<uuid:plan_id>", methods=["GET", "POST"])
@takes_form(DialPlanForm, THING, never_kept=DialPlanForm.only_new, add_page="dial_plans.add")
def edit(plan_id: UUID) -> Any:
    """Change a plan; saving leads back to it."""
    plan = the_plan(plan_id)
    return _rules_instead(plan, ".edit_rules", plan_id=plan_id) or edit_page(DialPlanForm, plan)


@bp.route("/<uuid:plan_id>/rules", methods=["GET", "POST"])
@takes_form(RulesForm, THING, never_kept=RulesForm.only_new, add_page="dial_plans.add_rules")
def edit_rules(plan_id: UUID) -> Any:
    """Change a plan that is a list of rules; one that is none any more opens as text."""
    plan = the_plan(plan_id)
    if rules_of(plan) is None and request.method == "GET":
        flash("This plan was changed in a way that the list of rules cannot show, so it opens as text.", "warning")
        return redirect(url_for(".edit", plan_id=plan_id))
    return edit_page(RulesForm, plan)


def edit_page(form_class: type[DialPlanForm], plan: SIPDialPlan) -> Any:
    """The page of a stored plan."""
    here = current_login()
    usage = usage_of(plan)
    form = load_form(form_class, values_of(plan), saved_form.take(here.username))
    form.for_stored(plan, bool(usage and usage.accounts), here.is_administrator)
    changes = Edit(form, plan)
    if form.validate_on_submit() and saving.may_be_saved(form):
        if conflict := changes.conflict():
            crumbs = [(url_for(".index"), "Dial plans"), (this_path(), plan.dial_plan_name or "")]
            return conflict_page(conflict, plan.dial_plan_name or "", crumbs)
        if changes.is_sent_again:
            return _done(plan, "saved")
        run = run_cases_with(form.record())
        verdict = run.verdict(request.form.get("results", ""))
        if run.changed and not verdict:
            form.problem, form.status = run.question, NOT_SAVED
            return _form_page(form, plan, usage, run)
        if changes.try_save(lambda: saving.update_plan(form)):
            saving.keep_version(plan, form.saved, form.note.data or "")
            tell_results(run, keep_results(plan, run, verdict == RIGHT))
            saving.follow_rename(plan, form, usage)
            return _done(form.saved, "saved")
    return _form_page(form, plan, usage)


@bp.post("/<uuid:plan_id>/rules/try")
def try_rules(plan_id: UUID) -> AnyResponse:
    """Lead to a try of the rules that stand in the list, not saved. Raises StorageUnavailable."""
    plan = the_plan(plan_id)
    here = current_login()
    form = load_form(RulesForm, values_of(plan))
    form.for_stored(plan, has_users=False, is_administrator=here.is_administrator)
    values = {"script": [form.script], "script_type": [RUBY]}
    return redirect(saved_form.address_with(url_for(".try_plan", plan_id=plan.id), values, here.username), 303)


@bp.route("/<uuid:plan_id>/delete", methods=["GET", "POST"])
def delete(plan_id: UUID) -> Any:
    """Delete a plan, after asking."""
    back = local_path(request.args.get("next")) or url_for(".index")
    if request.method == "POST":
        if plan := unless_deleted(the_plan, plan_id):
            delete_undoably(service().dial_plans, plan, plan.dial_plan_name or "")
            end_cases(plan)
            forget_dial_plan_names()
        return redirect(back, 303)
    plan = the_plan(plan_id)
    return render_template("dial_plans/delete.html", plan=plan, usage=usage_of(plan), back=back)


@bp.get("/<uuid:plan_id>/versions")
def versions(plan_id: UUID) -> str:
    """Show all saved versions of a plan."""
    plan = the_plan(plan_id)
    found = history.versions_of(plan)
    return render_template("dial_plans/versions.html", plan=plan, versions=found)


@bp.get("/<uuid:plan_id>/versions/<int:number>")
def version(plan_id: UUID, number: int) -> str:
    """A version beside the plan as it is now."""
    plan = the_plan(plan_id)
    found = history.the_version(plan, number)
    changes = rows(found.text.script, plan.dial_plan_script or "")
    return render_template(
        "dial_plans/version.html", plan=plan, saved=found, rows=changes, is_in_use=history.is_in_use(found, plan)
    )


@bp.post("/<uuid:plan_id>/versions/<int:number>/restore")
def restore(plan_id: UUID, number: int) -> AnyResponse:
    """Put type and script of a version back in place; the name, by which accounts find the plan, stays."""
    plan = the_plan(plan_id)
    text = history.the_version(plan, number).text
    restored = plan.with_(script_type_description=text.script_type, dial_plan_script=text.script)
    run = run_cases_with(restored)
    if run.changed:
        flash(f"{run.question} Version {number} is in the editor: save it there.", "warning")
        return redirect(editor_with(plan, text.script_type, text.script), 303)
    saved = service().dial_plans.update(restored)
    saving.keep_version(plan, saved, f"version {number} brought back")
    tell_results(run, keep_results(plan, run, are_right=False))
    flash(f"Version {number} of {plan.dial_plan_name} is back in use.", "success")
    return redirect(url_for(".edit", plan_id=plan.id), 303)


def _search(query: str) -> Expression | None:
    """Return the filter for a part of the name or, for administrators, of the owner."""
    return owned_text_search(query, "DialPlanName")


def _rules_instead(plan: SIPDialPlan | None, page: str, **values: Any) -> AnyResponse | None:
    """A redirect to the list of rules of a plan that is one, unless its text is asked for, or waits in a form."""
    if plan is None or request.method != "GET" or {"as", "kept"} & set(request.args) or rules_of(plan) is None:
        return None
    return redirect(url_for(page, **values))


def _copied_plan() -> SIPDialPlan | None:
    """The plan that the address asks to copy; NotFound when it is not there, unless its copy is in the form already."""
    given = request.args.get("copy")
    if not given:
        return None
    try:
        return the_plan(UUID(given))
    except (ValueError, NotFound) as error:
        if request.method == "POST":
            return None
        raise NotFound("The dial plan was not found.") from error


def _copy_values(source: SIPDialPlan) -> Any:
    own = prop("Owner").equals(current_login().username)
    plans = search(service().dial_plans, all_of(own, prop("DialPlanName").contains(" Copy")), MOST_COPIES)
    taken = {plan.dial_plan_name or "" for plan in plans}
    return values_of_copy(source, copy_name(source.dial_plan_name or "", taken))


def _form_page(
    form: DialPlanForm, plan: SIPDialPlan | None, usage: Usage | None = None, run: CaseRun | None = None
) -> Any:
    script = form.dial_plan_script.data or ""
    page = render_template(
        form.template,
        form=form,
        plan=plan,
        usage=usage,
        case_run=run,
        case_count=counts_of([plan]).get(plan.id) if plan else None,
        history=history.history_of(plan) if plan else None,
        is_in_use=history.is_in_use,
        remarks=remarks_about(form),
        lines=lines_of(script),
        length=len(form.script),
        most_characters=MOST_CHARACTERS,
        has_rules=plan is not None and rules_of(plan) is not None,
        **form.extras(),
    )
    return page, form.status


def _done(plan: SIPDialPlan, verb: str) -> AnyResponse:
    saved_form.drop(current_login().username)
    flash(f"{plan.dial_plan_name} is {verb}.", "success")
    return redirect(url_for(".edit", plan_id=plan.id), 303)
