"""The events while the demonstration runs: phones renew, calls begin and end, registrations are tried again."""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Event, Thread
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.models import (
    CustomerRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPProviderBindingRow,
    SIPRegistrarBindingRow,
)

from .calls import Call, cdr_of, legs_of, new_call
from .people import CUSTOMERS, Person

BEAT = 4.0
"""Seconds between two things that happen."""
MOST_CALLS = 6
LEAST_CALLS = 2
MOST_CDRS = 100
"""How many records of calls are added; beyond them the oldest of those go, so that the store stays small."""
TRIES_AGAIN = timedelta(minutes=5)
ANSWER_DUE = timedelta(seconds=32)

log = logging.getLogger(__name__)


@dataclass
class Life:
    """A beat at a time, in a thread that ends with the process; `calls` are those in progress."""

    parts: ServiceContext
    random: Random
    calls: list[Call] = field(default_factory=list)
    _added: deque[UUID] = field(default_factory=deque)
    _over: Event = field(default_factory=Event)

    def start(self) -> None:
        """Let it go on."""
        self._thread = Thread(target=self._live, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it before the store is closed."""
        self._over.set()
        self._thread.join()

    def beat(self) -> None:
        """Carry out the events of a few seconds."""
        now = self.parts.clock()
        with self.parts.database.write() as session:
            self._renew(session, now)
            self._register(session, now)
            has_ended = self._end_call(session, now)
            if len(self.calls) < LEAST_CALLS or (not has_ended and self.random.random() < 0.5):
                self._begin_call(session, now)

    def _live(self) -> None:
        while not self._over.wait(BEAT):
            try:
                self.beat()
            except SQLAlchemyError:  # somebody who tries things out may have the store for a while
                log.warning("Nothing happened this time.", exc_info=True)

    def _renew(self, session: Session, now: datetime) -> None:
        """The phone that has waited longest."""
        longest = select(SIPRegistrarBindingRow).order_by(SIPRegistrarBindingRow.last_update).limit(1)
        for binding in session.scalars(longest):
            binding.last_update, binding.expiry_time = now, now + timedelta(seconds=binding.expiry)

    def _register(self, session: Session, now: datetime) -> None:
        """Repeat the outcomes of the registrations that are due, and accept the new ones."""
        due = select(SIPProviderBindingRow).where(SIPProviderBindingRow.next_registration_time <= now)
        for binding in session.scalars(due):
            if not binding.binding_expiry:
                session.delete(binding)
                continue
            if binding.is_registered or binding.last_register_attempt is None:
                binding.is_registered, binding.last_register_time = True, now
                binding.next_registration_time = now + timedelta(seconds=binding.binding_expiry) * 0.9
            else:
                binding.next_registration_time = now + (
                    TRIES_AGAIN if binding.registration_failure_message else ANSWER_DUE
                )
            binding.last_register_attempt = now

    def _begin_call(self, session: Session, now: datetime) -> None:
        if len(self.calls) == MOST_CALLS:
            return
        person = self.random.choices(CUSTOMERS, [each.calls_a_day for each in CUSTOMERS])[0]
        lines = _lines_of(session, person)
        if lines:
            call = new_call(self.random, person, lines, now, self.random.randrange(15, 120))
            self.calls.append(call)
            session.add_all(legs_of(call))

    def _end_call(self, session: Session, now: datetime) -> bool:
        """End one that is over; False when there is none."""
        call = next((call for call in self.calls if call.ends <= now), None)
        if call is None:
            return False
        self.calls.remove(call)
        session.execute(delete(SIPDialogueRow).where(SIPDialogueRow.bridge_id == str(call.id)))
        session.add(cdr_of(call))
        self._added.append(call.id)
        if len(self._added) > MOST_CDRS:
            session.execute(delete(SIPCDRRow).where(SIPCDRRow.id == self._added.popleft()))
        return True


def _lines_of(session: Session, person: Person) -> Sequence[str]:
    """The lines that have a phone now; none when the customer has gone."""
    if session.scalars(select(CustomerRow).where(CustomerRow.customer_username == person.username)).first() is None:
        return []
    names = session.scalars(
        select(SIPRegistrarBindingRow.sip_account_name).where(SIPRegistrarBindingRow.owner == person.username)
    )
    return sorted({name.partition("@")[0] for name in names})
