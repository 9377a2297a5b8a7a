"""A customer's own record (spec, sections 4.3 and 4.4)."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, exists, select

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused
from sipsorcery_web.contract.extensions import AuditEntry, CustomerAccount, LinkPurpose
from sipsorcery_web.contract.records import Customer
from sipsorcery_web.contract.rules import customer_password_violations, customer_violations, refuse
from sipsorcery_web.contract.rules.catalogue import (
    ADDRESS_TAKEN,
    OLD_PASSWORD_WRONG,
    OWNS_LOCKED_ACCOUNT,
    RECORD_MISSING,
)

from .. import sign_in_limit
from ..account_mails import refuse_unmailable
from ..administrators import refuse_last_administrator
from ..audit import recording, removing
from ..context import AuthedUnitOfWork, ServiceRequest, UnitOfWork
from ..mailed_links import end_links, end_links_of_password
from ..store.models import CustomerRow, SIPAccountRow
from ..store.rows import to_record
from ..telling import forget
from ..tokens import Caller, caller_of, end_sessions

C = TypeVar("C", Customer, CustomerAccount)

OWN_FIELDS = (
    "first_name",
    "last_name",
    "email_address",
    "security_question",
    "city",
    "country",
    "web_site",
    "time_zone",
)
ANSWER_STORED = "stored as a hash"


def get_customer(work: AuthedUnitOfWork, username: str | None) -> Customer:
    """The caller's own record; password and security answer are nil (weakness W4)."""
    _refuse_other(username, work.caller, "retrieve customer")
    return to_record(Customer, _row(work), work.context.keyring)


def update_customer(call: ServiceRequest, customer: Customer | None) -> None:
    """Change the caller's details; fields that were not given keep what is stored, and so does a nil answer.

    Where there is mail, another e-mail address counts once it is confirmed by a link, and the present one is told.
    """
    with call.context.database.read() as session:
        caller_of(session, call.token, call.now)  # before the slow hashing, which is not for strangers
    if customer is None:
        raise Refused(RECORD_MISSING, values={"noun": "customer"})
    answer = (customer.security_answer or "").strip()
    answer_hash = call.context.passwords.hash(answer.casefold()) if answer else None
    with call.context.database.write() as session:
        work = AuthedUnitOfWork(**vars(call), session=session, caller=caller_of(session, call.token, call.now))
        _refuse_other(customer.customer_username, work.caller, "update customer")
        row = _row(work)
        stored = to_record(Customer, row, work.context.keyring)
        wanted = tidied(customer.over(stored, OWN_FIELDS))
        stored_answer = ANSWER_STORED if row.security_answer_hash else None
        refuse(customer_violations(wanted.with_(security_answer=answer or stored_answer)))
        _refuse_taken_address(work, wanted)
        merged = _until_confirmed(work, row, wanted)
        for name in OWN_FIELDS:
            setattr(row, name, getattr(merged, name))
        row.security_answer_hash = answer_hash or row.security_answer_hash
        work.session.flush()
        changed = (
            recording.differing(stored, merged),
            "SecurityAnswer" if answer_hash else "",
            "RequestedEmailAddress" if merged.email_address != wanted.email_address else "",
        )
        audit_customer(work, row, " ".join(filter(None, changed)))


def update_customer_password(
    call: ServiceRequest, username: str | None, old_password: str | None, new_password: str | None
) -> None:
    """Change the caller's password and end the other sessions (weakness W8).

    Wrong old passwords count as failed sign-ins of this session alone. Refused when the old one is wrong or the new one
    breaks a rule.
    """
    database = call.context.database
    with database.read() as session:
        caller = caller_of(session, call.token, call.now)
        stored = session.scalars(select(CustomerRow.password_hash).where(_is(caller))).one()
    _refuse_other(username, caller, "update customer password")
    with sign_in_limit.attempt_in_session(call, caller.username) as attempt:
        attempt.account = caller.username
        attempt.has_succeeded = call.context.passwords.match(stored, old_password or "")
    if not attempt.has_succeeded:
        raise Refused(OLD_PASSWORD_WRONG)
    refuse(customer_password_violations(new_password, "new_password"))
    new_hash = call.context.passwords.hash(new_password or "")
    with database.write() as session:
        work = AuthedUnitOfWork(**vars(call), session=session, caller=caller_of(session, call.token, call.now))
        row = _row(work)
        row.password_hash = new_hash
        end_sessions(session, caller.username, but=call.token)
        end_links_of_password(session, caller.username)
        audit_customer(work, row, "CustomerPassword")


def delete_customer(work: AuthedUnitOfWork, customer_username: str | None) -> None:
    """Delete the caller and all that is the caller's, but for CDRs; every failure is told (quirk Q1)."""
    _refuse_other(customer_username, work.caller, "delete customer")
    if work.caller.is_administrator:
        refuse_last_administrator(work.session, work.caller.username)
    _refuse_escape(work)
    remove_customer(work, _row(work))


def remove_customer(work: UnitOfWork, row: CustomerRow) -> None:
    """Delete a customer and all that is the customer's, but for CDRs."""
    username, session = row.customer_username, work.session
    if work.context.forget_customer is not None:
        work.context.forget_customer(session, username)
    audit_customer(work, row)
    removing.remove_chain(session, work.context.keyring, username, row.id)
    session.execute(delete(CustomerRow).where(CustomerRow.customer_username == username))
    forget(session, work.context.events, username)


def tidied(customer: C, fields: Sequence[str] = OWN_FIELDS) -> C:
    """A customer as it is stored: no outer blanks (quirk Q10), name and e-mail address in lower case."""
    given = {name: getattr(customer, name) for name in (*fields, "customer_username")}
    texts = {name: text.strip() for name, text in given.items() if text is not None}
    lowered = {name: texts[name].lower() for name in ("email_address", "customer_username") if name in texts}
    return customer.with_(**(texts | lowered))


def audit_customer(work: UnitOfWork, row: CustomerRow, changed: str = "", reason: str | None = None) -> None:
    """Note a change of a customer's own record; who has made it is told where there is no caller."""
    entry = AuditEntry(
        owner=row.customer_username,
        record_kind="customer",
        record_id=row.id,
        record_name=row.customer_username,
        changed=changed or None,
        reason=reason,
    )
    recording.record(work, entry)


def _is(caller: Caller) -> ColumnElement[bool]:
    return CustomerRow.customer_username == caller.username


def _row(work: AuthedUnitOfWork) -> CustomerRow:
    return work.session.scalars(select(CustomerRow).where(_is(work.caller))).one()


def _refuse_other(username: str | None, caller: Caller, verb: str) -> None:
    """One answer for a name that does not exist and for somebody else's."""
    if username != caller.username:
        raise NotFound(f"You are not authorised to {verb} for username {username or ''}.")


def _refuse_taken_address(work: AuthedUnitOfWork, customer: Customer) -> None:
    same_address = CustomerRow.email_address == customer.email_address
    taken = select(exists().where(same_address, CustomerRow.customer_username != work.caller.username))
    if work.session.scalars(taken).one():
        raise Conflict(ADDRESS_TAKEN)


def _until_confirmed(work: AuthedUnitOfWork, row: CustomerRow, wanted: Customer) -> Customer:
    """Return the record with the present e-mail address, and ask the new one to confirm, where there is mail.

    Without mail it holds at once, and one that was asked for while there was mail is confirmed no more.
    """
    mails, new_address = work.context.mails, wanted.email_address or ""
    if new_address == row.email_address:
        return wanted
    if mails is None:
        end_links(work.session, row.customer_username, (LinkPurpose.ADDRESS_CHANGE,))
        return wanted
    refuse_unmailable(new_address)
    mails.ask_for_change(work.session, row, new_address)
    return wanted.with_(email_address=row.email_address)


def _refuse_escape(work: AuthedUnitOfWork) -> None:
    """Refuse to delete a customer with SIP accounts that an administrator has disabled."""
    locked = select(exists().where(SIPAccountRow.owner == work.caller.username, SIPAccountRow.is_admin_disabled))
    if work.session.scalars(locked).one():
        raise Refused(OWNS_LOCKED_ACCOUNT)
