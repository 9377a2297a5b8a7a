"""The data directory: its owner's alone, one portal's at a time, and the secrets that are made and kept there."""

import os
import secrets
from pathlib import Path

from sipsorcery_web.private_files import OTHERS_MAY, AlreadyHeld, file_lock, hold, private_directory, write_private

from .errors import SettingError

STORE = "sipsorcery.db"
OWN_FILES = (STORE, "keys", "secret_key")
"""Files of the data directory by which it is known to be one."""


def make_data_dir(path: Path) -> None:
    """Make the data directory where it is missing. One that others may enter, as older versions made it, is closed.

    Only one that holds what the portal itself has made is touched. Raises OSError.
    """
    private_directory(path)
    found = path.stat()
    is_ours = found.st_uid == os.geteuid() and any((path / name).exists() for name in OWN_FILES)
    if is_ours and found.st_mode & OTHERS_MAY:
        path.chmod(0o700)


def hold_data_dir(path: Path) -> int:
    """Take the data directory for one portal at a time; the descriptor that holds it. SettingError where one has it.

    The commands work beside it. Raises OSError.
    """
    make_data_dir(path)
    try:
        return hold(path / "lock", f"the portal of {path}")
    except AlreadyHeld as error:
        raise SettingError(str(error)) from error


def kept_secret(path: Path) -> str:
    """Return a secret that is made once and kept in a file. SettingError where that cannot be."""
    private_directory(path.parent)
    try:
        with file_lock(path.parent):
            if not path.exists():
                write_private(path, secrets.token_hex(32))
    except OSError as error:
        raise SettingError(f"{path} cannot be written: {error.strerror}.") from error
    secret = path.read_text().strip()
    if not secret:
        raise SettingError(f"{path} is empty. Delete it, and another secret is made.")
    return secret
