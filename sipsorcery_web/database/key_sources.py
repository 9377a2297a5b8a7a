"""Places of the keys of an installation: a file of its own, a mounted one, or the text of a variable.

A key is a line: its name and its bytes in base64. The oldest is the first.
"""

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sipsorcery_web.private_files import OTHERS_MAY, OTHERS_MAY_WRITE, file_lock, private_directory, write_private

KEY_BYTES = 32
_BETWEEN_KEYS = re.compile(r"[\n,;]")
"""A variable can hardly hold several lines."""


class KeyringError(Exception):
    """The keys cannot be used, or a sealed text does not open: unknown key, other context, or changed."""


class KeySource(Protocol):
    """A place of keys."""

    @property
    def name(self) -> str:
        """Return what a sentence calls it."""

    def read(self) -> dict[str, bytes]:
        """The keys by their names, oldest first. Raises KeyringError where there is none, or anything else."""

    def stamp(self) -> object:
        """Return what is another value once the keys have changed."""

    def add(self) -> None:
        """Add a new key, the newest from now on. Raises KeyringError where that cannot be."""


@dataclass(frozen=True)
class _File:
    """A file with keys."""

    path: Path

    @property
    def name(self) -> str:
        """Return what a sentence calls it."""
        return f"the key file {self.path}"

    def stamp(self) -> object:
        """Return what is another value once the file has changed."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


@dataclass(frozen=True)
class KeyFile(_File):
    """The installation's own file, readable by its owner only."""

    def make(self) -> None:
        """Make the file with one random key, unless it is there already."""
        try:
            private_directory(self.path.parent)
            with file_lock(self.path.parent):
                if not self.path.exists():
                    write_private(self.path, new_line())
        except OSError as error:
            raise KeyringError(f"The key file {self.path} cannot be made: {error.strerror}.") from error

    def read(self) -> dict[str, bytes]:
        """The keys by their names, oldest first."""
        return _read(self.path, OTHERS_MAY, "read")

    def add(self) -> None:
        """Add a new key behind the others."""
        try:
            with file_lock(self.path.parent):  # a key written over would take with it what it sealed
                self.read()
                write_private(self.path, self.path.read_text() + new_line())
        except OSError as error:
            raise KeyringError(f"The key file {self.path} cannot be written: {error.strerror}.") from error


@dataclass(frozen=True)
class MountedKeys(_File):
    """A file that something else puts there, such as a systemd credential: never made, never written."""

    def read(self) -> dict[str, bytes]:
        """The keys by their names, oldest first. Whom the file may be read by is up to what mounts it."""
        return _read(self.path, OTHERS_MAY_WRITE, "written")

    def add(self) -> None:
        """Refuse, and say how the operator adds a key."""
        raise KeyringError(_add_by_hand("SIPSORCERY_KEYS_FILE"))


@dataclass(frozen=True)
class GivenKeys:
    """Keys that were in a variable."""

    keys: Mapping[str, bytes] = field(repr=False)
    name: str = "SIPSORCERY_KEYS"

    @classmethod
    def of(cls, text: str) -> "GivenKeys":
        """Return the keys of a text, a line or a part between commas each."""
        return cls(_keys_of(_BETWEEN_KEYS.split(text), cls.name))

    def read(self) -> dict[str, bytes]:
        """The keys by their names, oldest first."""
        return dict(self.keys)

    def stamp(self) -> object:
        """Return always the same: a variable changes for no process."""
        return None

    def add(self) -> None:
        """Refuse, and say how the operator adds a key."""
        raise KeyringError(_add_by_hand(self.name))


def new_line() -> str:
    """Return a new key, as a line of the file."""
    return lines_of({secrets.token_hex(4): secrets.token_bytes(KEY_BYTES)})


def lines_of(keys: Mapping[str, bytes]) -> str:
    """Return keys as the lines of a file."""
    return "".join(f"{key_id} {encode(key)}\n" for key_id, key in keys.items())


def encode(data: bytes) -> str:
    """Return bytes in the base64 of URLs."""
    return base64.urlsafe_b64encode(data).decode()


def decode(body: str) -> bytes:
    """Return the bytes of such a text. Raises KeyringError."""
    plain = body.replace("-", "+").replace("_", "/")  # base64 itself, which its module is asked for in fewer steps
    try:
        data = binascii.a2b_base64(plain)
    except ValueError as error:
        raise KeyringError("A sealed text is not in base64.") from error
    # Base64 has several texts for the same bytes; only one of them was written here.
    if "+" in body or "/" in body or binascii.b2a_base64(data, newline=False).decode() != plain:
        raise KeyringError("A sealed text is not in base64.")
    return data


def _add_by_hand(variable: str) -> str:
    return (
        f"The portal does not write to {variable}. Print a key with `flask --app app keys new`, add it there behind "
        "the others, start the portal anew, and run this command again."
    )


def _read(path: Path, forbidden: int, what_others_may: str) -> dict[str, bytes]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            lines = file.read().split("\n")
    except OSError as error:
        raise KeyringError(f"The key file {path} cannot be read: {error.strerror}.") from error
    if mode & forbidden:
        raise KeyringError(
            f"The key file {path} can be {what_others_may} by others (mode {mode:04o}): run chmod 600 on it."
        )
    return _keys_of(lines, f"the key file {path}")


def _keys_of(lines: Iterable[str], name: str) -> dict[str, bytes]:
    keys = dict(_read_line(name, number, line.strip("\r")) for number, line in enumerate(lines, 1) if line.strip("\r"))
    if not keys:
        raise KeyringError(f"{name[0].upper()}{name[1:]} holds no key.")
    return keys


def _read_line(name: str, number: int, line: str) -> tuple[str, bytes]:
    key_id, _, body = line.partition(" ")
    try:
        key = decode(body)
    except KeyringError:
        key = b""
    if not key_id or len(key) != KEY_BYTES:
        raise KeyringError(f"Line {number} of {name} is not a key.")
    return key_id, key
