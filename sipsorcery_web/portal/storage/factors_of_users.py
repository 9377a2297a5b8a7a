"""All that is kept of users' second factors, by the user's name: what goes when a user does, or has lost it."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sipsorcery_web.database.connection import Database
from sipsorcery_web.portal.storage.models import HalfSignIn, RecoveryCode, StoredPasskey, TotpSecret
from sipsorcery_web.portal.storage.sessions import sql_errors

TABLES = (TotpSecret, StoredPasskey, RecoveryCode, HalfSignIn)
"""Each has a column `username`."""


def forget_factors(session: Session, username: str) -> None:
    """Delete all of a user's second factors, with the recovery codes and the sign-ins that wait for them."""
    for table in TABLES:
        session.execute(delete(table).where(table.username == username))


class FactorsOfUsers:
    """The same for callers without a transaction of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self, username: str) -> None:
        """See `forget_factors`. Raises StorageUnavailable."""
        with sql_errors(), self._database.write() as session:
            forget_factors(session, username)
