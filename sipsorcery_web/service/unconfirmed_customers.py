"""Customers whose address nobody has confirmed in time, and links that are over."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from sipsorcery_web.contract.extensions import LinkPurpose

from .audit.removing import remove_chain
from .context import ServiceContext
from .store.mailed_links import MailedLinkRow
from .store.models import CustomerRow
from .telling import forget


@dataclass(frozen=True)
class UnconfirmedCustomers:
    """The customers who were mailed a link when they signed up, and have not opened it."""

    context: ServiceContext

    def delete(self) -> None:
        """Delete those whose link is over, so that name and address are free again; and then such links."""
        is_over = MailedLinkRow.ends_at <= self.context.clock()
        confirms = MailedLinkRow.purpose == LinkPurpose.CONFIRMATION
        asked = select(MailedLinkRow.customer_username).where(is_over, confirms)
        with self.context.database.write() as session:
            late = (CustomerRow.email_address_confirmed.is_(False), CustomerRow.customer_username.in_(asked))
            gone = delete(CustomerRow).where(*late).returning(CustomerRow.customer_username, CustomerRow.id)
            for username, chain in session.execute(gone).all():
                remove_chain(session, self.context.keyring, username, chain)
                forget(session, self.context.events, username)
            session.execute(delete(MailedLinkRow).where(is_over))
