"""The registration state of SIP accounts: what a row of the list and the edit page show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import MAX_LENGTH, Expression, any_of, prop
from sipsorcery_web.contract.records import SIPAccount, SIPRegistrarBinding
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.installation import installation
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.live.stamps import shows_a_part
from sipsorcery_web.portal.ui.sip_parties import address_of

MOST_BINDINGS = 1000
NO_PHONE = "Calls to it find no phone"


@dataclass(frozen=True)
class PhoneRegistration:
    """`state` is registered, not_registered, unknown, incoming_only, disabled or locked."""

    state: str
    bindings: Sequence[SIPRegistrarBinding] = ()
    note: str = ""

    @property
    def ends(self) -> datetime | None:
        """Return when the only phone's registration ends unless renewed; None without one, and with several."""
        return ends(self.bindings[0]) if len(self.bindings) == 1 else None


def ends(binding: SIPRegistrarBinding) -> datetime | None:
    """Return when a registration ends unless the phone renews it; None where that is beyond any calendar."""
    return end_of(binding.last_update, binding.expiry)


def end_of(last_update: datetime, expiry: int) -> datetime | None:
    """Return the same from the registration's time and its seconds."""
    try:
        return last_update + timedelta(seconds=expiry)
    except OverflowError:
        return None


def registrations_of(accounts: Iterable[SIPAccount]) -> list[PhoneRegistration]:
    """The state of each account, in one call for all of them."""
    accounts = list(accounts)
    bindings = _bindings([address_of(account) for account in accounts]) if accounts else {}
    return [_registration(account, bindings) for account in accounts]


def _bindings(names: Sequence[str]) -> Mapping[str, list[SIPRegistrarBinding]] | None:
    """The bindings of these accounts; None when the service does not tell them."""
    where = any_of(*(prop("SIPAccountName").equals(name) for name in names))
    try:
        found = _asked_for(where)
    except ProvisioningError:
        shows_a_part()
        return None
    grouped = defaultdict(list)
    for binding in found:
        grouped[binding.sip_account_name or ""].append(binding)
    return grouped


def _asked_for(where: Expression) -> Sequence[SIPRegistrarBinding]:
    """Return the bindings found by one filter; the first of all where the filter would be too long."""
    bindings = service().registrar_bindings
    if len(str(where)) + 2 > MAX_LENGTH:
        return bindings.page(0, MOST_BINDINGS)
    return search(bindings, where, MOST_BINDINGS)


def _registration(account: SIPAccount, bindings: Mapping[str, list[SIPRegistrarBinding]] | None) -> PhoneRegistration:
    if account.is_admin_disabled:
        return PhoneRegistration("locked", note=account.admin_disabled_reason or "")
    if account.is_user_disabled:
        return PhoneRegistration("disabled", note="Calls to it are refused")
    if bindings is None:
        return PhoneRegistration("unknown", note="The service did not tell")
    own = bindings.get(address_of(account), [])
    if own:
        return PhoneRegistration("registered", own)
    if account.is_incoming_only and (account.in_dial_plan_name or "").strip():
        note = "Calls go straight to its dial plan" if installation().follows_plans else NO_PHONE
        return PhoneRegistration("incoming_only", note=note)
    return PhoneRegistration("not_registered", note=NO_PHONE)
