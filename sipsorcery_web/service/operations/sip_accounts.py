"""SIP accounts (spec, sections 4.6 and 7.2)."""

from sqlalchemy import exists, select

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.rules import refuse, sip_account_violations
from sipsorcery_web.contract.rules.catalogue import FOREIGN_DOMAIN, SIP_ACCOUNT_LOCKED

from ..context import AuthedUnitOfWork
from ..store.models import SIPAccountRow, SIPDomainRow
from ..store.rows import derive_ha1, trimmed
from .domains import usable_by
from .owned_resources import OwnedResource


def _ready(work: AuthedUnitOfWork, account: SIPAccount, stored: SIPAccount) -> SIPAccount:
    account = trimmed(account)
    refuse(sip_account_violations(account))
    if account.sip_domain != stored.sip_domain:
        _refuse_foreign_domain(work, account)
    return account


def _refuse_foreign_domain(work: AuthedUnitOfWork, account: SIPAccount) -> None:
    known = select(exists().where(SIPDomainRow.domain == account.sip_domain, usable_by(work.caller)))
    if not work.session.scalars(known).one():
        raise Refused(FOREIGN_DOMAIN)


def _refuse_locked(work: AuthedUnitOfWork, row: SIPAccountRow) -> None:
    if row.is_admin_disabled and not work.caller.is_administrator:
        raise Refused(SIP_ACCOUNT_LOCKED)


SIP_ACCOUNTS = OwnedResource(
    record=SIPAccount,
    row=SIPAccountRow,
    prepare=_ready,
    reason_in="admin_disabled_reason",
    may_change=_refuse_locked,
    after_write=lambda work, row: derive_ha1(row, work.context.keyring),
)
