"""Saving a dial plan, and what goes with it: a free name, its history, and the accounts that use it by its name."""

from collections.abc import Sequence

from flask import flash

from sipsorcery_web.contract.errors import ProvisioningError, Refused
from sipsorcery_web.contract.filters import all_of, prop
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.rules.catalogue import DIAL_PLAN_NAME_TAKEN
from sipsorcery_web.portal.crud.dial_plan_names import forget_dial_plan_names
from sipsorcery_web.portal.crud.records import add_once
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.ui import messages

from . import history
from .form import DialPlanForm
from .remarks import refuses_nothing
from .usage import Usage, renamed


def may_be_saved(form: DialPlanForm) -> bool:
    """Return True for a script that can run, or was there before, under a name that no other plan has."""
    return refuses_nothing(form) and _has_free_name(form)


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


def add_plan(form: DialPlanForm) -> None:
    """Have the service store a new plan, once. Raises ProvisioningError."""
    form.saved = add_once(service().dial_plans, form.record(), lambda plan: plan.dial_plan_name)
    forget_dial_plan_names()


def update_plan(form: DialPlanForm) -> SIPDialPlan:
    """Have the service store what has changed of a plan, and return it as it is then. Raises ProvisioningError."""
    form.saved = service().dial_plans.update(form.record(), form.reason_told)
    forget_dial_plan_names()
    return form.saved


def keep_version(before: SIPDialPlan | None, saved: SIPDialPlan, note: str) -> None:
    """Keep what was saved in the plan's history, or say that it is not there."""
    if not history.keep(before, saved, note):
        flash("The plan is saved, but its history could not be written.", "warning")


def follow_rename(plan: SIPDialPlan, form: DialPlanForm, usage: Usage | None) -> None:
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
