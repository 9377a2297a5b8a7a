"""What a live list is told: server-sent events (HTML Standard, section 9.2) that each carry one JSON object."""

import hashlib
import json
import re
from dataclasses import dataclass

CONTENT_TYPE = "text/event-stream"
AT_ONCE = 1.0
AFTER_TROUBLE = 10.0

_TOKEN = re.compile(r'(name="csrf_token" value=")[^"]*')


@dataclass(frozen=True)
class Message:
    """How things stand: `state` is on, away or ended, `again` the seconds until one asks anew once nothing follows.

    `clock` is when the list was looked at, in the visitor's zone, and `which` of the two hours it is where clocks are
    put back. The list is told when it has changed, with the digest
    that names it.
    """

    state: str
    again: float | None = None
    clock: str | None = None
    digest: str | None = None
    list: str | None = None
    which: str | None = None

    def __str__(self) -> str:
        told = {name: value for name, value in vars(self).items() if value is not None}
        return f"data: {json.dumps(told)}\n\n"


AWAY = Message("away", AFTER_TROUBLE)
ENDED = Message("ended")


def digest(html: str) -> str:
    """A name for a list as it is; two lists have the same one if they differ in the masks of their tokens only."""
    return hashlib.sha256(_TOKEN.sub(r"\1", html.strip()).encode()).hexdigest()[:16]
