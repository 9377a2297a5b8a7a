"""The pages of dial plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from sipsorcery_web.contract.errors import NotFound, ProvisioningError, Refused
from sipsorcery_web.contract.filters import Expression, all_of, prop
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.rules.catalogue import DIAL_PLAN_NAME_TAKEN
from sipsorcery_web.portal.crud import saved_form
from sipsorcery_web.portal.crud.conflict import Edit, conflict_page
from sipsorcery_web.portal.crud.dial_plan_names import forget_dial_plan_names
from sipsorcery_web.portal.crud.form_pages import takes_form
from sipsorcery_web.portal.crud.records import add_once, get_or_404
from sipsorcery_web.portal.crud.undo import delete_undoably, unless_deleted
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.urls import local_path, this_path
from sipsorcery_web.portal.lists.exports import Column, export_routes, exported
from sipsorcery_web.portal.lists.page import page_of
from sipsorcery_web.portal.lists.query import ListQuery
from sipsorcery_web.portal.lists.search import owned_text_search, search
from sipsorcery_web.portal.ui import messages
from sipsorcery_web.portal.ui.area import Area, NavItem
from sipsorcery_web.portal.ui.forms import load_form
from sipsorcery_web.portal.ui.text.differences import rows
from sipsorcery_web.portal.ui.text.lines import lines_of

from . import history
from .checks import lines_take_dial_strings, script_warnings
from .form import DialPlanForm, copy_name, new_values, values_of, values_of_copy
from .scripts import MOST_CHARACTERS, type_words
from .usage import Usage, renamed, usage_of, usages_of

bp = Blueprint("dial_plans", __name__, url_prefix="/dial-plans")
AREA = Area(bp, "Dial plans", key="d", nav=NavItem("dial-plans", "Dial plans"), help="dial-plans")

THING = "the dial plan"
MOST_COPIES = 500

COLUMNS: Sequence[Column[SIPDialPlan]] = (
    Column("id", "Id", lambda plan: str(plan.id)),
    Column("name", "Name", lambda plan: plan.dial_plan_name),
    Column("owner", "Owner"),
    Column("type", "Type", lambda plan: plan.script_type_description),
    Column("trace_email_address", "Trace address"),
    Column("running", "Running now", lambda plan: plan.execution_count),
    Column("limit", "Most calls at once", lambda plan: plan.max_execution_count),
    Column("added", "Added", lambda plan: plan.inserted, is_moment=True),
    Column("last_update", "Last update", is_moment=True),
)
SCRIPT: Column[SIPDialPlan] = Column("script", "Script", lambda plan: plan.dial_plan_script)


@dataclass(frozen=True)
class DialPlanRow:
    """A plan and who uses it, None where that is not known."""

    plan: SIPDialPlan
    usage: Usage | None


@bp.app_template_filter()
def script_type(stored: str | None) -> str:
    """Return the name of a script type on pages."""
    return type_words(stored)


@bp.get("")
def index() -> str:
    """The plans that the visitor may see, a page at a time."""
    list_query = ListQuery.from_request()
    page = page_of(service().dial_plans, list_query, _search(list_query.query))
    plans = [DialPlanRow(plan, usage) for plan, usage in zip(page.items, usages_of(page.items), strict=True)]
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
    here = current_login()
    source = _copied_plan()
    values = _copy_values(source) if source else new_values(request.args.get("type", ""), lines_take_dial_strings())
    form = load_form(DialPlanForm, values, saved_form.take(here.username))
    form.for_new(here.username, (source.dial_plan_script or "") if source else "")
    if form.validate_on_submit() and _has_free_name(form) and form.try_save(lambda: _add(form)):
        _keep(None, form.saved, "")
        return _done(form.saved, "added")
    return _form_page(form, None)


@bp.route("/<uuid:plan_id>", methods=["GET", "POST"])
@takes_form(DialPlanForm, THING, never_kept=DialPlanForm.only_new, add_page="dial_plans.add")
def edit(plan_id: UUID) -> Any:
    """Change a plan; saving leads back to it."""
    plan = the_plan(plan_id)
    here = current_login()
    usage = usage_of(plan)
    form = load_form(DialPlanForm, values_of(plan), saved_form.take(here.username))
    form.for_stored(plan, bool(usage and usage.accounts), here.is_administrator)
    changes = Edit(form, plan)
    if form.validate_on_submit() and _has_free_name(form):
        if conflict := changes.conflict():
            crumbs = [(url_for(".index"), "Dial plans"), (this_path(), plan.dial_plan_name or "")]
            return conflict_page(conflict, plan.dial_plan_name or "", crumbs)
        if changes.is_sent_again:
            return _done(plan, "saved")
        if changes.try_save(lambda: _update(form)):
            _keep(plan, form.saved, form.note.data or "")
            _follow_rename(plan, form, usage)
            return _done(form.saved, "saved")
    return _form_page(form, plan, usage)


@bp.route("/<uuid:plan_id>/delete", methods=["GET", "POST"])
def delete(plan_id: UUID) -> Any:
    """Delete a plan, after asking."""
    back = local_path(request.args.get("next")) or url_for(".index")
    if request.method == "POST":
        if plan := unless_deleted(the_plan, plan_id):
            delete_undoably(service().dial_plans, plan, plan.dial_plan_name or "")
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
    saved = service().dial_plans.update(restored)
    _keep(plan, saved, f"version {number} brought back")
    flash(f"Version {number} of {plan.dial_plan_name} is back in use.", "success")
    return redirect(url_for(".edit", plan_id=plan.id), 303)


def the_plan(plan_id: UUID) -> SIPDialPlan:
    """The plan with this id; NotFound when there is none, or it is not the visitor's to see."""
    return get_or_404(service().dial_plans, plan_id, "dial plan")


def _search(query: str) -> Expression | None:
    """Return the filter for a part of the name or, for administrators, of the owner."""
    return owned_text_search(query, "DialPlanName")


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


def _has_free_name(form: DialPlanForm) -> bool:
    """Return True when no other plan of the owner has the name.

    Not every service keeps names apart (spec, section 7.6).
    """
    record = form.record()
    if form.stored is not None and record.dial_plan_name == form.stored.dial_plan_name:
        return True
    named = all_of(prop("Owner").equals(form.owner), prop("DialPlanName").equals(record.dial_plan_name or ""))
    try:
        others = [plan for plan in search(service().dial_plans, named, 2) if plan.id != record.id]
    except ProvisioningError:
        return True  # what the service has to say comes when it is asked to save
    if others:
        form.add_error("dial_plan_name", messages.plain(Refused(DIAL_PLAN_NAME_TAKEN)))
    return not others


def _add(form: DialPlanForm) -> None:
    form.saved = add_once(service().dial_plans, form.record(), lambda plan: plan.dial_plan_name)
    forget_dial_plan_names()


def _update(form: DialPlanForm) -> SIPDialPlan:
    form.saved = service().dial_plans.update(form.record())
    forget_dial_plan_names()
    return form.saved


def _keep(before: SIPDialPlan | None, saved: SIPDialPlan, note: str) -> None:
    if not history.keep(before, saved, note):
        flash("The plan is saved, but its history could not be written.", "warning")


def _follow_rename(plan: SIPDialPlan, form: DialPlanForm, usage: Usage | None) -> None:
    """Let the accounts that use the plan follow its new name, or say that they do not."""
    old, new = plan.dial_plan_name or "", form.saved.dial_plan_name or ""
    if old == new:
        return
    if usage is None:
        flash(
            f"Whether SIP accounts use {old} is not known. Those that do name a plan that is not there now.", "warning"
        )
    elif "rename_accounts" not in form or not form.rename_accounts.data:
        _say_who_stays(usage.names, old)
    else:
        _rename_in(usage, old, new)


def _rename_in(usage: Usage, old: str, new: str) -> None:
    failed = []
    for account in usage.accounts:
        try:
            service().sip_accounts.update(renamed(account, old, new))
        except ProvisioningError:
            failed.append(account.sip_username or "")
    changed = len(usage.accounts) - len(failed)
    if changed:
        flash(f"{changed} SIP account{'s use' if changed > 1 else ' uses'} {new} now.", "success")
    _say_who_stays(failed, old)
    if not usage.is_complete:
        flash(f"There may be more SIP accounts that still use {old}.", "warning")


def _say_who_stays(names: Sequence[str], old: str) -> None:
    if names:
        flash(f"Still set to {old}, which is not there any more: {', '.join(names)}.", "warning")


def _form_page(form: DialPlanForm, plan: SIPDialPlan | None, usage: Usage | None = None) -> Any:
    script = form.dial_plan_script.data or ""
    chosen = form.script_type_description.data or ""
    page = render_template(
        "dial_plans/form.html",
        form=form,
        plan=plan,
        usage=usage,
        history=history.history_of(plan) if plan else None,
        is_in_use=history.is_in_use,
        warnings=script_warnings(chosen, form.script, lines_take_dial_strings()),
        lines=lines_of(script),
        length=len(form.script),
        most_characters=MOST_CHARACTERS,
    )
    return page, form.status


def _done(plan: SIPDialPlan, verb: str) -> AnyResponse:
    saved_form.drop(current_login().username)
    flash(f"{plan.dial_plan_name} is {verb}.", "success")
    return redirect(url_for(".edit", plan_id=plan.id), 303)
