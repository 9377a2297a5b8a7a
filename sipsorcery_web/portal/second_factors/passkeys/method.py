"""Passkeys as a method of the second step, and as all that a sign-in takes."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.storage.passkeys import Passkeys


@dataclass(frozen=True)
class PasskeyMethod:
    """The method of passkeys. They guard an account at every address of the portal, also where none can be used."""

    passkeys: Passkeys
    page: str = "auth.second_step_passkey"
    words: str = "A passkey"
    is_spare: bool = False

    def is_set_up(self, username: str) -> bool:
        """Return whether a user has one. Raises StorageUnavailable."""
        return bool(self.passkeys.of(username))


@dataclass(frozen=True)
class PasskeySignIns:
    """The way to a session of the service in this process for whose passkey was looked at; no wire leads there.

    `open_session` takes the customer's id, the address that they are at and what their browser says of itself, and
    gives the username and the token. It raises Refused where that customer is gone, and where they may not sign in,
    which it notes; and Unavailable.
    """

    open_session: Callable[[UUID, str, str], tuple[str, str]]


def kept_passkeys() -> Passkeys:
    """Return the passkeys of this portal's users."""
    return part(PasskeyMethod).passkeys
