"""The set-up: as long as there is no administrator, a link that works once creates the first one."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import TOP_LEVEL, Customer
from sipsorcery_web.contract.xml_text import refuse_invalid_xml
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.hashes import hash_secret

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
        return secret

    def check(self, secret: str) -> None:
        """Raise NotFound unless the link could be used now."""
        with self.context.database.read() as session:
            self._check(session, secret)

    def create_administrator(self, secret: str, customer: Customer, address: str) -> None:
        """Use the link up and store the first administrator, in one transaction.

        NotFound when the link is over, Refused when a rule is broken; then the link stays good.
        """
        self.check(secret)
        refuse_invalid_xml([customer])
        wanted = tidied(customer)
        hashes = hashes_of(self.context, wanted)
        with translate_integrity_errors(), self.context.database.write() as session:
            advisory_lock(session, "new customers")
            self._check(session, secret)
            refuse_new(session, wanted)
            work = UnitOfWork(
                context=self.context, now=self.context.clock(), token=None, address=address, session=session
            )
            insert_customer(work, wanted, *hashes, admin_id=TOP_LEVEL)
            session.execute(delete(SetupLinkRow))

    def _check(self, session: Session, secret: str) -> None:
        link = session.get(SetupLinkRow, hash_secret(secret))
        if link is None or link.expires_at <= self.context.clock() or _has_administrator(session):
            raise NotFound(LINK_OVER)


def _has_administrator(session: Session) -> bool:
    return bool(session.scalars(select(exists().where(CustomerRow.admin_id == TOP_LEVEL))).one())
