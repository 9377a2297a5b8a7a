"""Keys under a passphrase: scrypt (RFC 7914) makes a key of it, which seals them with AES-256-GCM."""

import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sipsorcery_web.database.key_sources import KeyringError, decode, encode

from .errors import BackupError

SHORTEST = 12
"""Characters of a passphrase: whoever has the file can try as many as they like."""
COST, BLOCK, PARALLEL = 2**17, 8, 1
"""scrypt's N, r and p: 128 MB and some tenths of a second for each try."""
PURPOSE = b"keys in a backup of SIPSorcery Web"


def check_passphrase(passphrase: str) -> None:
    """Raise BackupError for a passphrase that is too short."""
    if len(passphrase) < SHORTEST:
        raise BackupError(f"The passphrase has at least {SHORTEST} characters: whoever finds the backup can try many.")


def seal_keys(keys: bytes, passphrase: str) -> bytes:
    """Return keys sealed under a passphrase. Raises BackupError for one that is too short."""
    check_passphrase(passphrase)
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, keys, PURPOSE)
    return json.dumps({"salt": encode(salt), "nonce": encode(nonce), "sealed": encode(sealed)}).encode()


def open_keys(sealed: bytes, passphrase: str) -> bytes:
    """Return the keys. Raises BackupError for another passphrase, or what was changed."""
    try:
        found = json.loads(sealed)
        salt, nonce, body = (decode(found[name]) for name in ("salt", "nonce", "sealed"))
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, body, PURPOSE)
    except (InvalidTag, KeyringError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError("The keys in the backup do not open with this passphrase.") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt, 32, COST, BLOCK, PARALLEL).derive(passphrase.encode())
