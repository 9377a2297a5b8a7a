"""New customers (spec, sections 4.3, 4.8 and 9)."""

import secrets
import string
from uuid import uuid4

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Attempts, Conflict, Refused
from sipsorcery_web.contract.records import TOP_LEVEL, Customer
from sipsorcery_web.contract.rules import SIP_PASSWORD_LENGTHS, new_customer_violations, refuse
from sipsorcery_web.contract.rules.catalogue import (
    ADDRESS_TAKEN,
    INVITE_MISSING,
    INVITE_NEEDED,
    INVITE_USED,
    NAME_TAKEN,
    NEW_ACCOUNTS_CLOSED,
    RECORD_MISSING,
)
from sipsorcery_web.database.locks import advisory_lock

from .. import invites, stranger_limit
from ..account_mails import refuse_unmailable
from ..context import ServiceContext, ServiceRequest, UnitOfWork
from ..domains import default_domain
from ..store.models import CustomerRow, SIPAccountRow, SIPDialPlanRow
from ..store.rows import derive_ha1, set_secret
from .customers import OWN_FIELDS, audit_customer, tidied

DEFAULT_PLAN, EXTENSION_LINES = "default", "Asterisk"
DEFAULT_SCRIPT = """\
; Calls that your accounts make go through this plan. The first line that matches the number decides.
;
; To call telephone numbers, add a SIP provider with the name blueline, and take away the semicolon in front of the
; next line: numbers that begin with 0 or + go out through it then.
;exten =~ ^[0+],1,Dial(${EXTEN}@blueline)
;
; Everything else is the name of an account of this service.
exten =~ .,1,Dial(${EXTEN}@local)
"""
"""Extension lines, which run at once on every machine: Ruby has to be prepared first, and the original's first plan,
one Ruby line that logs, would end each call."""
NAME_TRIES = 10


def are_new_accounts_enabled(work: UnitOfWork) -> bool:
    """Return True when a new customer would be taken, given a valid code where one is needed."""
    return _is_open(work.session, work.context)


def check_invite_code(call: ServiceRequest, invite_code: str | None) -> str | None:
    """Return None for a code that can be used, else the sentence of the rule that it breaks.

    TooManyAttempts where this was asked too often from an address.
    """
    stranger_limit.note(call.context, Attempts.INVITE_CODE, call.address)
    with call.context.database.read() as session:
        broken = invites.broken_rule(session, invite_code, call.now)
    return broken.sentence if broken else None


def create_customer(call: ServiceRequest, customer: Customer | None) -> None:
    """Store a new customer with a dial plan and a first SIP account, all or nothing.

    Only what a person may say of themselves is taken from the record (weakness W1). Where there is mail, a link goes to
    the address, and the customer signs in once it is confirmed. TooManyAttempts where this was
    asked too often from an address, whatever became of it.
    """
    stranger_limit.note(call.context, Attempts.SIGN_UP, call.address)
    if customer is None:
        raise Refused(RECORD_MISSING, values={"noun": "customer"})
    wanted, mails = tidied(customer), call.context.mails
    with call.context.database.read() as session:
        _refuse_by_policy(session, call, wanted)
        refuse_new(session, wanted)
    if mails is not None:
        refuse_unmailable(wanted.email_address)
    hashes = hashes_of(call.context, wanted)
    with call.context.database.write() as session:
        advisory_lock(session, "new customers")
        _refuse_by_policy(session, call, wanted)
        refuse_new(session, wanted)
        label = _spend_invite(session, call, wanted) if _needs_invite(call.context) else None
        work = UnitOfWork(**vars(call), session=session)
        insert_customer(work, wanted, *hashes, is_confirmed=mails is None, label=label)
        if mails is not None:
            mails.ask_for_confirmation(session, wanted.customer_username or "", wanted.email_address or "")


def refuse_new(session: Session, customer: Customer) -> None:
    """Raise Conflict for a name or address that is taken, Refused for a broken rule (order of section 4.3)."""
    if _exists(session, CustomerRow.customer_username == customer.customer_username):
        raise Conflict(NAME_TAKEN)
    if _exists(session, CustomerRow.email_address == customer.email_address):
        raise Conflict(ADDRESS_TAKEN)
    refuse(new_customer_violations(customer))


def hashes_of(context: ServiceContext, customer: Customer) -> tuple[str, str]:
    """The hashes of the password and of the security answer."""
    answer = (customer.security_answer or "").strip().casefold()
    return context.passwords.hash(customer.customer_password or ""), context.passwords.hash(answer)


def insert_customer(
    work: UnitOfWork,
    customer: Customer,
    password_hash: str,
    answer_hash: str | None,
    admin_id: str | None = None,
    is_confirmed: bool = True,
    label: str | None = None,
) -> None:
    """Store the customer, the dial plan `default` and a SIP account with a random password.

    An address that `is_confirmed` needs no link: where there is no mail, or the operator has typed it.
    """
    row = CustomerRow(
        id=uuid4(),
        customer_username=customer.customer_username,
        password_hash=password_hash,
        security_answer_hash=answer_hash,
        admin_id=admin_id,
        admin_member_id=label,
        created_from_ip_address=work.address,
        email_address_confirmed=is_confirmed,
        inserted=work.now,
        **{name: getattr(customer, name) for name in OWN_FIELDS},
    )
    work.session.add(row)
    work.session.flush()
    work.session.add(_default_plan(work, row.customer_username))
    work.session.add(_first_account(work, row.customer_username))
    work.session.flush()
    audit_customer(work, row)


def random_sip_password() -> str:
    """Return 15 random letters and digits, 89 bits: what a SIP password may hold at most (section 7.2)."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(SIP_PASSWORD_LENGTHS[1]))


def _refuse_by_policy(session: Session, call: ServiceRequest, customer: Customer) -> None:
    if not _is_open(session, call.context):
        raise Refused(NEW_ACCOUNTS_CLOSED)
    if not _needs_invite(call.context):
        return
    if broken := invites.broken_rule(session, customer.invite_code, call.now):
        raise Refused(INVITE_NEEDED if broken is INVITE_MISSING else broken)


def _is_open(session: Session, context: ServiceContext) -> bool:
    """Return True when the policy takes new customers; without an administrator only if it was opened on purpose."""
    policy = context.new_accounts
    if policy.policy == "closed":
        return False
    if policy.policy == "limit":
        customers = select(func.count()).select_from(CustomerRow)
        if session.scalars(customers).one() >= policy.limit:
            return False
    return (policy.policy == "open" and policy.chosen) or _exists(session, CustomerRow.admin_id == TOP_LEVEL)


def _needs_invite(context: ServiceContext) -> bool:
    return context.new_accounts.policy == "invite"


def _spend_invite(session: Session, call: ServiceRequest, customer: Customer) -> str | None:
    """Use the customer's code up, and return the label that the customer becomes a member of by it."""
    if not invites.spend(session, customer.invite_code, customer.customer_username or "", call.now):
        raise Refused(INVITE_USED)
    return invites.label_of(session, customer.invite_code)


def _default_plan(work: UnitOfWork, owner: str) -> SIPDialPlanRow:
    return SIPDialPlanRow(
        id=uuid4(),
        owner=owner,
        dial_plan_name=DEFAULT_PLAN,
        dial_plan_script=DEFAULT_SCRIPT,
        script_type_description=EXTENSION_LINES,
        inserted=work.now,
        last_update=work.now,
    )


def _first_account(work: UnitOfWork, owner: str) -> SIPAccountRow:
    row = SIPAccountRow(
        id=uuid4(),
        owner=owner,
        sip_username=_free_name(work.session, owner),
        sip_domain=default_domain(work.session),
        out_dial_plan_name=DEFAULT_PLAN,
        inserted=work.now,
    )
    set_secret(row, "sip_password", random_sip_password(), work.context.keyring)
    derive_ha1(row, work.context.keyring)
    return row


def _free_name(session: Session, wanted: str) -> str:
    domain = default_domain(session)
    for suffix in ("", *(str(1000 + secrets.randbelow(9000)) for _ in range(NAME_TRIES))):
        taken = (SIPAccountRow.sip_username == wanted + suffix) & (SIPAccountRow.sip_domain == domain)
        if not _exists(session, taken):
            return wanted + suffix
    raise Conflict(NAME_TAKEN)


def _exists(session: Session, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalars(select(exists().where(condition))).one())
