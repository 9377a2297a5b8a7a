"""The registration of a provider: what a row of either list and the edit page show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import MAX_LENGTH, any_of, prop
from sipsorcery_web.contract.records import ProviderType, SIPProvider, SIPProviderBinding
from sipsorcery_web.portal.diagnosis import Diagnosis, diagnose_registration, doubt_about, reason_of_pause
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.sip_engine import current_sip_engine
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.live.stamps import shows_a_part

from .contacts import contacts_without_account

MOST_BINDINGS = 1000


@dataclass(frozen=True)
class ProviderRegistration:
    """`state` is registered, trying, failing, ending, not_asked, stopped, locked, never or unknown."""

    state: str
    binding: SIPProviderBinding | None = None
    note: str = ""
    has_lost_contact: bool = False
    """Whether calls from the provider reach no account of its owner."""

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Return the diagnosis of a failing registration, as far as that is known."""
        return diagnose_registration(self.message) if self.state == "failing" else None

    @property
    def is_answer(self) -> bool:
        """Return whether the message is what the other server answered, which begins with a status code."""
        return self.message[:3].isdecimal()

    @property
    def reason_of_pause(self) -> str:
        """Return why a failing registration is not tried sooner."""
        return reason_of_pause(self.message, current_sip_engine() is not None) if self.state == "failing" else ""

    @property
    def message(self) -> str:
        """Return the answer of the other server, or what was noted in place of an answer."""
        return ((self.binding and self.binding.registration_failure_message) or "").strip()


def registrations_of(providers: Iterable[SIPProvider]) -> list[ProviderRegistration]:
    """The registration of each provider, in one call for all of them."""
    providers = list(providers)
    bindings = _bindings([provider.id for provider in providers]) if providers else {}
    lost = contacts_without_account(_contact_of(provider) for provider in providers if _has_to_register(provider))
    return [
        replace(
            _registration(provider, bindings),
            has_lost_contact=_has_to_register(provider) and _contact_of(provider) in lost,
        )
        for provider in providers
    ]


def registrations_in(bindings: Sequence[SIPProviderBinding]) -> list[ProviderRegistration]:
    """Return the registrations that bindings tell of."""
    contacts = [(binding.owner or "", binding.binding_uri or "") for binding in bindings]
    lost = contacts_without_account(
        contact for contact, binding in zip(contacts, bindings, strict=True) if binding.binding_expiry
    )
    return [
        replace(registration_in(binding), has_lost_contact=bool(binding.binding_expiry) and contact in lost)
        for contact, binding in zip(contacts, bindings, strict=True)
    ]


def _contact_of(provider: SIPProvider) -> tuple[str, str]:
    return provider.owner or "", provider.register_contact or ""


def _has_to_register(provider: SIPProvider) -> bool:
    is_sip = provider.provider_type is ProviderType.SIP
    return is_sip and provider.register_enabled and provider.register_admin_enabled


def registration_in(binding: SIPProviderBinding) -> ProviderRegistration:
    """Return the registration that a binding tells of."""
    if not binding.binding_expiry:
        return ProviderRegistration("ending", binding, "The provider is being told")
    if binding.is_registered:
        return ProviderRegistration("registered", binding, doubt_about(binding.registration_failure_message))
    if (binding.registration_failure_message or "").strip():
        return ProviderRegistration("failing", binding)
    is_first = binding.last_register_attempt is None
    return ProviderRegistration("trying", binding, "Not tried yet" if is_first else "Waiting for an answer")


def _bindings(ids: Sequence[UUID]) -> Mapping[UUID, SIPProviderBinding] | None:
    """The bindings of these providers; None when the service does not tell them all."""
    where = any_of(*(prop("ProviderId").equals(provider_id) for provider_id in ids))
    try:
        if len(str(where)) + 2 <= MAX_LENGTH:
            found = search(service().provider_bindings, where, MOST_BINDINGS)
        else:
            found = service().provider_bindings.page(0, MOST_BINDINGS)
    except ProvisioningError:
        shows_a_part()
        return None
    if len(found) >= MOST_BINDINGS:
        return None
    # A provider that is deleted and put back can have two: the one that is being ended, and its new one, which counts.
    last_those_that_stay = sorted(found, key=lambda binding: bool(binding.binding_expiry))
    return {binding.provider_id: binding for binding in last_those_that_stay}


def _registration(provider: SIPProvider, bindings: Mapping[UUID, SIPProviderBinding] | None) -> ProviderRegistration:
    if provider.provider_type is ProviderType.GOOGLE_VOICE:
        return ProviderRegistration("never", note=_calls_back(provider))
    binding = (bindings or {}).get(provider.id)
    reason = (provider.register_disabled_reason or "").strip()
    if not provider.register_admin_enabled:
        return ProviderRegistration("locked", binding, reason)
    if not provider.register_enabled:
        return _not_asked(binding, reason)
    if bindings is None:
        return ProviderRegistration("unknown", note="The service did not tell")
    return registration_in(binding) if binding else ProviderRegistration("trying", note="Not tried yet")


def _calls_back(provider: SIPProvider) -> str:
    kind = f", type {provider.gv_callback_type}" if provider.gv_callback_type else ""
    return f"Calls back {provider.gv_callback_number or 'a number'}{kind}"


def _not_asked(binding: SIPProviderBinding | None, reason: str) -> ProviderRegistration:
    if binding is not None and binding.is_registered:
        return ProviderRegistration("ending", binding, "The provider is being told")
    return (
        ProviderRegistration("stopped", binding, reason)
        if reason
        else ProviderRegistration("not_asked", note="Outgoing calls only")
    )
