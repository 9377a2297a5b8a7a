"""The second step of a sign-in, and the one place where a session is opened.

Between the steps the token of the service is in no session: it waits sealed (`HalfSignIns`) for five minutes, and the
browser has a random id of that, which opens no page. A page of a method asks for `half_sign_in()`, has what it was
given looked at by `proves`, and ends in `finish()`. What becomes of a sign-in is noted for its customer; without its
second step it is none that succeeded.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import flash, g, redirect, request, url_for
from flask import session as browser_session
from werkzeug.wrappers import Response

from sipsorcery_web.contract.extensions import SignInResult
from sipsorcery_web.contract.operations import SESSION_MINUTES
from sipsorcery_web.portal.http import known_browsers, session, sign_in_notes
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.second_factors.attempts import counted
from sipsorcery_web.portal.second_factors.methods import Method, SecondFactors
from sipsorcery_web.portal.storage.half_sign_ins import HalfSignIn, HalfSignIns

HALF = "half_sign_in"
"""The name of the id among the values of a stranger's session."""
TOO_LATE = "Sign in with your password first. The second step has to follow within five minutes."


def go_on(half: HalfSignIn) -> Response:
    """Go on after the right password: into the session, or to the second step where the user has a second factor.

    Raises StorageUnavailable.
    """
    if not part(SecondFactors).guard(half.username):
        return open_session(half)
    browser_session[HALF] = part(HalfSignIns).add(half)
    sign_in_notes.note(half.username, SignInResult.SECOND_STEP_MISSING, at=half.began_at)
    return to_first_method(half)


def half_sign_in() -> HalfSignIn | None:
    """Return the sign-in that this browser has begun, unless it was too long ago. Raises StorageUnavailable."""
    return part(HalfSignIns).find(browser_session.get(HALF, ""))


def to_first_method(half: HalfSignIn) -> Response:
    """Lead to the page of the method that is offered first; to the first step where none is there any more."""
    methods = part(SecondFactors).of(half.username)
    return redirect(url_for(methods[0].page if methods else "auth.login"), 303)


def too_late() -> Response:
    """Lead back to the first step."""
    flash(TOO_LATE, "warning")
    return redirect(url_for("auth.login"), 303)


def other_methods(half: HalfSignIn) -> Sequence[Method]:
    """Return the methods that the user can be asked for as well, on pages other than this one."""
    return [method for method in part(SecondFactors).of(half.username) if method.page != request.endpoint]


def proves(half: HalfSignIn, is_right: Callable[[], bool]) -> bool:
    """Return whether the code that was given for the second step is right; what is wrong counts, and is noted.

    Raises TooManyAttempts where too much was wrong before, and StorageUnavailable.
    """
    return counted(half.username, is_right)


def finish() -> Response:
    """Open the session, now that the second factor was right. Raises StorageUnavailable."""
    half = part(HalfSignIns).take(browser_session.pop(HALF, ""))
    return too_late() if half is None else open_session(half, half.began_at)


def open_session(half: HalfSignIn, half_since: datetime | None = None) -> Response:
    """Open the session of whoever has proven all that was asked for, and go on. Raises StorageUnavailable.

    `half_since` is when the sign-in was noted without its second step, where it has one.
    """
    sign_in_notes.note(half.username, SignInResult.RIGHT, half_since=half_since)
    session.sign_in(
        half.username, half.token, SESSION_MINUTES, half.is_administrator, half.time_zone, since=half.began_at
    )
    if half.administers_members:
        session.let_administer_members()
    g.pop("provisioning", None)
    return known_browsers.remember(redirect(half.way_on, 303), half.username)
