"""Encryption at rest: secrets are sealed with a key that does not lie in the database."""

import logging
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .key_sources import KEY_BYTES, KeyFile, KeySource, decode, encode
from .key_sources import KeyringError as KeyringError

NONCE_BYTES = 12  # NIST SP 800-38D: 96 bits, fresh for every message

log = logging.getLogger(__name__)


class Keyring:
    """The keys of one installation, oldest first: the newest seals, each of them opens what it sealed."""

    def __init__(self, source: KeySource) -> None:
        """Raises KeyringError when the source cannot be read, can be read by others, or holds something else."""
        self._source = source
        self._stamp = source.stamp()
        self._keys = source.read()
        self._ciphers: dict[str, AESGCM] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keyring in this file of the installation's own; on first use the file is made. Raises KeyringError."""
        file = KeyFile(path)
        if not path.exists():
            file.make()
        return cls(file)

    @property
    def source(self) -> KeySource:
        """Return where the keys are."""
        return self._source

    @property
    def ids(self) -> Sequence[str]:
        """Return the names of the keys, oldest first."""
        return list(self._keys)

    @property
    def newest_id(self) -> str:
        """Return the name of the key that seals."""
        return next(reversed(self._keys))

    def seal(self, plain: str | bytes, context: str) -> str:
        """Return `key-id.base64`, which opens only with the same context, not in another row or column."""
        self._look_again()
        return self.seal_with(self.newest_id, plain, context)

    def seal_with(self, key_id: str, plain: str | bytes, context: str) -> str:
        """Return the same, sealed with a certain key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = plain.encode() if isinstance(plain, str) else plain
        return f"{key_id}.{encode(nonce + self._cipher(key_id).encrypt(nonce, data, context.encode()))}"

    def open(self, sealed: str, context: str) -> bytes:
        """Return the text that was sealed in this context. Raises KeyringError otherwise."""
        key_id, _, body = sealed.partition(".")
        data = decode(body)
        try:
            return self._cipher(key_id).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyringError("A sealed text was changed, or belongs to another place.") from error

    def open_text(self, sealed: str, context: str) -> str:
        """Return the same, for what was sealed as text."""
        try:
            return self.open(sealed, context).decode()
        except UnicodeDecodeError:
            raise KeyringError("A sealed text holds bytes that are no text.") from None

    def derive(self, purpose: str) -> bytes:
        """Return 32 secret bytes that are this purpose's alone (HKDF, RFC 5869).

        They come from the oldest key, so that a key that is added changes them for no process.
        """
        oldest = next(iter(self._keys.values()))
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"sipsorcery web: {purpose}".encode()).derive(oldest)

    def rotate(self) -> None:
        """Add a key, which seals from now on; the older ones stay to open what they sealed. Raises KeyringError."""
        self._source.add()
        self._stamp, self._keys = self._source.stamp(), self._source.read()

    def _cipher(self, key_id: str) -> AESGCM:
        """Return what seals and opens with a key, kept since it takes ten times as long to make as to use."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            cipher = self._ciphers[key_id] = AESGCM(self._key(key_id))
        return cipher

    def _key(self, key_id: str) -> bytes:
        if key_id not in self._keys:
            self._look_again()  # another process may have rotated since
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyringError("A sealed text names a key that is not in the key file.") from None

    def _look_again(self) -> None:
        """Take over keys that were added since; not a file in which one that was there is missing."""
        stamp = self._source.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            found = self._source.read()
        except KeyringError as error:
            log.warning("The keys stay as they were read before. %s", error)
            return
        if self._keys.items() <= found.items():
            self._keys = found
        else:
            log.warning("Some keys are no longer in %s; they stay as they were read before.", self._source.name)
