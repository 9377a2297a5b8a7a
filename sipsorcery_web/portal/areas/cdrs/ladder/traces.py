"""The events that are kept of a call, for who may see its record."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flask import abort

from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.events.event import Event, EventStore
from sipsorcery_web.events.ladder.ladder import is_message
from sipsorcery_web.events.ladder.snapshots import Snapshot
from sipsorcery_web.portal.http.backend import current_login, service
from sipsorcery_web.portal.http.parts import find_part
from sipsorcery_web.portal.lists.search import search

MOST_NAMED = 50
THIS_SERVICE = "This service"


@dataclass(frozen=True)
class CallTraces:
    """The events of this installation, and the sockets that are its own."""

    store: EventStore
    own_sockets: Collection[str] = ()


def require_traces() -> CallTraces:
    """The events; where none are kept, neither is this address."""
    return find_part(CallTraces) or abort(404)


def has_trace(cdr: SIPCDRAsset, legs: Sequence[SIPCDRAsset]) -> bool:
    """Return True when messages of the call of a record are kept."""
    traces = find_part(CallTraces)
    return traces is not None and any(map(is_message, _events_of(traces, cdr, legs)))


def trace_of(traces: CallTraces, cdr: SIPCDRAsset, legs: Sequence[SIPCDRAsset]) -> Snapshot:
    """Return what is kept of the call of a record, with the names of its parties."""
    events = _events_of(traces, cdr, legs)
    if not events:
        return Snapshot([], {})
    names = names_of(traces, cdr.owner or "")
    if own := (cdr.local_socket or "").partition(":")[2]:
        names[own] = THIS_SERVICE
    return Snapshot(events, names)


def _events_of(traces: CallTraces, cdr: SIPCDRAsset, legs: Sequence[SIPCDRAsset]) -> list[Event]:
    """Return the events of the record's owner under the Call-IDs of its legs, which strangers may have chosen alike.

    What is nobody's is the top administrator's to see.
    """
    call_ids = {leg.call_id for leg in (cdr, *legs) if leg.call_id}
    if not call_ids or not (cdr.owner or current_login().is_administrator):
        return []
    owner = cdr.owner or None
    return [kept.event for kept in traces.store.of_calls(traces.store.call_ids_of_legs(call_ids, owner), owner)]


def names_of(traces: CallTraces, owner: str) -> dict[str, str]:
    """Return the names of an owner's phones and providers by their addresses, and of this service by its own."""
    named = (*_phones(owner), *_providers(owner)) if owner else ()
    return dict([*named, *((socket, THIS_SERVICE) for socket in traces.own_sockets)])


def _phones(owner: str) -> Iterator[tuple[str, str]]:
    for phone in search(service().registrar_bindings, prop("Owner").equals(owner), MOST_NAMED):
        if phone.remote_sip_socket and phone.sip_account_name:
            yield phone.remote_sip_socket, f"Phone of {phone.sip_account_name.partition('@')[0]}"


def _providers(owner: str) -> Iterator[tuple[str, str]]:
    for registration in search(service().provider_bindings, prop("Owner").equals(owner), MOST_NAMED):
        if registration.registrar_sip_socket and registration.provider_name:
            yield registration.registrar_sip_socket, f"Provider {registration.provider_name}"
