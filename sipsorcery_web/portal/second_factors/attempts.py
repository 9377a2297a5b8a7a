"""Attempts to give a second factor: those that fail count for its user, and are noted among the sign-ins."""

from collections.abc import Callable
from typing import Any

from sipsorcery_web.contract.extensions import SignInResult
from sipsorcery_web.portal.http import known_browsers, sign_in_notes
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.visitor_address import visitor_address
from sipsorcery_web.portal.storage.second_step_limit import SecondStepLimit


def counted(username: str, is_right: Callable[[], bool]) -> bool:
    """Return whether the code that a user has given is right; what is wrong counts, and is noted.

    Raises TooManyAttempts where too much was wrong before, and StorageUnavailable.
    """

    def failed(transaction: Any, is_full: bool) -> None:
        for result in (SignInResult.WRONG_CODE, *((SignInResult.LOCKED_OUT,) if is_full else ())):
            sign_in_notes.note(username, result, transaction=transaction)

    browser = known_browsers.number_of(username)
    with part(SecondStepLimit).attempt(username, visitor_address(), browser) as attempt:
        attempt.when_failed = failed
        attempt.has_succeeded = is_right()
    return attempt.has_succeeded
