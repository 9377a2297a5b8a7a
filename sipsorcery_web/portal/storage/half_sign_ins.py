"""Sign-ins between their two steps: the password was right, and the token of the service waits here, sealed."""

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from sipsorcery_web.clock import utc_now
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring, KeyringError
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.portal.storage.models import HalfSignIn as HalfSignInRow
from sipsorcery_web.portal.storage.pruning import prune
from sipsorcery_web.portal.storage.sessions import sql_errors

WAITS_FOR = timedelta(minutes=5)
MOST_PER_USER = 20


@dataclass(frozen=True)
class HalfSignIn:
    """A sign-in that is half done; `way_on` is the address that it leads to."""

    username: str
    token: str = field(repr=False)
    began_at: datetime
    is_administrator: bool
    time_zone: str
    way_on: str
    administers_members: bool = False


class HalfSignIns:
    """Sign-ins in the table `half_sign_ins`, each known by a random id that its browser has.

    Every method raises StorageUnavailable when the table does not answer.
    """

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def add(self, half: HalfSignIn) -> str:
        """Keep a sign-in for five minutes, and give its id."""
        half_id, now = secrets.token_urlsafe(32), self._clock()
        key = hash_secret(half_id)
        contents = json.dumps(asdict(half) | {"began_at": half.began_at.isoformat()})
        sealed = self._keyring.seal(contents, place_of(HalfSignInRow.sealed, key, half.username))
        row = {"id_hash": key, "username": half.username, "sealed": sealed, "expires_at": now + WAITS_FOR}
        with sql_errors(), self._database.write() as session:
            prune(session, HalfSignInRow.id_hash, half.username, now, MOST_PER_USER)
            session.execute(insert(HalfSignInRow).values(**row))
        return half_id

    def find(self, half_id: str) -> HalfSignIn | None:
        """Return the sign-in of an id; None where there is none, or its time is over."""
        with sql_errors(), self._database.read() as session:
            row = session.get(HalfSignInRow, hash_secret(half_id))
            return None if row is None else self._opened(row.id_hash, row.username, row.sealed, row.expires_at)

    def take(self, half_id: str) -> HalfSignIn | None:
        """Return the same, this once: nobody finds it any more."""
        columns = (HalfSignInRow.id_hash, HalfSignInRow.username, HalfSignInRow.sealed, HalfSignInRow.expires_at)
        this = HalfSignInRow.id_hash == hash_secret(half_id)
        with sql_errors(), self._database.write() as session:
            row = session.execute(delete(HalfSignInRow).where(this).returning(*columns)).one_or_none()
        return None if row is None else self._opened(*row)

    def _opened(self, key: str, username: str, sealed: str, expires_at: datetime) -> HalfSignIn | None:
        now = self._clock()
        if not now < expires_at <= now + WAITS_FOR:  # what ends later was begun by a clock that was ahead
            return None
        try:
            contents = json.loads(self._keyring.open_text(sealed, place_of(HalfSignInRow.sealed, key, username)))
        except KeyringError:
            return None
        return HalfSignIn(**contents | {"began_at": datetime.fromisoformat(contents["began_at"])})
