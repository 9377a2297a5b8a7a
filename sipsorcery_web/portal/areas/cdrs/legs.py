"""The records of the other legs of a call."""

from collections.abc import Sequence

from sipsorcery_web.contract.filters import all_of, prop
from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.ui.sip_parties import bridge_of

MOST_LEGS = 10


def other_legs(cdr: SIPCDRAsset) -> Sequence[SIPCDRAsset]:
    """The records that the service has joined with this one, as far as the visitor may see them."""
    if bridge_of(cdr.bridge_id) is None:
        return ()
    joined = all_of(prop("BridgeId").equals(cdr.bridge_id), prop("Id").differs(cdr.id))
    return search(service().cdrs, joined, MOST_LEGS)
