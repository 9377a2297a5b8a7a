"""SIP providers and the registrations that follow from them (spec, sections 4.6, 7.4 and 7.5)."""

from uuid import uuid4

from sqlalchemy import select

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import SIPProvider
from sipsorcery_web.contract.rules import Violation, refuse
from sipsorcery_web.contract.rules.catalogue import INVALID_URI, PROVIDER_SERVERS, REGISTRATIONS_OFF
from sipsorcery_web.contract.rules.providers import provider_violations
from sipsorcery_web.contract.sip_uris import normalised

from ..context import AuthedUnitOfWork
from ..provider_policy import policy_violations
from ..store.models import SIPProviderBindingRow, SIPProviderRow
from .owned_resources import OwnedResource

SHORTEST_EXPIRY = 60


def _ready(work: AuthedUnitOfWork, provider: SIPProvider, stored: SIPProvider) -> SIPProvider:
    expiry = max(provider.register_expiry, SHORTEST_EXPIRY)
    provider = _with_normal_uris(provider).with_(register_expiry=expiry)
    refuse(provider_violations(provider))
    refuse(policy_violations(provider, work.context.provider_policy))
    if provider.register_enabled and not work.context.provider_policy.registrations and not stored.register_enabled:
        raise Refused(REGISTRATIONS_OFF)
    return provider


def _with_normal_uris(provider: SIPProvider) -> SIPProvider:
    for field, invalid in INVALID_URI.items():
        try:
            provider = provider.with_(**{field: normalised(getattr(provider, field))})
        except ValueError:
            refuse([Violation(field, invalid)])
    return provider


def _written(work: AuthedUnitOfWork, row: SIPProviderRow) -> None:
    work.session.flush()
    binding = _binding(work, row)
    if row.is_registering:
        _refresh(work, row, binding or _new_binding(work, row))
    elif binding is not None:
        _retire(work, binding)


def _binding(work: AuthedUnitOfWork, row: SIPProviderRow) -> SIPProviderBindingRow | None:
    query = select(SIPProviderBindingRow).where(SIPProviderBindingRow.provider_id == row.id)
    return work.session.scalars(query).one_or_none()


def _new_binding(work: AuthedUnitOfWork, row: SIPProviderRow) -> SIPProviderBindingRow:
    binding = SIPProviderBindingRow(id=uuid4(), owner=row.owner, provider_id=row.id)
    work.session.add(binding)
    return binding


def _refresh(work: AuthedUnitOfWork, row: SIPProviderRow, binding: SIPProviderBindingRow) -> None:
    """The agent registers at once, with what the provider says now."""
    binding.provider_name = row.provider_name
    binding.binding_uri = row.register_contact or ""
    binding.binding_expiry = row.register_expiry
    binding.next_registration_time = work.now
    binding.failures = binding.min_expires = 0


def _retire(work: AuthedUnitOfWork, binding: SIPProviderBindingRow) -> None:
    """A registered binding is left for the agent to un-register; any other goes at once."""
    if binding.is_registered:
        binding.binding_expiry, binding.next_registration_time = 0, work.now
    else:
        work.session.delete(binding)


SIP_PROVIDERS = OwnedResource(
    record=SIPProvider,
    row=SIPProviderRow,
    prepare=_ready,
    secrets_go_by=frozenset({*PROVIDER_SERVERS, "register_realm"}),
    after_write=_written,
)
