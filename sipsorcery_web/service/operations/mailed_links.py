"""Links in mails, and how they are used: for a new password, and to confirm an address (extensions)."""

from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Attempts, Refused
from sipsorcery_web.contract.extensions import LinkPurpose, MailedLink
from sipsorcery_web.contract.rules import customer_password_violations, email_address_violations, refuse
from sipsorcery_web.contract.rules.catalogue import NO_MAILED_LINKS

from .. import stranger_limit
from ..account_mails import AccountMail, Matter, refuse_unmailable
from ..context import ServiceContext, ServiceRequest, UnitOfWork
from ..mailed_links import LinkNotFound, end_links_of_password, find_link, use_link
from ..store.models import CustomerRow
from ..tokens import end_sessions
from .customers import audit_customer


def request_password_reset(call: ServiceRequest, email_address: str | None) -> None:
    """Ask for a mail with a link for a new password. What is done here is the same whether somebody has the address.

    TooManyAttempts where this was asked too often from an address, Refused where there is no mail.
    """
    stranger_limit.note(call.context, Attempts.PASSWORD_RESET, call.address)
    mails = call.context.mails
    if mails is None:
        raise Refused(NO_MAILED_LINKS)
    address = (email_address or "").strip().lower()
    refuse(email_address_violations(address))
    refuse_unmailable(address)
    with call.context.database.write() as session:
        mails.ask_for_reset(session, address)


def get_mailed_link(call: ServiceRequest, token: str | None) -> MailedLink:
    """The link of a token; of one that confirms, whether it was used.

    LinkNotFound when there is none or it is over; TooManyAttempts after too many of those from an address.
    """
    try:
        with call.context.database.read() as session:
            link = find_link(session, token, call.now)
            return MailedLink(
                customer_username=link.customer_username,
                email_address=link.email_address,
                ends=link.ends_at,
                is_used=link.used_at is not None,
                purpose=link.purpose,
            )
    except LinkNotFound:
        stranger_limit.note(call.context, Attempts.MAILED_LINK, call.address)
        raise


def reset_password(call: ServiceRequest, token: str | None, new_password: str | None) -> None:
    """Set the password of a link's customer, and end the sessions and all that was mailed before.

    The mail has reached its address, which is confirmed with that. Errors as for `get_mailed_link`; Refused for a
    password that breaks a rule, and then the link stays good.
    """
    if get_mailed_link(call, token).purpose != LinkPurpose.RESET:
        raise LinkNotFound
    refuse(customer_password_violations(new_password, "new_password"))
    new_hash = call.context.passwords.hash(new_password or "")
    with call.context.database.write() as session:
        _, customer = use_link(session, token, call.now)
        customer.password_hash = new_hash
        customer.email_address_confirmed = True
        end_sessions(session, customer.customer_username)
        end_links_of_password(session, customer.customer_username)
        session.flush()
        audit_customer(UnitOfWork(**vars(call), session=session), customer, "CustomerPassword EmailAddressConfirmed")


def confirm_email_address(call: ServiceRequest, token: str | None) -> None:
    """Confirm the address that a link was sent to, which a customer who asked for a new one has from then on.

    Nothing happens where that was done already. Errors as for `get_mailed_link`; Conflict where somebody else has the
    address by now.
    """
    found = get_mailed_link(call, token)
    if found.purpose == LinkPurpose.RESET:
        raise LinkNotFound
    if found.is_used:
        return
    with call.context.database.write() as session:
        link, customer = use_link(session, token, call.now)
        if customer.email_address != link.email_address:
            change_address(call.context, session, customer, link.email_address)
        customer.email_address_confirmed = True
        session.flush()
        audit_customer(UnitOfWork(**vars(call), session=session), customer, "EmailAddress EmailAddressConfirmed")


def change_address(context: ServiceContext, session: Session, customer: CustomerRow, new_address: str) -> None:
    """Give a customer another address, and tell the one before."""
    before, customer.email_address = customer.email_address, new_address
    session.flush()  # an address that is taken is refused now
    if context.mails is not None:
        notice = AccountMail(
            matter=Matter.CHANGED, to=before, username=customer.customer_username, new_address=new_address
        )
        context.mails.ask(session, notice, a_day=0)
