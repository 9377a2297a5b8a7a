"""The note of sign-ins, for the customer to see: what became of each, from where and with what.

Strangers must not fill the store, nor push out what is worth seeing: what fails is one row for each network and hour,
with a count, and so is what a program does; each kind has its own bound. A failure is noted in the transaction that the
limit on sign-ins writes anyway, whether there is such an account or not, so that time does not tell which.

A portal in this process asks for the second step itself, and tells what becomes of it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.extensions import SignInResult, SignInWay
from sipsorcery_web.events.sink import EventSink, NoEvents
from sipsorcery_web.ip_addresses import caller_network

from .context import ServiceRequest
from .store.models import CustomerRow
from .store.sign_ins import DEVICE_LENGTH, SignInRow
from .telling import sign_in, tell

KEPT_FOR = timedelta(days=90)
MOST_FAILED = 400
MOST_OF_PROGRAMS = 300
MOST_OF_PAGES = 300
"""Rows of a customer: 1,000 of all kinds."""


@dataclass(frozen=True)
class SignInNote:
    """A sign-in to be noted: whose, from where, through which door and with what."""

    owner: str
    address: str
    way: SignInWay
    device: str
    events: EventSink = field(default=NoEvents(), compare=False)

    @classmethod
    def of(cls, call: ServiceRequest, owner: str, browser: str | None, program: str) -> "SignInNote":
        """Return the note of a call: a portal tells the browser, the endpoint the program."""
        if browser is not None:
            return cls.from_page(owner, call.address, browser, call.context.events)
        return cls(owner, call.address[:45], SignInWay.SOAP, program[:DEVICE_LENGTH], call.context.events)

    @classmethod
    def from_page(cls, owner: str, address: str, browser: str, events: EventSink) -> "SignInNote":
        """Return the note of a sign-in at a portal's page."""
        return cls(owner, address[:45], SignInWay.PAGE, browser[:DEVICE_LENGTH], events)

    def add(self, session: Session, result: SignInResult, now: datetime) -> None:
        """Note what became of it; nothing for an account that is none."""
        is_single = result is SignInResult.RIGHT and self.way is SignInWay.PAGE
        is_customers = not is_single and self._is_counted(session, result, now)
        if not is_customers:
            is_customers = self._insert(session, result, now)
            self._prune(session, result, now)
        if result is SignInResult.RIGHT:
            hers = CustomerRow.customer_username == self.owner
            session.execute(update(CustomerRow).where(hers).values(last_sign_in=now))
        # Of an account that is none too, so that it takes as long; but then it is nobody's.
        owners = frozenset({self.owner} if is_customers else ())
        tell(session, self.events, sign_in(owners, self.owner, result, self.way, self.address, now))

    def take_back(self, session: Session, result: SignInResult, noted_at: datetime) -> None:
        """Note once less what was noted of a sign-in before more became of it."""
        same = self._same(result, noted_at)
        session.execute(update(SignInRow).where(*same).values(times=SignInRow.times - 1))
        session.execute(delete(SignInRow).where(*same, SignInRow.times < 1))

    def _is_counted(self, session: Session, result: SignInResult, now: datetime) -> bool:
        again = {"times": SignInRow.times + 1, "at": now, "ip_address": self.address, "device": self.device}
        counted = update(SignInRow).where(*self._same(result, now)).values(again)
        return bool(getattr(session.execute(counted), "rowcount", 0))

    def _insert(self, session: Session, result: SignInResult, now: datetime) -> bool:
        """Return True where there is such a customer."""
        last = {"id": uuid4(), "at": now, "ip_address": self.address, "device": self.device, "times": 1}
        values: dict[str, Any] = self._identity(result, now) | last
        row = select(
            CustomerRow.customer_username,
            *(literal(value, getattr(SignInRow, name).type) for name, value in values.items()),
        ).where(CustomerRow.customer_username == self.owner)
        inserted = session.execute(insert(SignInRow).from_select(["owner", *values], row))
        return bool(getattr(inserted, "rowcount", 0))

    def _same(self, result: SignInResult, now: datetime) -> list[ColumnElement[bool]]:
        alike = self._identity(result, now) | {"owner": self.owner}
        return [getattr(SignInRow, name) == value for name, value in alike.items()]

    def _identity(self, result: SignInResult, now: datetime) -> dict[str, Any]:
        """Return what sign-ins have in common that are one row."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        network = caller_network(self.address)
        return {"hour": hour, "network": network, "way": str(self.way), "result": str(result)}

    def _prune(self, session: Session, result: SignInResult, now: datetime) -> None:
        session.execute(delete(SignInRow).where(SignInRow.at <= now - KEPT_FOR))
        of_kind, most = self._kind(result)
        newest = select(SignInRow.id).where(SignInRow.owner == self.owner, of_kind)
        surplus = newest.order_by(SignInRow.at.desc(), SignInRow.id).offset(most)
        session.execute(delete(SignInRow).where(SignInRow.id.in_(surplus)))

    def _kind(self, result: SignInResult) -> tuple[ColumnElement[bool], int]:
        is_right = SignInRow.result == str(SignInResult.RIGHT)
        if result is not SignInResult.RIGHT:
            return ~is_right, MOST_FAILED
        most = MOST_OF_PAGES if self.way is SignInWay.PAGE else MOST_OF_PROGRAMS
        return is_right & (SignInRow.way == str(self.way)), most
