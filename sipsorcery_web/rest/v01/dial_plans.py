"""Copies of dial plans, and the accounts that follow one to its new name."""

from typing import Any
from uuid import UUID

from sipsorcery_web.contract.areas import Area
from sipsorcery_web.contract.filters import Expression, any_of, prop
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan
from sipsorcery_web.contract.rules.catalogue import DIAL_PLAN_LENGTHS
from sipsorcery_web.provisioning.client import ProvisioningClient

from .calls import Call
from .results import Failure

COPIED = ("dial_plan_script", "script_type_description", "trace_email_address")
MOST_COPIES = 100
LONGEST_NAME = DIAL_PLAN_LENGTHS["dial_plan_name"]


def copy_of(call: Call, id: UUID) -> SIPDialPlan:
    """Return a copy of a dial plan, under a name that is free. Failure where there is no such plan."""
    plan = plan_of(call.service, id)
    if plan is None:
        raise Failure("The SIP Dial Plan to copy could not be found.")
    values = {name: getattr(plan, name) for name in COPIED}
    values["dial_plan_name"] = _free_name(call.service, plan.dial_plan_name or "")
    return SIPDialPlan(**values, present=frozenset(values))


def update_plan(call: Call, plan: SIPDialPlan) -> SIPDialPlan:
    """Store a changed plan; the owner's accounts that name it follow it to a new name.

    A key that may not change accounts is refused before anything is changed.
    """
    service = call.service
    stored = plan_of(service, plan.id)
    old, new = (stored.dial_plan_name or "" if stored else ""), plan.dial_plan_name or ""
    users = service.sip_accounts.page(where=_uses(old)) if old and new != old else []
    if users:
        call.admitted(Area.ACCOUNTS.writing, "dialplan/update")
    updated = service.dial_plans.update(plan)
    for account in users:
        service.sip_accounts.update(_renamed(account, old, updated.dial_plan_name or ""))
    return updated


def plan_of(service: ProvisioningClient, id: UUID) -> SIPDialPlan | None:
    """Return a plan of the owner's; None where there is none."""
    return next(iter(service.dial_plans.page(0, 1, prop("Id").equals(id))), None)


def _uses(name: str) -> Expression:
    return any_of(prop("InDialPlanName").equals(name), prop("OutDialPlanName").equals(name))


def _renamed(account: SIPAccount, old: str, new: str) -> SIPAccount:
    names = [name for name in ("in_dial_plan_name", "out_dial_plan_name") if getattr(account, name) == old]
    values: dict[str, Any] = dict.fromkeys(names, new)
    return SIPAccount(id=account.id, **values, present=frozenset({"id", *names}))


def _free_name(service: ProvisioningClient, name: str) -> str:
    base = f"{name[: LONGEST_NAME - 8]} Copy"
    found = service.dial_plans.page(where=prop("DialPlanName").starts_with(base))
    taken = {plan.dial_plan_name for plan in found}
    names = [base, *(f"{base} {number}" for number in range(2, MOST_COPIES))]
    return next((each for each in names if each not in taken), base)
