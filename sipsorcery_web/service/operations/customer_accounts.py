"""Customers in the hands of administrators (extensions), and the changes that the operator's commands make as well.

An administrator of all looks after all customers, one of a label after its members that are no administrators. The
others are not found, as those that do not exist.
"""

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused
from sipsorcery_web.contract.extensions import CustomerAccount
from sipsorcery_web.contract.filters import Where
from sipsorcery_web.contract.records import TOP_LEVEL
from sipsorcery_web.contract.rules import customer_password_violations, refuse
from sipsorcery_web.contract.rules.catalogue import (
    ADDRESS_TAKEN,
    ADMINISTRATORS_ONLY,
    OWN_ACCOUNT,
    RECORD_MISSING,
)
from sipsorcery_web.contract.rules.customer_accounts import (
    DETAILS,
    customer_account_violations,
    reason_violations,
)

from ..account_mails import refuse_unmailable
from ..administrators import refuse_last_administrator
from ..audit import recording
from ..context import AuthedUnitOfWork, ServiceRequest, UnitOfWork
from ..hanging_up import hang_up_calls
from ..mailed_links import end_links_of_password
from ..store.customer_accounts import CUSTOMERS, MEMBERS, administers_nobody
from ..store.lists import Listing
from ..store.models import CustomerRow
from ..store.reading import StoredPage
from ..store.rows import to_record
from ..tokens import Caller, caller_of, end_sessions
from .customers import audit_customer, remove_customer, tidied
from .mailed_links import change_address


def get_customers(
    work: AuthedUnitOfWork, where_expression: Where, offset: int, count: int, from_end: bool = False
) -> StoredPage[CustomerAccount]:
    """A page of the customers whom the caller looks after, by name. Refused for who is no administrator."""
    return _listing(work).page(work.session, work.caller.scope, where_expression, offset, count, None, from_end)


def get_customers_count(work: AuthedUnitOfWork, where_expression: Where, at_most: int | None = None) -> int:
    """The number of these customers. Refused as for their list."""
    return _listing(work).count(work.session, work.caller.scope, where_expression, at_most)


def update_customer_details(work: AuthedUnitOfWork, customer: CustomerAccount | None) -> CustomerAccount:
    """Change a customer's details, and answer the record as stored; fields that were not given stay.

    Another e-mail address holds at once, and the one before is told. Conflict where somebody has it.
    """
    if customer is None:
        raise Refused(RECORD_MISSING, values={"noun": "customer"})
    row = _theirs(work, customer.customer_username)
    before = to_record(CustomerAccount, row, work.context.keyring)
    wanted = tidied(customer.over(before, DETAILS), DETAILS)
    refuse(customer_account_violations(wanted))
    for name in DETAILS:
        if name != "email_address":
            setattr(row, name, getattr(wanted, name))
    if wanted.email_address != before.email_address:
        _give_address(work, row, wanted.email_address or "")
    work.session.flush()
    audit_customer(work, row, recording.differing(before, wanted))
    return to_record(CustomerAccount, row, work.context.keyring)


def suspend_customer(work: AuthedUnitOfWork, customer_username: str | None, reason: str | None) -> None:
    """Shut a customer out, with what goes on under the name; the reason is kept with the customer."""
    suspend(work, _theirs(work, customer_username), reason)


def resume_customer(work: AuthedUnitOfWork, customer_username: str | None) -> None:
    """Let a suspended customer sign in again."""
    resume(work, _theirs(work, customer_username))


def reset_customer_password(call: ServiceRequest, customer_username: str | None, new_password: str | None) -> None:
    """Give a customer a new password, which ends the sessions. Refused for one that breaks a rule."""
    with call.context.database.read() as session:
        _theirs(_work(call, session), customer_username)  # before the slow hashing
    refuse(customer_password_violations(new_password, "new_password"))
    new_hash = call.context.passwords.hash(new_password or "")
    with call.context.database.write() as session:
        work = _work(call, session)
        set_password(work, _theirs(work, customer_username), new_hash)


def delete_customer_account(work: AuthedUnitOfWork, customer_username: str | None) -> None:
    """Delete a customer with all that is the customer's, but for call records."""
    remove(work, _theirs(work, customer_username))


def suspend(work: UnitOfWork, row: CustomerRow, reason: str | None) -> None:
    """Refuse a customer's sign-ins, end the sessions, and with a SIP engine registrations and calls.

    The customer's webhooks are told nothing more. Refused for the only administrator who may sign in.
    """
    refuse(reason_violations(reason))
    if row.admin_id == TOP_LEVEL:
        refuse_last_administrator(work.session, row.customer_username)
    row.suspended, row.suspended_reason = True, reason or None
    end_sessions(work.session, row.customer_username)
    work.context.outbox.give_up(work.session, row.customer_username)
    hang_up_calls(work, row.customer_username)
    work.session.flush()
    audit_customer(work, row, "Suspended SuspendedReason", reason)


def resume(work: UnitOfWork, row: CustomerRow) -> None:
    """Let a customer sign in again."""
    row.suspended, row.suspended_reason = False, None
    work.session.flush()
    audit_customer(work, row, "Suspended SuspendedReason")


def set_password(work: UnitOfWork, row: CustomerRow, password_hash: str) -> None:
    """Store a customer's new password, and end the sessions and what was mailed before."""
    row.password_hash = password_hash
    end_sessions(work.session, row.customer_username)
    end_links_of_password(work.session, row.customer_username)
    work.session.flush()
    audit_customer(work, row, "CustomerPassword")


def remove(work: UnitOfWork, row: CustomerRow) -> None:
    """Delete a customer, and hang up the calls. Refused for the only administrator who may sign in."""
    if row.admin_id == TOP_LEVEL:
        refuse_last_administrator(work.session, row.customer_username)
    hang_up_calls(work, row.customer_username)
    remove_customer(work, row)


def _listing(work: AuthedUnitOfWork) -> Listing[CustomerAccount]:
    refuse_customer(work)
    return CUSTOMERS if work.caller.is_administrator else MEMBERS


def _theirs(work: AuthedUnitOfWork, username: str | None) -> CustomerRow:
    """Return a customer whom the caller looks after. NotFound for another, Refused for the caller's own account."""
    refuse_customer(work)
    named = CustomerRow.customer_username == (username or "").strip().lower()
    row = work.session.scalars(select(CustomerRow).where(named, _looked_after(work.caller))).one_or_none()
    if row is None:
        raise NotFound("The customer was not found.")
    if row.customer_username == work.caller.username:
        raise Refused(OWN_ACCOUNT)
    return row


def refuse_customer(work: AuthedUnitOfWork) -> None:
    """Refuse whoever is no administrator, of all or of a label."""
    if not work.caller.admin_id:
        raise Refused(ADMINISTRATORS_ONLY, values={"operation": work.operation})


def _looked_after(caller: Caller) -> ColumnElement[bool]:
    if caller.is_administrator:
        return true()
    return (CustomerRow.admin_member_id == caller.admin_id) & administers_nobody(CustomerRow)


def _work(call: ServiceRequest, session: Session) -> AuthedUnitOfWork:
    return AuthedUnitOfWork(**vars(call), session=session, caller=caller_of(session, call.token, call.now))


def _give_address(work: UnitOfWork, row: CustomerRow, new_address: str) -> None:
    """Give a customer another address, which needs no link: an administrator has typed it."""
    others = exists().where(CustomerRow.email_address == new_address)
    if work.session.scalars(select(others)).one():
        raise Conflict(ADDRESS_TAKEN)
    if work.context.mails is not None:
        refuse_unmailable(new_address)
    end_links_of_password(work.session, row.customer_username)
    change_address(work.context, work.session, row, new_address)
    row.email_address_confirmed = True
