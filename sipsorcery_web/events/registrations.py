"""Registrations as the messages tell them: who was registered, who was refused and why."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from .event import EventType
from .messages import SIPMessage
from .redaction import shown
from .refusals import OF_REGISTRATIONS, RefusalReason, agent_of

MOST_PENDING = 10_000
WRONG_PASSWORD = "the password is wrong"  # noqa: S105 (a reason)
NO_ACCOUNT = "there is no such account"
_CHALLENGES = (401, 407)
_STALE = re.compile(r"\bstale\s*=\s*\"?true", re.IGNORECASE)
_EXPIRES = re.compile(r";\s*expires\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


@dataclass(frozen=True)
class Registration:
    """The outcome of a registration: as an event, and why it was refused if it was."""

    kind: EventType
    text: str
    account: str
    agent: str
    refused_for: RefusalReason | None = None
    detail: str = ""


@dataclass(frozen=True)
class _Asked:
    address: str
    account: str
    agent: str
    has_credentials: bool
    ends: bool


@dataclass
class Registrations:
    """REGISTER requests of phones that wait for their final answers."""

    most: int = MOST_PENDING
    _pending: OrderedDict[tuple[str, str, str], _Asked] = field(default_factory=OrderedDict)

    def asked(self, message: SIPMessage) -> None:
        """Take note of a REGISTER."""
        headers = message.headers
        self._pending[_key(message)] = _Asked(
            address=shown(message.called),
            account=message.called,
            agent=agent_of(message),
            has_credentials="authorization" in headers or "proxy-authorization" in headers,
            ends=_ends(message),
        )
        if len(self._pending) > self.most:
            self._pending.popitem(last=False)

    def answered(self, message: SIPMessage, phone: str, is_account: bool) -> Registration | None:
        """Return what a response to a phone's REGISTER means; None where it means nothing yet."""
        asked = None if message.status < 200 else self._pending.pop(_key(message), None)
        if asked is None:
            return None
        who = f"{asked.address} at {phone} ({asked.agent})"
        if message.status < 300:
            kind = EventType.BindingRemoval if asked.ends else EventType.RegisterSuccess
            is_now = "is no longer registered" if asked.ends else "is registered"
            return Registration(kind, f"{who} {is_now}.", asked.account, asked.agent)
        words = _reason(message, asked, is_account)
        if not words:
            return None
        reason = _refused_for(message)
        detail = words if reason is RefusalReason.OTHER else ""
        text = f"{who} was refused: {words}."
        return Registration(EventType.RegisterFail, text, asked.account, asked.agent, reason, detail)


def _key(message: SIPMessage) -> tuple[str, str, str]:
    return message.call_id, message.from_tag, message.cseq


def _ends(message: SIPMessage) -> bool:
    contact, expires = message.headers.get("contact", ""), message.headers.get("expires", "")
    found = _EXPIRES.search(contact.rpartition(">")[2])
    return (found[1] if found else expires).strip() == "0"


def _reason(message: SIPMessage, asked: _Asked, is_account: bool) -> str:
    """Return why a registration is refused; nothing where only a password is asked for."""
    if message.status not in _CHALLENGES:
        return f"{message.status} {shown(message.reason)}"
    challenge = message.headers.get("www-authenticate", "") + message.headers.get("proxy-authenticate", "")
    if not asked.has_credentials or _STALE.search(challenge):
        return ""
    return WRONG_PASSWORD if is_account else NO_ACCOUNT


def _refused_for(message: SIPMessage) -> RefusalReason:
    if message.status in _CHALLENGES:
        return RefusalReason.WRONG_PASSWORD
    return OF_REGISTRATIONS.get(message.reason, RefusalReason.OTHER)
