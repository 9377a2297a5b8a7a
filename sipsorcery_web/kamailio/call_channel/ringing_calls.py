"""Calls that ring without a dial plan. When Kamailio is killed, it writes no record of them: that is done here."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

RINGING_EVENTS = frozenset({"rings", "rang", "told"})
"""The events that tell of them."""


@dataclass
class RingingCalls:
    """The calls, each as Kamailio has noted its INVITE, by its dialog."""

    record: Callable[[Sequence[str]], None]
    """Writes the records of calls that have ended with the Kamailio that had them."""
    tell: Callable[[str], None] = lambda _invite: None
    """Is told of each call that rings, perhaps more than once."""
    _ringing: dict[str, str] = field(default_factory=dict)
    _left: dict[str, str] = field(default_factory=dict)
    """Those that rang when the connection ended."""
    _since: float = 0.0

    def take(self, data: dict[str, Any]) -> None:
        """Take what Kamailio tells."""
        match data.get("ev"):
            case "rings":
                invite = base64.b64decode(data["invite"]).decode("utf-8", "replace")
                self._ringing[str(data["dialog"])] = invite
                self.tell(invite)
            case "rang":
                self._ringing.pop(str(data["dialog"]), None)
            case "told":
                self._told(float(data.get("since") or 0))

    def gone(self) -> None:
        """Note that Kamailio has gone, or only the connection to it."""
        self._left |= self._ringing
        self._ringing = {}

    def _told(self, since: float) -> None:
        """Record what an earlier Kamailio has left; the same one has told anew which calls still ring."""
        left, self._left = list(self._left.values()), {}
        before, self._since = self._since, since
        if left and since != before:
            self.record(left)
