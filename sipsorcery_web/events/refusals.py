"""Phones that were refused: what the owners of their accounts are told beyond the day that events are kept."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .messages import SIPMessage
from .redaction import shown

MOST_PENDING = 10_000
_UNNAMED = "no name"


class RefusalReason(StrEnum):
    """The reasons for which phones are refused; the values are stored."""

    WRONG_PASSWORD = "wrong password"  # noqa: S105 (a reason)
    TOO_MANY = "too many wrong passwords"
    OTHER_NAME = "another name"
    DISABLED = "disabled"
    SUSPENDED = "suspended"
    INCOMING_ONLY = "incoming only"
    OTHER = "other"


class AttemptKind(StrEnum):
    """The things that phones ask for; the values are stored."""

    REGISTRATION = "registration"
    CALL = "call"


_OF_BOTH = {
    "Too many wrong passwords": RefusalReason.TOO_MANY,
    "This is another account's address": RefusalReason.OTHER_NAME,
}
OF_REGISTRATIONS: Mapping[str, RefusalReason] = {
    **_OF_BOTH,
    "This account is disabled": RefusalReason.DISABLED,
}
"""Reasons by Kamailio's phrases in answers to REGISTER."""
OF_CALLS: Mapping[str, RefusalReason] = {
    **_OF_BOTH,
    "Wrong name or password": RefusalReason.WRONG_PASSWORD,
    "SIP account not permitted to make outgoing calls": RefusalReason.INCOMING_ONLY,
    "User account is suspended": RefusalReason.SUSPENDED,
}
"""The same of INVITE. Those are left out that may be about the account which is called."""


@dataclass(frozen=True)
class Refusal:
    """One attempt of a phone that Kamailio refused. A stranger may have written any text in it."""

    time: datetime
    kind: AttemptKind
    account: str
    """The URI of the account that the phone says to be."""
    reason: RefusalReason
    address: str
    """Where the phone is, without a port."""
    agent: str
    call_id: str
    detail: str = ""
    """The answer in Kamailio's words, where there is no reason for it in RefusalReason."""


RefusalTaker = Callable[[Refusal], None]


def ignored(_refusal: Refusal) -> None:
    """Take no note of a refusal, where nobody is told."""


@dataclass(frozen=True)
class KeptRefusal:
    """Refusals of one account that are alike: from one address, for one reason. Agent and Call-ID are the last."""

    kind: AttemptKind
    reason: RefusalReason
    address: str
    agent: str
    call_id: str
    first_at: datetime
    last_at: datetime
    times: int
    detail: str = ""


@dataclass(frozen=True)
class _Asked:
    account: str
    agent: str


@dataclass
class CallAttempts:
    """INVITE requests of phones that Kamailio has not taken yet.

    It says 100 to a call before it passes it on, so that no phone which is called can have its own answer taken for a
    refusal of Kamailio's.
    """

    most: int = MOST_PENDING
    _pending: OrderedDict[tuple[str, str, str], _Asked] = field(default_factory=OrderedDict)

    def asked(self, message: SIPMessage) -> None:
        """Take note of an INVITE of a phone."""
        self._pending[_key(message)] = _Asked(message.caller, agent_of(message))
        if len(self._pending) > self.most:
            self._pending.popitem(last=False)

    def answered(self, message: SIPMessage) -> tuple[str, str, RefusalReason] | None:
        """Return the account, the agent and the reason where a response refuses a caller; None for any other."""
        asked = self._pending.pop(_key(message), None)
        reason = OF_CALLS.get(message.reason) if message.status in (403, 604) else None
        return (asked.account, asked.agent, reason) if asked and reason else None


def agent_of(message: SIPMessage) -> str:
    """Return what a phone calls itself."""
    return shown(message.headers.get("user-agent", "")) or _UNNAMED


def address_of_socket(socket: str) -> str:
    """Return `192.0.2.1:5060` without its port, `[2001:db8::1]:5060` without its brackets too."""
    return socket.rpartition(":")[0].strip("[]")


def _key(message: SIPMessage) -> tuple[str, str, str]:
    return message.call_id, message.from_tag, message.cseq
