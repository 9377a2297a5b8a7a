"""The programs of OAuth, what they were allowed and what they ask for, as pages are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .scopes import SCOPES, SIGN_IN

GRANTABLE = tuple(scope for scope in SCOPES if scope != SIGN_IN)
"""The scopes that a program can ask for: all but that of an app password, which would open sessions."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that a customer has registered: a client of RFC 6749, section 2, whose `client_id` is the id."""

    id: UUID
    name: str
    owner: str
    redirect_addresses: Sequence[str] = ()
    takes_device_codes: bool = False
    """Whether it can be allowed by a code that is typed by hand (RFC 8628)."""
    is_confidential: bool = False
    """Whether it has a secret."""
    inserted: datetime | None = None
    secret: str | None = None
    """Told when it is made, and by nobody later."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A consent of a customer, by which a program acts for them until it ends."""

    id: UUID
    program: Program
    scopes: str
    inserted: datetime
    ends: datetime
    last_used: datetime | None = None
    last_used_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A request for a consent, as the page asks the customer about it."""

    program: Program
    scopes: str
    leads_to: str = ""
    """The origin that the browser is sent back to; empty where a device waits for the answer."""
    asked_from: str = ""
    """The address of the device that asks."""


class WrongRequest(Exception):
    """A request for a consent that cannot be given; `way_back` tells the program so, where that is known to be it."""

    def __init__(self, message: str, way_back: str = "") -> None:
        super().__init__(message)
        self.way_back = way_back
