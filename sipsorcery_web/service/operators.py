"""The commands of the service's operator: customers, their tokens for programs, and invite codes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import OPERATOR, AccessToken, AuditEntry
from sipsorcery_web.contract.records import TOP_LEVEL, Customer
from sipsorcery_web.contract.rules import customer_password_violations, refuse
from sipsorcery_web.contract.xml_text import refuse_invalid_xml, refuse_more_lines

from . import invites
from .audit import recording
from .context import ServiceContext, UnitOfWork
from .operations.access_tokens import record_of
from .operations.customer_accounts import remove, resume, set_password, suspend
from .operations.customers import audit_customer, tidied
from .operations.sign_up import hashes_of, insert_customer, refuse_new
from .store.access_tokens import MADE_BY_HAND, AccessTokenRow
from .store.integrity_errors import translate_integrity_errors
from .store.models import CustomerRow
from .store.oauth import ConsentRow
from .store.rows import to_record


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
        refuse_more_lines({"customer": customer})
        wanted = tidied(customer)
        hashes = hashes_of(self._context, wanted)
        with translate_integrity_errors(), self._context.database.write() as session:
            refuse_new(session, wanted)
            work = self._work(session, "CreateCustomer")
            insert_customer(work, wanted, *hashes, admin_id=TOP_LEVEL if administrator else None)

    def suspend(self, username: str, reason: str | None) -> None:
        """Refuse a customer's sign-ins, and end sessions, registrations and calls.

        Refused for the only administrator who may sign in.
        """
        with self._of(username, "SuspendCustomer") as (work, row):
            suspend(work, row, reason)

    def resume(self, username: str) -> None:
        """Let a suspended customer sign in again."""
        with self._of(username, "ResumeCustomer") as (work, row):
            resume(work, row)

    def set_password(self, username: str, password: str) -> None:
        """Give a customer a new password and end the sessions."""
        refuse(customer_password_violations(password, "customer_password"))
        password_hash = self._context.passwords.hash(password)
        with self._of(username, "UpdateCustomerPassword") as (work, row):
            set_password(work, row, password_hash)

    def delete(self, username: str) -> None:
        """Delete a customer and all that is the customer's, but for call records. Errors as for `suspend`."""
        with self._of(username, "DeleteCustomer") as (work, row):
            remove(work, row)

    def confirm(self, username: str) -> None:
        """Count a customer's e-mail address as confirmed, as its link would."""
        with self._changing(username, "ConfirmEmailAddress", "EmailAddressConfirmed") as (_, row):
            row.email_address_confirmed = True

    def access_tokens(self, username: str) -> list[AccessToken]:
        """A customer's tokens for programs by name, those that are over too, without what opens the service."""
        with self._context.database.read() as session:
            hers = AccessTokenRow.owner == _customer(session, username).customer_username
            rows = session.scalars(select(AccessTokenRow).where(hers, MADE_BY_HAND).order_by(AccessTokenRow.name))
            return [record_of(row) for row in rows]

    def end_access_tokens(self, username: str, name: str | None) -> int:
        """End a customer's token of this name, or all of them where none is named, and return how many there were.

        All of them are those of OAuth too: no program acts for the customer any more.
        """
        with self._changing(username, "DeleteAccessTokens", "") as (session, row):
            ended = delete(AccessTokenRow).where(AccessTokenRow.owner == row.customer_username, MADE_BY_HAND)
            if name is not None:
                ended = ended.where(AccessTokenRow.name == name)
            count = len(session.scalars(ended.returning(AccessTokenRow.id)).all())
            if name is None:
                consents = delete(ConsentRow).where(ConsentRow.owner == row.customer_username)
                count += len(session.scalars(consents.returning(ConsentRow.id)).all())
            if name is not None and not count:
                raise NotFound(f"{row.customer_username} has no token {name!r}.")
            return count

    def remove_second_factor(self, username: str) -> None:
        """Let the password alone open sessions again; the factor itself is the portal's to remove."""
        with self._changing(username, "RemoveSecondFactor", "") as (_, row):
            row.has_second_factor = False

    def make_invites(self, count: int) -> list[str]:
        """Return new invite codes; they are shown only now."""
        with self._context.database.write() as session:
            made = [invites.make_code(session, self._context.clock()) for _ in range(count)]
            entry = AuditEntry(owner=OPERATOR, record_kind="invite codes", record_name=str(count))
            recording.record(self._work(session, "CreateInviteCodes"), entry)
            return made

    @contextmanager
    def _changing(self, username: str, operation: str, changed: str) -> Iterator[tuple[Session, CustomerRow]]:
        """Yield a customer to be changed; the audit is told of it."""
        with self._of(username, operation) as (work, row):
            yield work.session, row
            work.session.flush()
            audit_customer(work, row, changed)

    @contextmanager
    def _of(self, username: str, operation: str) -> Iterator[tuple[UnitOfWork, CustomerRow]]:
        """Yield a customer with the operator's unit of work."""
        with self._context.database.write() as session:
            yield self._work(session, operation), _customer(session, username)

    def _work(self, session: Session, operation: str) -> UnitOfWork:
        return UnitOfWork(
            context=self._context,
            now=self._context.clock(),
            token=None,
            address=recording.LOCALLY,
            operation=operation,
            actor=OPERATOR,
            session=session,
        )


def _customer(session: Session, username: str) -> CustomerRow:
    named = CustomerRow.customer_username == username.strip().lower()
    row = session.scalars(select(CustomerRow).where(named)).one_or_none()
    if row is None:
        raise NotFound(f"There is no customer {username!r}.")
    return row
