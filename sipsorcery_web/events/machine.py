"""Events of the machine family: what tells a program that a list has changed, in fields between bars.

The original's numbers and order of fields (spec, section 13.1). Of its eleven kinds those are told that the
stream has: registrations of phones and with providers, as they come, change and go.
"""

from collections.abc import Mapping
from enum import IntEnum

from .event import Event, EventType


class MachineEventType(IntEnum):
    """The kinds that are told."""

    SIPRegistrarBindingUpdate = 3
    SIPRegistrarBindingRemoval = 4
    SIPRegistrationAgentBindingUpdate = 5
    SIPRegistrationAgentBindingRemoval = 6


KINDS: Mapping[EventType, MachineEventType] = {
    EventType.RegisterSuccess: MachineEventType.SIPRegistrarBindingUpdate,
    EventType.BindingRemoval: MachineEventType.SIPRegistrarBindingRemoval,
    EventType.ContactRegistered: MachineEventType.SIPRegistrationAgentBindingUpdate,
    EventType.ContactRegisterFailed: MachineEventType.SIPRegistrationAgentBindingUpdate,
    EventType.ContactRemoval: MachineEventType.SIPRegistrationAgentBindingRemoval,
}
END = "##"
_FAMILY = "2"
_BAR = "|"


def machine_text(event: Event, session_id: str, owner: str) -> str:
    """Return the text of an event that KINDS has, for a subscription, with the owner that its subscriber may see."""
    fields = (
        _FAMILY,
        session_id,
        event.server.name,
        str(int(KINDS[event.type])),
        f"{event.time:%Y-%m-%d %H:%M:%S.%f} +00:00",
        owner,
        event.source,
        " ".join(event.text.split()),
        "",
        "",
    )
    return _BAR.join(field.replace(_BAR, "/").replace(END, "#") for field in fields) + END
