"""The commands of the service's operator: customers and invite codes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import TOP_LEVEL, Customer
from sipsorcery_web.contract.rules import customer_password_violations, refuse
from sipsorcery_web.contract.xml_text import refuse_invalid_xml

from . import invites
from .context import ServiceContext, UnitOfWork
from .operations.customers import tidied
from .operations.sign_up import hashes_of, insert_customer, refuse_new
from .store.integrity_errors import translate_integrity_errors
from .store.models import CustomerRow
from .store.rows import to_record
from .tokens import end_sessions

LOCALLY = "operator"


class Operators:
    """The operator's verbs; every failure is a ProvisioningError."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context

    def customers(self) -> list[Customer]:
        """All customers by name."""
        with self._context.database.read() as session:
            rows = session.scalars(select(CustomerRow).order_by(CustomerRow.customer_username))
            return [to_record(Customer, row, self._context.keyring) for row in rows]

    def create_customer(self, customer: Customer, administrator: bool) -> None:
        """Store a customer whatever the policy on new accounts says; the rules of the record hold."""
        refuse_invalid_xml([customer])
        wanted = tidied(customer)
        hashes = hashes_of(self._context, wanted)
        with translate_integrity_errors(), self._context.database.write() as session:
            refuse_new(session, wanted)
            work = UnitOfWork(
                context=self._context, now=self._context.clock(), token=None, address=LOCALLY, session=session
            )
            insert_customer(work, wanted, *hashes, admin_id=TOP_LEVEL if administrator else None)

    def suspend(self, username: str, reason: str | None) -> None:
        """Refuse a customer's sign-ins and end the sessions."""
        with self._changing(username) as (session, row):
            row.suspended, row.suspended_reason = True, reason
            end_sessions(session, row.customer_username)

    def resume(self, username: str) -> None:
        """Let a suspended customer sign in again."""
        with self._changing(username) as (_, row):
            row.suspended, row.suspended_reason = False, None

    def set_password(self, username: str, password: str) -> None:
        """Give a customer a new password and end the sessions."""
        refuse(customer_password_violations(password, "customer_password"))
        password_hash = self._context.passwords.hash(password)
        with self._changing(username) as (session, row):
            row.password_hash = password_hash
            end_sessions(session, row.customer_username)

    def make_invites(self, count: int) -> list[str]:
        """Return new invite codes; they are shown only now."""
        with self._context.database.write() as session:
            return [invites.make_code(session, self._context.clock()) for _ in range(count)]

    @contextmanager
    def _changing(self, username: str) -> Iterator[tuple[Session, CustomerRow]]:
        named = CustomerRow.customer_username == username.strip().lower()
        with self._context.database.write() as session:
            row = session.scalars(select(CustomerRow).where(named)).one_or_none()
            if row is None:
                raise NotFound(f"There is no customer {username!r}.")
            yield session, row
