"""Encryption at rest: secrets are sealed with a key that does not lie in the database."""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sipsorcery_web.database.locks import file_lock

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, fresh for every message
OTHERS_MAY = 0o077


class KeyringError(Exception):
    """The key file cannot be used, or a sealed text does not open: unknown key, other context, or changed."""


class Keyring:
    """The keys of one installation, oldest first: the newest seals, each of them opens what it sealed.

    The file has one key a line, its name and its bytes in base64, and is readable by its owner only.
    """

    def __init__(self, path: Path, keys: dict[str, AESGCM]) -> None:
        self._path = path
        self._keys = keys

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keyring in this file; on first use the file is made with one random key.

        Raises KeyringError when the file cannot be read, can be read by others, or holds something else.
        """
        if not path.exists():
            _make(path)
        return cls(path, _read(path))

    def seal(self, plain: str | bytes, context: str) -> str:
        """Return `key-id.base64`, which opens only with the same context, not in another row or column."""
        key_id, key = next(reversed(self._keys.items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = plain.encode() if isinstance(plain, str) else plain
        return f"{key_id}.{_encode(nonce + key.encrypt(nonce, data, context.encode()))}"

    def open(self, sealed: str, context: str) -> bytes:
        """Return the text that was sealed in this context. Raises KeyringError otherwise."""
        key_id, _, body = sealed.partition(".")
        data = _decode(body)
        try:
            return self._key(key_id).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyringError("A sealed text was changed, or belongs to another place.") from error

    def open_text(self, sealed: str, context: str) -> str:
        """Return the same, for what was sealed as text."""
        try:
            return self.open(sealed, context).decode()
        except UnicodeDecodeError:
            raise KeyringError("A sealed text holds bytes that are no text.") from None

    def rotate(self) -> None:
        """Add a key, which seals from now on; the older ones stay to open what they sealed."""
        with file_lock(self._path.parent):  # a key written over would take with it what it sealed
            _read(self._path)
            _write(self._path, self._path.read_text() + _new_line())
        self._keys = _read(self._path)

    def _key(self, key_id: str) -> AESGCM:
        if key_id not in self._keys:
            self._keys = _read(self._path)  # another process may have rotated since
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyringError("A sealed text names a key that is not in the key file.") from None


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(path.parent):
            if not path.exists():
                _write(path, _new_line())
    except OSError as error:
        raise KeyringError(f"The key file {path} cannot be made: {error.strerror}.") from error


def _new_line() -> str:
    return f"{secrets.token_hex(4)} {_encode(secrets.token_bytes(KEY_BYTES))}\n"


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _read(path: Path) -> dict[str, AESGCM]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            lines = file.read().split("\n")
    except OSError as error:
        raise KeyringError(f"The key file {path} cannot be read: {error.strerror}.") from error
    if mode & OTHERS_MAY:
        raise KeyringError(f"The key file {path} can be read by others (mode {mode:04o}): run chmod 600 on it.")
    keys = dict(_read_line(path, number, line) for number, line in enumerate(lines, 1) if line)
    if not keys:
        raise KeyringError(f"The key file {path} holds no key.")
    return keys


def _read_line(path: Path, number: int, line: str) -> tuple[str, AESGCM]:
    key_id, _, body = line.partition(" ")
    try:
        key = _decode(body)
    except KeyringError:
        key = b""
    if not key_id or len(key) != KEY_BYTES:
        raise KeyringError(f"Line {number} of the key file {path} is not a key.")
    return key_id, AESGCM(key)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _decode(body: str) -> bytes:
    try:
        data = base64.b64decode(body, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyringError("A sealed text is not in base64.") from error
    if _encode(data) != body:  # base64 has several texts for the same bytes; only one of them was written here
        raise KeyringError("A sealed text is not in base64.")
    return data
