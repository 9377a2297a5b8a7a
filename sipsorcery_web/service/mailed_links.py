"""Links that were mailed: random tokens, stored hashed, each good once and for its time alone.

A link holds for the address that it was sent to, and a new password ends those that were sent before.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.hashes import hash_secret

from .store.mailed_links import MailedLinkRow
from .store.models import CustomerRow

LIVES = {
    LinkPurpose.CONFIRMATION: timedelta(hours=24),
    LinkPurpose.ADDRESS_CHANGE: timedelta(hours=24),
    LinkPurpose.RESET: timedelta(minutes=30),
}
"""How long a link is good, by its purpose."""


class LinkNotFound(NotFound):
    """No such link, or it is over; which of the two is told to nobody."""

    def __init__(self) -> None:
        super().__init__("The link was not found.")


def new_link(session: Session, purpose: LinkPurpose, username: str, email_address: str, now: datetime) -> str:
    """Store a link of a customer and give its token; a changed address has one link, and the last one counts."""
    if purpose is LinkPurpose.ADDRESS_CHANGE:
        end_links(session, username, (purpose,))
    token = secrets.token_urlsafe(32)
    session.add(
        MailedLinkRow(
            token_hash=hash_secret(token),
            purpose=purpose,
            customer_username=username,
            email_address=email_address,
            ends_at=now + LIVES[purpose],
        )
    )
    return token


def find_link(session: Session, token: str | None, now: datetime) -> MailedLinkRow:
    """The link of a token, and of one that confirms also when it was used. LinkNotFound when there is none."""
    link = session.scalars(_holding(token, now)).one_or_none()
    if link is None:
        raise LinkNotFound
    return link


def use_link(session: Session, token: str | None, now: datetime) -> tuple[MailedLinkRow, CustomerRow]:
    """Use a link up, which nobody else can do then; with its customer. LinkNotFound where it is not good."""
    link = find_link(session, token, now)
    hers = CustomerRow.customer_username == link.customer_username
    customer = session.scalars(select(CustomerRow).where(hers).with_for_update()).one_or_none()
    unused = (MailedLinkRow.token_hash == link.token_hash, MailedLinkRow.used_at.is_(None))
    spent = session.execute(update(MailedLinkRow).where(*unused).values(used_at=now))
    if customer is None or getattr(spent, "rowcount", 0) != 1:
        raise LinkNotFound
    return link, customer


def waiting_change(session: Session, username: str, now: datetime) -> MailedLinkRow | None:
    """Return the link by which a customer's next e-mail address is to be confirmed; None where none waits."""
    waiting = (
        MailedLinkRow.customer_username == username,
        MailedLinkRow.purpose == LinkPurpose.ADDRESS_CHANGE,
        MailedLinkRow.used_at.is_(None),
        MailedLinkRow.ends_at > now,
    )
    newest = select(MailedLinkRow).where(*waiting).order_by(MailedLinkRow.ends_at.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def end_links(session: Session, username: str, purposes: Collection[LinkPurpose]) -> None:
    """End a customer's links for these purposes."""
    hers = MailedLinkRow.customer_username == username
    session.execute(delete(MailedLinkRow).where(hers, MailedLinkRow.purpose.in_(purposes)))


def end_links_of_password(session: Session, username: str) -> None:
    """End what was asked for before a customer's password was changed, perhaps by whoever knew the old one."""
    end_links(session, username, (LinkPurpose.RESET, LinkPurpose.ADDRESS_CHANGE))


def _holding(token: str | None, now: datetime) -> Select[MailedLinkRow]:
    """The link of a token, unless it is over or was sent to an address that is not the customer's any more."""
    is_change = MailedLinkRow.purpose == LinkPurpose.ADDRESS_CHANGE
    is_unused = MailedLinkRow.used_at.is_(None)
    return (
        select(MailedLinkRow)
        .join(CustomerRow, CustomerRow.customer_username == MailedLinkRow.customer_username)
        .where(
            MailedLinkRow.token_hash == hash_secret(token or ""),
            MailedLinkRow.ends_at > now,
            (CustomerRow.email_address == MailedLinkRow.email_address) | (is_change & is_unused),
            (MailedLinkRow.purpose != LinkPurpose.RESET) | is_unused,
        )
    )
