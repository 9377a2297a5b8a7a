"""A customer's next e-mail address, which waits to be confirmed: seen, mailed anew and withdrawn (extensions).

It is asked for by UpdateCustomer. Without mail none waits.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.extensions import EmailAddressChange, LinkPurpose
from sipsorcery_web.contract.rules.catalogue import MAIL_JUST_SENT

from ..account_mails import AccountMails
from ..context import AuthedUnitOfWork
from ..mailed_links import LIVES, end_links, waiting_change
from ..store.mailed_links import MailedLinkRow
from ..store.models import CustomerRow
from .customers import audit_customer

PAUSE = timedelta(minutes=20)
"""Between two mails, which come late at times."""


def get_email_address_change(work: AuthedUnitOfWork) -> EmailAddressChange | None:
    """The address of the caller's that waits; None where none does."""
    mails = work.context.mails
    link = waiting_change(work.session, work.caller.username, work.now) if mails else None
    if link is None or mails is None:
        return None
    next_mail = max(_next_mail(link), mails.next_change(work.session, work.caller.username))
    return EmailAddressChange(email_address=link.email_address, ends=link.ends_at, next_mail=next_mail)


def update_email_address_change(work: AuthedUnitOfWork) -> None:
    """Mail the link anew, for another 24 hours, and end the one before.

    NotFound where no address waits; Refused within 20 minutes of the last mail, and for too many in an hour or a day.
    """
    customer = _customer(work)
    link, mails = _waiting(work)
    if work.now < _next_mail(link):
        raise Refused(MAIL_JUST_SENT)
    mails.ask_for_changing_link(work.session, customer.customer_username, link.email_address)
    audit_customer(work, customer)


def delete_email_address_change(work: AuthedUnitOfWork) -> None:
    """Withdraw the address that waits: its link is over, and the present address stays. NotFound where none waits."""
    customer = _customer(work)
    _waiting(work)
    end_links(work.session, customer.customer_username, (LinkPurpose.ADDRESS_CHANGE,))
    audit_customer(work, customer)


def _waiting(work: AuthedUnitOfWork) -> tuple[MailedLinkRow, AccountMails]:
    mails = work.context.mails
    link = waiting_change(work.session, work.caller.username, work.now) if mails else None
    if link is None or mails is None:
        raise NotFound("The change of the e-mail address was not found.")
    return link, mails


def _next_mail(link: MailedLinkRow) -> datetime:
    return link.ends_at - LIVES[LinkPurpose.ADDRESS_CHANGE] + PAUSE


def _customer(work: AuthedUnitOfWork) -> CustomerRow:
    """Return the caller's row, locked as whoever opens the link locks it: of those who come at once one is late."""
    hers = CustomerRow.customer_username == work.caller.username
    return work.session.scalars(select(CustomerRow).where(hers).with_for_update()).one()
