"""Links to the fields that put right what went wrong with a call: at its provider, or at the caller's SIP account."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask import url_for

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import Expression, all_of, any_of, prop
from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.provisioning.client import Entries

from .rows import CDRRow

R = TypeVar("R", SIPAccount, SIPProvider)

OF_THE_ACCOUNT = frozenset({"sip_password"})
OF_THE_PROVIDER = frozenset({"provider_username", "provider_password"})


def fields_to_change(row: CDRRow) -> Mapping[str, str]:
    """The addresses of the fields that the steps name, in one call; none of a record that is not certain."""
    form_of, own = (_account_form, OF_THE_ACCOUNT) if row.came_in else (_provider_form, OF_THE_PROVIDER)
    fields = own & {step.field for step in row.diagnosis.steps}
    form = form_of(row) if fields else ""
    return {field: f"{form}#{field}" for field in fields} if form else {}


def _account_form(row: CDRRow) -> str:
    caller = row.caller
    where = all_of(prop("SIPUsername").equals(caller.user), prop("SIPDomain").equals(caller.host))
    account = _the_only(service().sip_accounts, row, where)
    return url_for("sip_accounts.edit", account_id=account.id) if account else ""


def _provider_form(row: CDRRow) -> str:
    """Return the address of the provider's form, found by the name behind the @, or by the server; else empty."""
    host = row.cdr.dst_host or row.destination.host
    server = prop("ProviderServer")
    where = any_of(prop("ProviderName").equals(host), server.equals(host), server.equals(f"sip:{host}"))
    provider = _the_only(service().sip_providers, row, where)
    return url_for("sip_providers.edit", provider_id=provider.id) if provider else ""


def _the_only(entries: Entries[R], row: CDRRow, where: Expression) -> R | None:
    """The one record of the call's owner that fits; the page does without it where the service does not answer."""
    if not row.cdr.owner:
        return None
    try:
        found: Sequence[R] = search(entries, all_of(prop("Owner").equals(row.cdr.owner), where), 2)
    except ProvisioningError:
        return None
    return found[0] if len(found) == 1 else None
