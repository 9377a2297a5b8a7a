"""Keys and data belong together: the database knows the keys that sealed what is in it, each by a sealed canary."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .base import Base
from .connection import Database
from .key_sources import KeyFile, KeyringError, KeySource
from .keyring import Keyring
from .locks import advisory_lock
from .sealed import sealed_columns


class WrongKeys(KeyringError):
    """The keys are not those that the database was sealed with."""


class SealingKeyRow(Base):
    """A key that has sealed values of this database. Rows stay: backups and Redis hold what older keys have sealed."""

    __tablename__ = "sealing_keys"

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    canary: Mapped[str] = mapped_column(Text)
    """Random bytes, sealed with the key; only the same key opens them."""
    is_everywhere: Mapped[bool]
    """Whether what older keys had sealed has been sealed anew with this one."""


def keyring_for(database: Database, source: KeySource) -> Keyring:
    """The keys for a database, which from now on knows the newest of them.

    A file of the installation's own is made where it is missing, but for a database that has sealed values already.
    Raises WrongKeys where a key that sealed them is missing or another one, KeyringError where there are no keys.
    """
    if isinstance(source, KeyFile) and not source.path.exists():
        _refuse_to_make_keys(database, source)
        source.make()
    keyring = Keyring(source)
    check_keys(database, keyring)
    note_newest(database, keyring)
    return keyring


def check_keys(database: Database, keyring: Keyring) -> None:
    """Raise WrongKeys where a key that sealed values of the database is missing, or another one."""
    with database.read() as session:
        known = session.scalars(select(SealingKeyRow)).all()
        used = [row.key_id for row in known] or _keys_in_use(session)
    held = set(keyring.ids)
    changed = [row.key_id for row in known if row.key_id in held and not _opens(keyring, row)]
    missing = [key_id for key_id in used if key_id not in held]
    if changed or (missing if known else used and not held & set(used)):
        where = keyring.source.name
        what = f"{_named(changed)} in {where} is not what it was" if changed else f"{where} lacks {_named(missing)}"
        raise WrongKeys(
            f"The keys do not belong to the data in {database.shown}: {what}. Nothing was changed. Put back the keys "
            "that belong to it, or name the database that belongs to these."
        )


def note_newest(database: Database, keyring: Keyring) -> None:
    """Let the database know the newest key, where it does not yet."""
    key_id = keyring.newest_id
    with database.read() as session:
        if session.get(SealingKeyRow, key_id) is not None:
            return
    canary = keyring.seal_with(key_id, secrets.token_bytes(16), _place(key_id))
    with database.write() as session:
        advisory_lock(session, "sealing keys")
        if session.get(SealingKeyRow, key_id) is None:
            is_first = not session.scalar(select(SealingKeyRow.key_id).limit(1)) and not _keys_in_use(session)
            session.add(SealingKeyRow(key_id=key_id, canary=canary, is_everywhere=is_first))


def _refuse_to_make_keys(database: Database, file: KeyFile) -> None:
    with database.read() as session:
        used = session.scalars(select(SealingKeyRow.key_id)).all() or _keys_in_use(session)
    if used:
        raise WrongKeys(
            f"There is no key file {file.path}, but the data in {database.shown} is sealed with {_named(used)}. "
            "Nothing was changed. Put the file back from where it was copied to: with another one no stored password "
            "can be read."
        )


def _opens(keyring: Keyring, row: SealingKeyRow) -> bool:
    try:
        keyring.open(row.canary, _place(row.key_id))
    except KeyringError:
        return False
    return True


def _place(key_id: str) -> str:
    return f"canary of {key_id}"


def _named(key_ids: Sequence[str]) -> str:
    return f"the key{'s' if len(key_ids) > 1 else ''} {', '.join(sorted(key_ids))}"


def _keys_in_use(session: Session) -> Sequence[str]:
    """The keys of some sealed values, one of each column: of a database that does not know its keys yet."""
    firsts = (
        session.scalar(select(column).select_from(table).where(column.like("%.%")).limit(1))
        for table, column, _ in sealed_columns(Base.metadata)
    )
    return sorted({sealed.partition(".")[0] for sealed in firsts if sealed is not None})
