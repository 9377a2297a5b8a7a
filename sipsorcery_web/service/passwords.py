"""Customers' passwords: Argon2id, at most as many hashes at once as there are cores."""

import os
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Passwords:
    """The hashes of passwords; an unknown name costs the same time as a wrong password."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash to store."""
        with self._turns:
            return self._hasher.hash(password)

    def match(self, stored: str | None, password: str) -> bool:
        """Return True when the password is the stored one.

        For None a hash is compared all the same and the answer is no.
        """
        with self._turns:
            try:
                return self._hasher.verify(stored or self._nobody, password) and stored is not None
            except (VerificationError, InvalidHashError):
                return False
