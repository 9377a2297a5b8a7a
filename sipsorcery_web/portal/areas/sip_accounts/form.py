"""The form of a SIP account."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import uuid4

from flask import request
from wtforms import HiddenField

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.rules import Violation, is_blank, sip_account_violations
from sipsorcery_web.portal.crud.conflict import EditForm
from sipsorcery_web.portal.http.capabilities import capabilities
from sipsorcery_web.portal.ui.forms import checkbox, choice, choices_with, password, read_id, text
from sipsorcery_web.portal.ui.password_strength import COMMON, is_among_first_guesses

from .trusted_addresses import Trial, tried

PLANS = ("out_dial_plan_name", "in_dial_plan_name")
TICKS = (
    "is_incoming_only",
    "is_switchboard_enabled",
    "send_nat_keep_alives",
    "dont_mangle_enabled",
    "is_user_disabled",
)
TEXTS = ("network_id", "ip_address_acl")
ADMINISTRATIVE = ("is_admin_disabled", "admin_disabled_reason")
FLAGS = (*TICKS, "is_admin_disabled")
FIRST_PLAN = "default"
CALLS_REFUSED = "None, calls are refused"
GONE = "{} (this plan does not exist)"
TRY = "test_acl"
"""The button that tries an address and saves nothing."""


class SIPAccountForm(EditForm):
    """A SIP account; its stored password never stands in the page, and an empty one keeps it."""

    id = HiddenField()
    sip_username = text("Username")
    sip_domain = choice("Domain")
    sip_password = password("Password")
    remove_password = checkbox("Remove the stored password")
    ip_address_acl = text("Trusted addresses")
    test_address = text("Address to try")
    out_dial_plan_name = choice("Calls out")
    in_dial_plan_name = choice("Calls in")
    is_incoming_only = checkbox("Incoming only")
    is_switchboard_enabled = checkbox("Show on the switchboard")
    send_nat_keep_alives = checkbox("Send keep-alives")
    dont_mangle_enabled = checkbox("Leave contact addresses alone")
    network_id = text("Network id")
    is_user_disabled = checkbox("Disabled")
    is_admin_disabled = checkbox("Disabled by administrator")
    admin_disabled_reason = text("Reason")

    apart = EditForm.apart | {"test_address"}
    only_new = frozenset({"id", "sip_username", "sip_domain"})
    only_stored = EditForm.only_stored | {"remove_password", *ADMINISTRATIVE}
    named_by = "sip_username"
    stored: SIPAccount | None = None
    owner = ""

    def for_new(self, owner: str, domains: Iterable[str], plans: Iterable[str]) -> None:
        """Ask for a new account."""
        self.owner = owner
        self.sip_domain.choices = [(domain, domain) for domain in domains]
        self._offer_plans(plans, SIPAccount())
        self.leave_out(*self.only_stored)

    def for_stored(self, account: SIPAccount, plans: Iterable[str], is_administrator: bool) -> None:
        """Ask for changes to an account; its name, domain, owner and id are fixed."""
        self.stored, self.owner = account, account.owner or ""
        self._offer_plans(plans, account)
        self.leave_out(*self.only_new, *(() if is_administrator else ADMINISTRATIVE))

    @property
    def trial(self) -> Trial | None:
        """Return the outcome of trying an address; None when the form was not sent for that."""
        return tried(self.ip_address_acl.data, self.test_address.data) if TRY in request.form else None

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Return True when the form was sent to be saved, and may be."""
        return TRY not in request.form and bool(super().validate_on_submit(extra_validators))

    def record(self) -> SIPAccount:
        """The account as it was typed; what the form does not show stays as it is stored."""
        names = [name for name in (*TEXTS, *TICKS, *PLANS, *ADMINISTRATIVE) if name in self]
        typed: dict[str, Any] = {name: self[name].data if name in FLAGS else self[name].data or None for name in names}
        if self.stored is not None:
            return self.stored.with_(**typed, sip_password=self._password(self.stored))
        return SIPAccount(
            **typed,
            id=read_id(self.id.data) or uuid4(),
            owner=self.owner,
            sip_username=self.sip_username.data,
            sip_domain=self.sip_domain.data,
            sip_password=self.sip_password.data or None,
        )

    def violations(self) -> Iterator[Violation]:
        """The contract's rules for what was typed, and that no stranger would try the new password first.

        A stored password was good when it was stored.
        """
        record, is_refused = self.record(), False
        untouched = self.stored is not None and record.sip_password == self.stored.sip_password
        for violation in sip_account_violations(record):
            if not (untouched and violation.field == "sip_password" and not is_blank(record.sip_password)):
                is_refused |= violation.field == "sip_password"
                yield violation
        if not untouched and not is_refused and has_weak_password(record):
            yield Violation("sip_password", COMMON)

    def _password(self, stored: SIPAccount) -> str | None:
        if not is_blank(self.sip_password.data):
            return str(self.sip_password.data)
        return None if self.remove_password.data else stored.sip_password

    def _offer_plans(self, plans: Iterable[str], account: SIPAccount) -> None:
        names = [(name, name) for name in plans]
        out_of_none = "None, accounts here alone" if capabilities().reaches_accounts_without_plan else CALLS_REFUSED
        for field, none in zip(PLANS, (out_of_none, "None, ring the phones"), strict=True):
            stored = (getattr(account, field) or "").strip() or None
            self[field].choices = choices_with(stored, [("", none), *names], GONE)


def has_weak_password(account: SIPAccount) -> bool:
    """Return whether strangers, who know the account's names, would try its password first."""
    if account.is_unreadable("sip_password") or is_blank(account.sip_password):
        return False
    names = (account.sip_username, account.sip_domain, account.owner)
    return is_among_first_guesses(account.sip_password or "", names)


def values_of(account: SIPAccount) -> dict[str, object]:
    """Return the values that the form of a stored account shows at first; never the password."""
    values = {name: getattr(account, name) for name in (*TEXTS, *TICKS, *ADMINISTRATIVE)}
    return values | {name: (getattr(account, name) or "").strip() for name in PLANS}


def new_values(plans: Collection[str]) -> dict[str, object]:
    """Return the values that the form of a new account shows at first. The id makes a second submission harmless.

    The plan that came with the customer's account is proposed for calls out, where it is still there.
    """
    is_there = capabilities().readies_new_customers and FIRST_PLAN in plans
    first_plan = FIRST_PLAN if is_there else ""
    return {"id": str(uuid4()), "is_switchboard_enabled": True, "out_dial_plan_name": first_plan}
