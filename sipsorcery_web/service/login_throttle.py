"""The limit on failed sign-ins, for pages and SOAP alike: 5 an account and address, 20 an address, in 15 minutes."""

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select

from sipsorcery_web.contract.errors import TooManyAttempts
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.locks import advisory_lock
from sipsorcery_web.ip_addresses import customer_network, read_address

from .store.models import FailedSignInRow

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 20


def begin_attempt(database: Database, account: str, address: str, now: datetime) -> None:
    """Note an attempt before its password is looked at, so that many at once cannot slip through.

    TooManyAttempts when the account from this address, or the address, has failed too often; that call is not counted.
    """
    network, account_hash = _network(address), _account_hash(account)
    here = FailedSignInRow.address == network
    with database.write() as session:
        advisory_lock(session, f"sign-ins from {network}")
        session.execute(delete(FailedSignInRow).where(FailedSignInRow.at <= now - WINDOW))
        for limit, condition in ((PER_ACCOUNT, FailedSignInRow.account_hash == account_hash), (PER_ADDRESS, here)):
            query = select(func.count(), func.min(FailedSignInRow.at)).where(here, condition)
            failures, oldest = session.execute(query).one()
            if failures >= limit:
                raise TooManyAttempts(_seconds_until(oldest + WINDOW, now))
        session.add(FailedSignInRow(id=uuid4(), address=network, account_hash=account_hash, at=now))


def forget_failures(database: Database, account: str, address: str) -> None:
    """The account's owner is there: what failed for it from this address no longer counts."""
    own = (FailedSignInRow.address == _network(address), FailedSignInRow.account_hash == _account_hash(account))
    with database.write() as session:
        session.execute(delete(FailedSignInRow).where(*own))


def _account_hash(account: str) -> str:
    return hashlib.sha256(account.strip().lower().encode()).hexdigest()


def _network(address: str) -> str:
    parsed = read_address(address)
    return customer_network(parsed) if parsed else address[:45]


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, round((moment - now).total_seconds()))
