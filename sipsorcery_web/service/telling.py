"""Events of the console about the service's own work, told once it is committed: sign-ins and changes."""

from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from sipsorcery_web.contract.extensions import AuditEntry, SignInResult, SignInWay
from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.events.redaction import shown
from sipsorcery_web.events.sink import EventSink

_OUTCOMES = {
    SignInResult.RIGHT: "signed in",
    SignInResult.WRONG_PASSWORD: "was refused: the password is wrong",
    SignInResult.LOCKED_OUT: "is locked out for a while, after too many wrong passwords or codes",
    SignInResult.APP_PASSWORD_NEEDED: "was refused: a program needs an app password there",
    SignInResult.CLOSED: "was refused: the account is suspended or not confirmed",
    SignInResult.SECOND_STEP_MISSING: "gave the right password, and is asked for the second step",
    SignInResult.WRONG_CODE: "was refused: the code of the second step is wrong",
    SignInResult.PASSKEY_REFUSED: "was refused: the passkey was not accepted",
}
_DOORS = {SignInWay.PAGE: "at the sign-in page", SignInWay.SOAP: "with a program"}


def tell(session: Session, events: EventSink, told: Event) -> None:
    """Tell of something when the transaction of a session is committed, and never if it is not."""
    event.listen(session, "after_commit", lambda _session: events.note(told), once=True)


def forget(session: Session, events: EventSink, username: str) -> None:
    """Have a deleted customer's events belong to nobody, once the deletion is committed."""
    event.listen(session, "after_commit", lambda _session: events.forget(username), once=True)


def sign_in(
    owners: frozenset[str], name: str, result: SignInResult, way: SignInWay, address: str, now: datetime
) -> Event:  # fmt: skip
    """Return the event of a sign-in, or of one that was refused."""
    kind = EventType.Monitor if result is SignInResult.RIGHT else EventType.Warn
    text = f"{shown(name)} {_OUTCOMES[result]}, {_DOORS[way]}, from {address}."
    return Event(now, kind, EventServer.Authoriser, text, owners, source=address)


def change(entry: AuditEntry, now: datetime) -> Event:
    """Return the event of a change; its values are in no entry."""
    what = " ".join(filter(None, [entry.record_kind, entry.record_name]))
    fields = f" ({entry.changed})" if entry.changed else ""
    text = shown(f"{entry.operation}: {what}{fields}, by {entry.actor}.")
    owners = frozenset({entry.owner} if entry.owner else ())
    return Event(now, EventType.Monitor, EventServer.AppServer, text, owners, source=entry.address or "")
