"""Events of a call as a text to keep, with the names of their parties."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sipsorcery_web.events.event import Event, EventServer, EventType


@dataclass(frozen=True)
class Snapshot:
    """Some events, and the names that are known of addresses."""

    events: Sequence[Event]
    names: Mapping[str, str]
    part: str = ""
    """The events that these are of more, as "the last 120"; empty where they are all."""

    def name_of(self, address: str) -> str:
        """Return the name of whoever is at an address; empty where that is not known."""
        return self.names.get(address, "")


def written(snapshot: Snapshot) -> str:
    """Return a snapshot as JSON, without whose the events are."""
    events = [_facts(event) for event in snapshot.events]
    return json.dumps({"events": events, "names": dict(snapshot.names), "part": snapshot.part})


def read(text: str) -> Snapshot:
    """Return the snapshot that was written."""
    kept = json.loads(text)
    return Snapshot([_event(facts) for facts in kept["events"]], kept["names"], kept.get("part", ""))


def _facts(event: Event) -> dict[str, object]:
    return {
        "time": event.time.isoformat(),
        "type": int(event.type),
        "server": int(event.server),
        "text": event.text,
        "source": event.source,
        "destination": event.destination,
        "transport": event.transport,
        "call_id": event.call_id,
    }


def _event(facts: Mapping[str, Any]) -> Event:
    texts = {name: facts[name] for name in ("text", "source", "destination", "transport", "call_id")}
    when, kind, server = datetime.fromisoformat(facts["time"]), EventType(facts["type"]), EventServer(facts["server"])
    return Event(time=when, type=kind, server=server, **texts)
