"""The words of pages for kinds of events and for what became of a message."""

from collections.abc import Iterable, Iterator, Sequence

from sipsorcery_web.webhooks.keeping import Message
from sipsorcery_web.webhooks.models import MessageState

GROUPS = {
    "Calls": {
        "call.started": "A call begins to ring",
        "call.answered": "A call is answered",
        "call.ended": "A call is over, answered or not",
    },
    "Registrations of phones": {
        "registration.gained": "A phone registers with one of your accounts",
        "registration.lost": "A phone’s registration ends or runs out",
    },
    "Registrations with providers": {
        "provider_registration.failed": "A registration with a provider fails",
        "provider_registration.recovered": "It succeeds again",
    },
    "Records": {"record.changed": "A SIP account, provider or dial plan is added, changed or deleted"},
}
"""By group, the kinds of events with their words."""
KINDS = tuple(kind for kinds in GROUPS.values() for kind in kinds)
OF_THE_ENGINE = tuple(kind for kind in KINDS if kind != "record.changed")
"""The kinds that happen only where a SIP engine carries the calls."""


def groups() -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Yield the name of each group with its kinds and their words."""
    for name, kinds in GROUPS.items():
        yield name, list(kinds.items())


def shown_kinds(kinds: Iterable[str]) -> str:
    """Return the kinds of a webhook as a list shows them."""
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    return "everything" if len(chosen) == len(KINDS) else ", ".join(chosen)


def outcome(message: Message) -> tuple[str, str, str]:
    """Return the shape, the tone and the words for what became of a message."""
    if message.state is MessageState.DELIVERED:
        return "disc", "good", "Delivered"
    if message.state is MessageState.FAILED:
        return "triangle", "bad", "Not delivered"
    return "ring-broken", "quiet", "Is tried again" if message.attempts else "Waits"
