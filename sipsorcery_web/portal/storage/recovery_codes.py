"""Recovery codes by their hashes: each stands in once for a second factor that is lost."""

from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select

from sipsorcery_web.database.connection import Database
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.models import RecoveryCode
from sipsorcery_web.portal.storage.sessions import sql_errors


class RecoveryCodes:
    """Codes in the table `recovery_codes`. Every method raises StorageUnavailable when it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, username: str, codes: Iterable[str]) -> None:
        """Keep codes in place of all that the user had before."""
        rows = [{"code_hash": _hash_of(username, code), "username": username} for code in codes]
        with sql_errors(), self._database.write() as session:
            session.execute(delete(RecoveryCode).where(RecoveryCode.username == username))
            session.execute(insert(RecoveryCode), rows)

    def use(self, username: str, code: str) -> bool:
        """Return whether this is a code of the user that was not used before; from now on it is."""
        this = (RecoveryCode.code_hash == _hash_of(username, code), RecoveryCode.username == username)
        with sql_errors(), self._database.write() as session:
            return session.scalar(delete(RecoveryCode).where(*this).returning(RecoveryCode.code_hash)) is not None

    def count(self, username: str) -> int:
        """Return how many of a user's codes are left."""
        with sql_errors(), self._database.read() as session:
            return int(session.scalar(select(func.count()).where(RecoveryCode.username == username)) or 0)

    def remove(self, username: str) -> None:
        """Forget a user's codes."""
        with sql_errors(), self._database.write() as session:
            session.execute(delete(RecoveryCode).where(RecoveryCode.username == username))


def _hash_of(username: str, code: str) -> str:
    return hash_secret(f"recovery code of {username}: {code}")
