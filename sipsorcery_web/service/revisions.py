"""The revision of what a caller sees: a text that differs after each change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.access_token_text import is_access_token
from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.prepared_reads import PreparedRead
from sipsorcery_web.hashes import hash_secret

from .access_tokens import is_use_due
from .store.access_tokens import AccessTokenRow
from .store.models import CustomerRow
from .store.revisions import numbers_seen
from .tokens import SIGNED_IN, is_on, look_up

_OF_TOKEN = (
    select(AccessTokenRow.ends, AccessTokenRow.last_used)
    .join(CustomerRow, CustomerRow.customer_username == AccessTokenRow.owner)
    .where(AccessTokenRow.token_hash == bindparam("token_hash"), CustomerRow.suspended.is_(False))
)
_SEEN = {is_sqlite: SIGNED_IN.add_columns(*numbers_seen(is_sqlite)) for is_sqlite in (True, False)}
_PREPARED = {is_sqlite: PreparedRead(query) for is_sqlite, query in _SEEN.items()}
_PREPARED_BY_TOKEN = {
    is_sqlite: PreparedRead(_OF_TOKEN.add_columns(*numbers_seen(is_sqlite))) for is_sqlite in (True, False)
}


def revision_of(session: Session, token: str | None, now: datetime) -> str:
    """Return the revision of what the token's customer sees, in one statement.

    SessionExpired as for every operation. To be read before what it stands for: a change in between then has a reader
    look once more, and is never missed.
    """
    return _written(look_up(session, token, now, _SEEN[_is_sqlite(session)]))


def revision_now(database: Database, token: str, now: datetime) -> str | None:
    """Return the same outside of any session, for a tenth of what that takes.

    None for a token that is not good, and for one for programs whose use has to be noted.
    """
    if is_access_token(token):
        found = _seen_by_token(database, token)
        is_good = found is not None and found.ends > now and not is_use_due(found.last_used, now)
        return _joined(found[2:]) if is_good else None
    found = _PREPARED[database.engine.dialect.name == "sqlite"].first(database, token_hash=hash_secret(token))
    return _written(found) if found is not None and is_on(found, now) else None


def revision_by_token(database: Database, token: str, now: datetime) -> str:
    """Return the same for a token for programs: an administrator's changes with what others do as well.

    SessionExpired for one that is not good.
    """
    found = _seen_by_token(database, token)
    if found is None or found.ends <= now:
        raise SessionExpired
    return _joined(found[2:])


def _seen_by_token(database: Database, token: str) -> Any:
    prepared = _PREPARED_BY_TOKEN[database.engine.dialect.name == "sqlite"]
    return prepared.first(database, token_hash=hash_secret(token))


def _written(found: Any) -> str:
    username, admin_id, _, _, *numbers = found
    return _joined((username, admin_id, *numbers))


def _joined(parts: Iterable[Any]) -> str:
    return "/".join(str(part or "") for part in parts)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
