"""The open sessions of the visitor: those of browsers that are signed in here, and those of programs at the service.

A session is known by an id that is made from its token and leads back to nothing. Its token ends with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app

from sipsorcery_web.contract.errors import NotFound, ProvisioningError
from sipsorcery_web.portal.storage.session_contents import LoginSession

from .backend import current_login, service, service_with
from .capabilities import capabilities
from .session import LONGEST, here
from .session_records import end_of, read_contents
from .session_use import used


@dataclass(frozen=True)
class ShownSession:
    """A session as its owner sees it; `user_agent` is None for a program's, which signed in over SOAP."""

    id: UUID
    started: datetime
    ends: datetime
    address: str
    user_agent: str | None = None
    last_used: datetime | None = None
    is_this: bool = False


def open_sessions() -> Sequence[ShownSession]:
    """Return the visitor's sessions: this one, then those used last.

    Raises StorageUnavailable.
    """
    found = {session.id: session for session in _of_browsers()}
    if capabilities().tells_sessions:
        found = {session.id: found.get(session.id, session) for session in _at_the_service()}
    newest_first = sorted(found.values(), key=lambda each: each.last_used or each.started, reverse=True)
    return sorted(newest_first, key=lambda each: not each.is_this)


def end(session_id: UUID) -> None:
    """End one of the visitor's other sessions, and its token. NotFound where there is none.

    Raises StorageUnavailable.
    """
    sessions, session = here()
    username = current_login().username
    ended = sessions.end_others(session, username, lambda login: login.id == session_id)
    for login in ended:
        _end_token(login)
    if not ended and capabilities().tells_sessions:
        service().end_session(session_id)
    elif not ended:
        raise NotFound("The session was not found.")


def end_all_others() -> None:
    """End all sessions of the visitor but this one, with their tokens. Raises StorageUnavailable."""
    sessions, session = here()
    ended = sessions.end_others(session, current_login().username)
    if capabilities().tells_sessions:
        service().end_other_sessions()
        return
    for login in ended:
        _end_token(login)


def this_id() -> UUID:
    """Return the id of the session of this request."""
    return current_login().id


def _of_browsers() -> Iterator[ShownSession]:
    sessions, _ = here()
    now, this = sessions.clock(), this_id()
    for stored in sessions.storage.of_user(current_login().username):
        contents = read_contents(stored)
        if contents is None or contents.login is None or not now < end_of(contents, stored) <= now + LONGEST:
            continue
        is_this = contents.login.id == this
        login = used(contents.login, now) if is_this else contents.login
        yield ShownSession(
            login.id,
            login.signed_in_at,
            end_of(contents, stored),
            login.address,
            login.user_agent,
            login.last_used_at or login.signed_in_at,
            is_this,
        )


def _at_the_service() -> Iterator[ShownSession]:
    for session in service().sessions():
        yield ShownSession(session.id, session.inserted, session.ends, session.ip_address or "")


def _end_token(login: LoginSession) -> None:
    """End a token at the service; one that is over there already, or cannot be reached, opens no page here any more."""
    try:
        service_with(login.token).logout()
    except ProvisioningError as error:
        current_app.logger.warning("A session could not be ended at the service: %s", error)
