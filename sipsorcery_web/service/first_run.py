"""The set-up: as long as there is no administrator, a link that works once creates the first one."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Attempts, NotFound
from sipsorcery_web.contract.extensions import OPERATOR, AuditEntry
from sipsorcery_web.contract.records import TOP_LEVEL, Customer
from sipsorcery_web.contract.xml_text import refuse_invalid_xml, refuse_more_lines
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.hashes import hash_secret

from . import stranger_limit
from .audit import recording
from .context import ServiceContext, UnitOfWork
from .operations.customers import tidied
from .operations.sign_up import hashes_of, insert_customer, refuse_new
from .store.integrity_errors import translate_integrity_errors
from .store.models import CustomerRow, SetupLinkRow

LIFE = timedelta(minutes=30)
LINK_OVER = "This set-up link is not valid. It may have been used, or it is older than 30 minutes."


@dataclass(frozen=True)
class FirstRun:
    """The set-up of one installation."""

    context: ServiceContext

    def is_open(self) -> bool:
        """Return True when there is no administrator yet."""
        with self.context.database.read() as session:
            return not _has_administrator(session)

    def new_secret(self) -> str:
        """A new secret for the link; the ones before it stop working."""
        secret = secrets.token_urlsafe(32)
        with self.context.database.write() as session:
            session.execute(delete(SetupLinkRow))
            session.add(SetupLinkRow(secret_hash=hash_secret(secret), expires_at=self.context.clock() + LIFE))
            self._record(self._work(session, recording.LOCALLY, "CreateSetupLink", OPERATOR))
        return secret

    def check(self, secret: str, address: str) -> None:
        """Raise NotFound unless the link could be used now, TooManyAttempts where too many were tried from an address.

        Only wrong links are counted, and only while there is no administrator.
        """
        with self.context.database.read() as session:
            is_open = not _has_administrator(session)
            is_good = is_open and self._is_good(session, secret)
        if is_open and not is_good:
            stranger_limit.note(self.context, Attempts.SETUP_LINK, address)
        if not is_good:
            raise NotFound(LINK_OVER)

    def create_administrator(self, secret: str, customer: Customer, address: str) -> None:
        """Use the link up and store the first administrator, in one transaction.

        NotFound when the link is over, Refused when a rule is broken; then the link stays good.
        """
        self.check(secret, address)
        refuse_invalid_xml([customer])
        refuse_more_lines({"customer": customer})
        wanted = tidied(customer)
        hashes = hashes_of(self.context, wanted)
        with translate_integrity_errors(), self.context.database.write() as session:
            advisory_lock(session, "new customers")
            if not self._is_good(session, secret):
                raise NotFound(LINK_OVER)
            refuse_new(session, wanted)
            insert_customer(self._work(session, address, "CreateCustomer"), wanted, *hashes, admin_id=TOP_LEVEL)
            session.execute(delete(SetupLinkRow))
            self._record(self._work(session, address, "UseSetupLink", wanted.customer_username or ""))

    def _work(self, session: Session, address: str, operation: str, actor: str = "") -> UnitOfWork:
        return UnitOfWork(
            context=self.context,
            now=self.context.clock(),
            token=None,
            address=address,
            operation=operation,
            actor=actor,
            session=session,
        )

    def _record(self, work: UnitOfWork) -> None:
        """Tell the audit what becomes of a link; it is the operator's, whoever uses it."""
        recording.record(work, AuditEntry(owner=OPERATOR, record_kind="set-up link"))

    def _is_good(self, session: Session, secret: str) -> bool:
        link = session.get(SetupLinkRow, hash_secret(secret))
        is_current = link is not None and link.expires_at > self.context.clock()
        return is_current and not _has_administrator(session)


def _has_administrator(session: Session) -> bool:
    return bool(session.scalars(select(exists().where(CustomerRow.admin_id == TOP_LEVEL))).one())
