"""The outcomes of sign-ins at these pages, told to the list that their customer sees.

In front of another service there is no such list.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sipsorcery_web.contract.extensions import SignInResult

from ..storage.service_notes import SignInNotes
from ..storage.sessions import sql_errors
from .clock import now
from .devices import user_agent
from .parts import find_part
from .visitor_address import visitor_address


@dataclass(frozen=True, kw_only=True)
class PageSignIn:
    """A sign-in at a page; `browser` is what it says of itself.

    `half_since` is the moment at which the same one was noted without its second step, where it was.
    """

    username: str
    result: SignInResult
    at: datetime
    address: str
    browser: str
    half_since: datetime | None = None


def note(
    username: str,
    result: SignInResult,
    *,
    at: datetime | None = None,
    half_since: datetime | None = None,
    transaction: Any = None,
) -> None:
    """Note what became of a user's sign-in with this browser, now unless it is told when.

    `half_since` is when the same one was noted without its second step; `transaction` is the session of the portal's
    storage that writes something with it. Raises StorageUnavailable.
    """
    notes = find_part(SignInNotes)
    if notes is None:
        return
    sign_in = PageSignIn(
        username=username,
        result=result,
        at=at or now(),
        address=visitor_address(),
        browser=user_agent(),
        half_since=half_since,
    )
    with sql_errors():
        notes.add(sign_in, transaction)
