"""The hashes of a chain, and the seals without which nobody can go on with it.

Each entry's hash is SHA-256 over the hash before it and the entry's canonical bytes, so that whoever has the entries
can compute it. The seal is an HMAC with a key that is not in the database: who can write there alone can make a hash,
but no seal.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sipsorcery_web.database.keyring import Keyring

BEGINNING = ""
"""What stands for the hash before the first entry."""
ENTRY, REMOVED = "entry", "removed"
"""What a seal is for: an entry, or the last one of those that were removed."""
_COMPUTED = {"hash", "seal"}


class Flaw(Enum):
    """A way in which an entry is not as it was written."""

    MISSING = "one before it is missing"
    CHANGED = "it was changed, or what stands before it"
    INSERTED = "this installation has not written it"


def canonical(values: Mapping[str, Any]) -> bytes:
    """The bytes of an entry's values by their names: JSON in ASCII, in the order of the names, moments in UTC."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), default=_plain).encode()


def hash_of(previous: str, values: Mapping[str, Any]) -> str:
    """The hash of an entry behind the one with the hash `previous`, in hexadecimal."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(values)).hexdigest()


class Seals:
    """The seals of an installation; its oldest key makes them, so that a rotation leaves them as they are."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.derive("audit")

    def seal_of(self, kind: str, chain: UUID, number: int, hash: str) -> str:
        """The seal of this place in a chain, in hexadecimal."""
        return hmac.digest(self._key, f"{kind}/{chain}/{number}/{hash}".encode(), "sha256").hex()

    def is_good(self, seal: str, kind: str, chain: UUID, number: int, hash: str) -> bool:
        """Return whether this installation has sealed that."""
        return hmac.compare_digest(seal.encode(), self.seal_of(kind, chain, number, hash).encode())


def flaw_of(entry: Mapping[str, Any], number: int, hash: str, seals: Seals) -> Flaw | None:
    """Return the flaw of an entry that is to stand behind the one with this number and hash; None for none."""
    if entry["number"] != number + 1:
        return Flaw.MISSING
    values = {name: value for name, value in entry.items() if name not in _COMPUTED}
    if hash_of(hash, values) != entry["hash"]:
        return Flaw.CHANGED
    is_good = seals.is_good(entry["seal"], ENTRY, entry["chain"], entry["number"], entry["hash"])
    return None if is_good else Flaw.INSERTED


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
