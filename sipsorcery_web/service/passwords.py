"""Customers' passwords: Argon2id, at most as many hashes at once as there are turns."""

import base64
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sipsorcery_web.contract.errors import Busy

WAITS_FOR_TURN = 10.0
"""Seconds after which somebody who waits for a turn is told that too many sign in."""


class Passwords:
    """The hashes of passwords; an unknown name costs the same time as a wrong password."""

    def __init__(self, hasher: PasswordHasher | None = None, turns: int | None = None) -> None:
        """`turns` are the hashes that this process works on at once; as many as there are cores unless it is given."""
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(turns or os.cpu_count() or 1)
        self._nobody = hash_of_no_password(self._hasher)

    def hash(self, password: str) -> str:
        """The hash to store. Raises Busy where no turn comes in time."""
        with self._turn():
            return self._hasher.hash(password)

    def match(self, stored: str | None, password: str) -> bool:
        """Return True when the password is the stored one. Raises Busy where no turn comes in time.

        For None a hash is compared all the same and the answer is no.
        """
        with self._turn():
            try:
                return self._hasher.verify(stored or self._nobody, password) and stored is not None
            except (VerificationError, InvalidHashError):
                return False

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=WAITS_FOR_TURN):
            raise Busy()
        try:
            yield
        finally:
            self._turns.release()


def hash_of_no_password(hasher: PasswordHasher) -> str:
    """Return a hash that nobody knows a password for, in the cost of the hasher: its digest is drawn, not computed."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
