"""The store of an installation, with the keys that belong to it."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

from sipsorcery_web.database.canaries import keyring_for
from sipsorcery_web.database.connection import Database, StoreUnavailable, open_database
from sipsorcery_web.database.key_sources import GivenKeys, KeyFile, KeySource, MountedKeys
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.migrate import is_up_to_date, migrate
from sipsorcery_web.settings import Settings


def key_source(settings: Settings) -> KeySource:
    """Return where the keys of an installation are. KeyringError where SIPSORCERY_KEYS holds none."""
    settings.check_keys()
    if settings.keys:
        return GivenKeys.of(settings.keys)
    return MountedKeys(Path(settings.keys_file)) if settings.keys_file else KeyFile(settings.data_dir / "keys")


def open_present_store(settings: Settings) -> tuple[Database, Keyring]:
    """Open an installation's database as it is, and the keys that belong to it: an older portal may run over it.

    Raises StoreUnavailable for one that is missing or not up to date, and KeyringError.
    """
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise StoreUnavailable(f"There is no database {url.database}. SIPSORCERY_DATA_DIR says where one is.")
    return _opened(settings, _refuse_another_version)


def open_store(settings: Settings) -> tuple[Database, Keyring]:
    """Open an installation's database, brought up to date, and its keys, made where both are new.

    Raises StoreUnavailable, and KeyringError for keys that are missing or belong to other data.
    """
    settings.make_data_dir()
    return _opened(settings, migrate)


def _refuse_another_version(database: Database) -> None:
    if not is_up_to_date(database):
        raise StoreUnavailable(
            f"The database {database.shown} was made by another version of SIPSorcery Web. Use that one for this, "
            "or start the portal of this version first, which brings an older database up to date."
        )


def _opened(settings: Settings, prepare: Callable[[Database], None]) -> tuple[Database, Keyring]:
    database = open_database(settings.store_url)
    try:
        prepare(database)
        return database, keyring_for(database, key_source(settings))
    except BaseException:
        database.close()
        raise
