"""The secrets of authenticator apps, one for each user who has set one up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, update

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.portal.storage.models import TotpSecret
from sipsorcery_web.portal.storage.sessions import sql_errors


@dataclass(frozen=True)
class StoredTotp:
    """A stored secret; empty where it cannot be read, which no code fits."""

    secret: str = field(repr=False)
    added_at: datetime
    wrong_in_a_row: int


class TotpSecrets:
    """Secrets in the table `totp_secrets`. Every method raises StorageUnavailable when it does not answer."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def of(self, username: str) -> StoredTotp | None:
        """Return what is stored for a user; None where nothing is."""
        with sql_errors(), self._database.read() as session:
            row = session.get(TotpSecret, username)
            return None if row is None else StoredTotp(self._opened(row), row.added_at, row.wrong_in_a_row)

    def put(self, username: str, secret: str, step: int) -> None:
        """Keep a secret in place of the one before; the code of `step` has been used for that."""
        sealed = self._keyring.seal(secret, place_of(TotpSecret.sealed, username))
        values = {"username": username, "sealed": sealed, "added_at": self._clock(), "last_step": step}
        with sql_errors(), self._database.write() as session:
            session.execute(delete(TotpSecret).where(TotpSecret.username == username))
            session.execute(insert(TotpSecret).values(**values, wrong_in_a_row=0))

    def use(self, username: str, step: int) -> bool:
        """Note that the code of a step was taken. False where that one was taken before, or a later one."""
        is_new = (TotpSecret.username == username, TotpSecret.last_step < step)
        with sql_errors(), self._database.write() as session:
            used = update(TotpSecret).where(*is_new).values(last_step=step, wrong_in_a_row=0)
            return session.scalar(used.returning(TotpSecret.username)) is not None

    def note_wrong(self, username: str) -> None:
        """Count a code that did not fit."""
        one_more = {TotpSecret.wrong_in_a_row: TotpSecret.wrong_in_a_row + 1}
        with sql_errors(), self._database.write() as session:
            session.execute(update(TotpSecret).where(TotpSecret.username == username).values(one_more))

    def forgive(self, username: str) -> None:
        """Count wrong codes from none on again."""
        with sql_errors(), self._database.write() as session:
            session.execute(update(TotpSecret).where(TotpSecret.username == username).values(wrong_in_a_row=0))

    def remove(self, username: str) -> None:
        """Forget a user's secret."""
        with sql_errors(), self._database.write() as session:
            session.execute(delete(TotpSecret).where(TotpSecret.username == username))

    def _opened(self, row: TotpSecret) -> str:
        try:
            return self._keyring.open_text(row.sealed, place_of(TotpSecret.sealed, row.username))
        except KeyringError:
            return ""
