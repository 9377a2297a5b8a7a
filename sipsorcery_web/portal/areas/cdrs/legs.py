"""The other legs of a call, as records and live calls tell them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from sipsorcery_web.contract.filters import Expression, FilterError, all_of, any_of, prop
from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialogueAsset
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.ui.sip_parties import bridge_of
from sipsorcery_web.provisioning.client import Entries

MOST_LEGS = 10
LONGEST_CALL_ID = 256
"""Of what a record has."""
Leg = TypeVar("Leg", SIPCDRAsset, SIPDialogueAsset)
BEGAN_WITHIN = timedelta(hours=48)
"""The age of records in which the calls of events are looked for: a day's events may be of calls that began before."""


def other_legs(cdr: SIPCDRAsset) -> Sequence[SIPCDRAsset]:
    """The records that the service has joined with this one, as far as the visitor may see them."""
    if bridge_of(cdr.bridge_id) is None:
        return ()
    joined = all_of(prop("BridgeId").equals(cdr.bridge_id), prop("Id").differs(cdr.id))
    return search(service().cdrs, joined, MOST_LEGS)


def with_other_legs(call_ids: Collection[str]) -> Sequence[str]:
    """Some Call-IDs, and behind them those of the other legs of their calls, as far as the visitor may see them."""
    try:
        named = any_of(*(prop("CallId").equals(call_id) for call_id in call_ids if len(call_id) <= LONGEST_CALL_ID))
        return list(dict.fromkeys([*call_ids, *_joined(named)]))[: max(MOST_LEGS, len(call_ids))]
    except FilterError:  # a stranger's Call-ID, which no record has
        return list(call_ids)


def _joined(named: Expression) -> Iterator[str]:
    recent = prop("Created").at_least(now() - BEGAN_WITHIN)
    yield from _joined_in(service().cdrs, named, recent)
    yield from _joined_in(service().calls, named)


def _joined_in(entries: Entries[Leg], named: Expression, *within: Expression) -> Iterator[str]:
    bridges = {leg.bridge_id for leg in search(entries, all_of(named, *within), MOST_LEGS) if bridge_of(leg.bridge_id)}
    if bridges:
        joined = any_of(*(prop("BridgeId").equals(bridge) for bridge in bridges))
        legs = search(entries, all_of(joined, *within), MOST_LEGS)
        yield from (leg.call_id for leg in legs if leg.call_id)
