"""The way that the sound of a call took, where the service knows it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sipsorcery_web.contract.records import SIPCDRAsset
from sipsorcery_web.portal.http.parts import find_part

RELAYED = "Went through this machine, since one of the two is behind NAT or in another network."
DIRECT = "Went between the two, not through this machine."


@dataclass(frozen=True)
class CallSound:
    """The ways that the built-in service keeps, by the id of a record that the visitor may see."""

    was_relayed: Callable[[UUID], bool | None]


def sound_words(cdr: SIPCDRAsset) -> str:
    """Return the way as a sentence; empty where it is not known."""
    kept = find_part(CallSound)
    relayed = None if kept is None else kept.was_relayed(cdr.id)
    return "" if relayed is None else RELAYED if relayed else DIRECT
