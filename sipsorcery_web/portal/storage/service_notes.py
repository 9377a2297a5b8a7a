"""The ways into what the built-in service notes of its customers, which lies in the same database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database


@dataclass(frozen=True)
class ServiceNotes:
    """A list of notes; `write` puts one into it, in the transaction of a session."""

    database: Database
    write: Callable[[Session, Any], None]

    def add(self, note: Any, session: Session | None = None) -> None:
        """Add a note: with the change that a session is making, or by itself. Errors are those of `write`."""
        if session is not None:
            self.write(session, note)
            return
        with self.database.write() as own:
            self.write(own, note)


class AuditTrail(ServiceNotes):
    """The audit, whose notes are entries. NotFound for an owner who does not exist."""


class SignInNotes(ServiceNotes):
    """The sign-ins, whose notes are those of `http/sign_in_notes.py`."""
