"""The SIP accounts that use a dial plan: they name a plan of their owner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import MAX_LENGTH, Expression, all_of, any_of, prop
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.search import search

MOST_ACCOUNTS = 1000
PLANS = ("out_dial_plan_name", "in_dial_plan_name")


@dataclass(frozen=True)
class Usage:
    """The accounts that use a plan; `is_complete` is False where there may be more."""

    accounts: Sequence[SIPAccount]
    is_complete: bool = True

    @property
    def names(self) -> Sequence[str]:
        """The names of the accounts."""
        return [account.sip_username or "" for account in self.accounts]


def usage_of(plan: SIPDialPlan) -> Usage | None:
    """Return the accounts that use a plan; None where the service does not tell."""
    return usages_of([plan])[0]


def usages_of(plans: Iterable[SIPDialPlan]) -> list[Usage | None]:
    """Return the accounts that use each plan, in one call for all of them."""
    plans = list(plans)
    where = any_of(*map(_uses, plans))
    try:
        found = _asked_for(where) if plans else []
    except ProvisioningError:
        return [None] * len(plans)
    is_complete = len(found) < MOST_ACCOUNTS
    return [Usage([account for account in found if uses(account, plan)], is_complete) for plan in plans]


def uses(account: SIPAccount, plan: SIPDialPlan) -> bool:
    """Return True when an account names the plan; blanks around the name do not count."""
    names = {(getattr(account, name) or "").strip() for name in PLANS}
    return account.owner == plan.owner and bool(plan.dial_plan_name) and (plan.dial_plan_name or "").strip() in names


def renamed(account: SIPAccount, old: str, new: str) -> SIPAccount:
    """The account with the new name of a plan in place of the old one."""
    return account.with_(**{name: new for name in PLANS if (getattr(account, name) or "").strip() == old.strip()})


def _asked_for(where: Expression) -> Sequence[SIPAccount]:
    """Return the accounts found by one filter; the first of all where the filter would be too long."""
    if len(str(where)) + 2 > MAX_LENGTH:
        return service().sip_accounts.page(0, MOST_ACCOUNTS)
    return search(service().sip_accounts, where, MOST_ACCOUNTS)


def _uses(plan: SIPDialPlan) -> Expression:
    name = plan.dial_plan_name or ""
    named = any_of(prop("OutDialPlanName").equals(name), prop("InDialPlanName").equals(name))
    return all_of(prop("Owner").equals(plan.owner or ""), named)
