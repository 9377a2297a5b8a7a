"""What became of the registrations with providers: the engine's own state, its table and the providers' answers.

The engine keeps its registrations in memory. What it has there and what it should have are compared at every look, so
that one which it lacks, has too many or has with other names is put right whatever happened in between. A change of the
password's hash, the expiry or the headers cannot be seen there: it is told by the commit that made it.
"""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sipsorcery_web.database.engine import Database
from sipsorcery_web.service.store.models import SIPProviderBindingRow

from .rpc import EngineRefusal, Rpc
from .tables import PROVIDER_ANSWER, PROVIDER_REGISTRATION

# not the expiry, which a provider may have made the engine change
COMPARED = ("l_username", "l_domain", "r_username", "r_domain", "realm", "auth_username", "auth_password", "auth_proxy")
DISABLED, IN_PROGRESS, REGISTERED, TRIED = 1, 2, 4, 16
"""The engine's flags of a registration."""
NOTHING_SENT_FOR = timedelta(seconds=10)
"""Behind the engine's own pace: it found no address to send to."""
FORGOTTEN_AFTER = timedelta(seconds=3)
"""How long a registration that is being ended stays in the engine: the provider may ask for a password first."""

REWRITTEN = "The provider answered with another contact than ours, so calls from it do not arrive."
SILENT = "Timed out: the provider did not answer."
NOT_RESOLVED = "Name or service not known: the name of the provider's server leads to no address."

log = logging.getLogger(__name__)


@dataclass
class ProviderStates:
    """Keeps the engine's registrations as they are wanted, and the service's bindings as they are."""

    database: Database
    rpc: Rpc
    ending: dict[str, datetime] = field(default_factory=dict)
    changed: deque[str] = field(default_factory=deque)
    """Those that a commit has changed since the last look; other threads add to it."""

    def look(self, now: datetime) -> None:
        """Compare, act and note. EngineAbsent when the engine does not answer."""
        with self.database.read() as session:
            wanted = _wanted(session)
            seen = {id: _state_of(row) for id, row in _bindings(session).items()}
            answers = {row.l_uuid: row for row in session.execute(select(PROVIDER_ANSWER))}
        # Asked for last: what the engine says is at least as new as the answers.
        present = {str(entry["l_uuid"]): entry for entry in self.rpc.call("uac.reg_dump") or []}
        self._refresh(wanted, present)
        self._end(wanted, present, now)
        news = {
            id: _state_of_entry(present.get(id), answers.get(id), state, now)
            if id in wanted
            else _over(state, id, present)
            for id, state in seen.items()
        }
        if news != seen:
            self._note(news)

    def _refresh(self, wanted: Mapping[str, Any], present: Mapping[str, Any]) -> None:
        changed = list(self.changed)
        for id, row in wanted.items():
            if id in changed or id not in present or _differs(row, present[id]):
                self._ask("uac.reg_refresh", id)
        for _ in changed:
            self.changed.popleft()  # not before: an engine that did not answer is told again

    def _end(self, wanted: Mapping[str, Any], present: Mapping[str, Any], now: datetime) -> None:
        """Tell the provider first, then forget it; in between the engine needs what it knows."""
        for id in set(self.ending) - (set(present) - set(wanted)):
            del self.ending[id]
        for id in set(present) - set(wanted):
            if id not in self.ending:
                self.ending[id] = now
                self._ask("uac.reg_unregister", "l_uuid", id)
            elif now - self.ending[id] >= FORGOTTEN_AFTER:
                self._ask("uac.reg_remove", id)
                with self.database.write() as session:
                    session.execute(delete(PROVIDER_ANSWER).where(PROVIDER_ANSWER.c.l_uuid == id))

    def _ask(self, method: str, *parameters: object) -> None:
        try:
            self.rpc.call(method, *parameters)
        except EngineRefusal as refusal:
            log.info("%s: %s", method, refusal)

    def _note(self, news: Mapping[str, "State | None"]) -> None:
        with self.database.write() as session:
            wanted = _wanted(session)
            for id, row in _bindings(session).items():
                state = news.get(id)
                if state is not None:
                    for name, value in vars(state).items():
                        setattr(row, name, value)
                elif id in news and id not in wanted:
                    session.delete(row)


@dataclass(frozen=True)
class State:
    """The part of a provider binding that the engine tells."""

    is_registered: bool
    last_register_attempt: datetime | None
    last_register_time: datetime | None
    next_registration_time: datetime
    registrar_sip_socket: str | None
    registration_failure_message: str | None


def _wanted(session: Session) -> dict[str, Any]:
    return {row.l_uuid: row for row in session.execute(select(PROVIDER_REGISTRATION))}


def _bindings(session: Session) -> dict[str, SIPProviderBindingRow]:
    return {row.provider_id.hex: row for row in session.scalars(select(SIPProviderBindingRow))}


def _state_of(row: SIPProviderBindingRow) -> State:
    return State(**{name: getattr(row, name) for name in State.__dataclass_fields__})


def _differs(row: Any, entry: Mapping[str, Any]) -> bool:
    return any(_text(getattr(row, name)) != _text(entry.get(name)) for name in COMPARED)


def _text(value: Any) -> str:
    """The engine writes "none" for an empty text."""
    return "" if value in (None, "none", "null", "<null>") else str(value)


def _over(state: State, id: str, present: Mapping[str, Any]) -> State | None:
    """Of a registration that is not wanted any more: it is there until the engine has forgotten it."""
    return state if id in present else None


def _state_of_entry(entry: Mapping[str, Any] | None, answer: Any, seen: State, now: datetime) -> State:
    """What is to be noted of a registration now."""
    if entry is None:
        return seen
    flags, until = int(entry["flags"]), datetime.fromtimestamp(int(entry["timer_expires"]), UTC)
    is_registered = bool(flags & REGISTERED) and not flags & DISABLED and until > now
    answered = _answered(answer)
    return State(
        is_registered=is_registered,
        last_register_attempt=answer.sent_at if answer is not None else seen.last_register_attempt,
        last_register_time=answered if is_registered and answered else seen.last_register_time,
        next_registration_time=until,
        registrar_sip_socket=str(entry["auth_proxy"]).removeprefix("sip:")[:256],
        registration_failure_message=None if is_registered else _failure(flags, answer, seen, now),
    )


def _answered(answer: Any) -> datetime | None:
    """When the last attempt was answered; None while it is not."""
    return answer.answered_at if answer is not None and answer.answered_at >= answer.sent_at else None


def _failure(flags: int, answer: Any, seen: State, now: datetime) -> str | None:
    """The provider's own answer, or that there is none; while an attempt is under way, what was said before."""
    if flags & IN_PROGRESS or not flags & TRIED:
        return seen.registration_failure_message
    if answer is None or (answer.answer_code < 300 and now - answer.sent_at > NOTHING_SENT_FOR):
        return NOT_RESOLVED
    if _answered(answer) is None:
        return SILENT
    if answer.answer_code < 300:
        return REWRITTEN
    return f"{answer.answer_code} {_phrase(answer.answer_reason)}".strip()[:1024]


def _phrase(encoded: str) -> str:
    try:
        text = bytes.fromhex(encoded).decode("utf-8", "replace")
    except ValueError:
        return ""
    return "".join(character for character in text if character.isprintable())
