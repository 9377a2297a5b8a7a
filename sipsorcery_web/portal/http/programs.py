"""Programs, which ask for the files of lists with a token and without a session.

A request is a program's where it brings a token. One that brings neither a token nor a session's cookie is a program's
too, unless a browser's window asks for it: that one says so (`Sec-Fetch-Mode`, Fetch Standard, 2.2.2) or, over plain
http, where browsers leave this out, asks for HTML by its name. Whoever is a program is never led to the sign-in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Request, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import ProvisioningError

from . import session
from .parts import find_part, part

V = TypeVar("V", bound=Callable[..., Any])

HTML = "text/html"
BEARER = "bearer"
ALONE = timedelta(hours=1)
"""The life of what stands for a session in a request with a token; it ends with the request."""


@dataclass(frozen=True)
class Programs:
    """The ways with programs: the token in a request, whose that is, and the answer that an error means to a program.

    The first two raise what the third takes. There are none in front of another service.
    """

    token_of: Callable[[Request], str]
    owner_of: Callable[[str], str]
    refusal: Callable[[Exception], Response]


def takes_tokens(view: V) -> V:
    """Let programs reach a view with a token, within its scopes; what fails there is told as programs read it."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        if not is_program():
            return view(*args, **kwargs)
        try:
            return view(*args, **kwargs)
        except (ProvisioningError, HTTPException) as error:
            return part(Programs).refusal(error)

    answer.__dict__["takes_tokens"] = True
    taking: V = answer  # type: ignore[assignment]
    return taking


def let_in(view: Callable[..., Any] | None) -> Response | None:
    """Let a program go on as the owner of its token; return the refusal of a program that may not.

    None as well for everybody else, and for views that take no tokens.
    """
    programs = find_part(Programs)
    if programs is None or not getattr(view, "takes_tokens", False) or not _is_of_program():
        return None
    try:
        token = programs.token_of(request)
        owner = programs.owner_of(token)
    except Exception as error:
        return programs.refusal(error)
    stand_for(owner, token)
    return None


def is_program() -> bool:
    """Return True in a request of a program that was let in."""
    return bool(g.get("is_program"))


def _is_of_program() -> bool:
    if request.authorization is not None and request.authorization.type == BEARER:
        return True
    return not session.has_cookie() and not _is_of_window()


def _is_of_window() -> bool:
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else HTML in request.accept_mimetypes.values()


def stand_for(owner: str, token: str, time_zone: str = str(UTC)) -> None:
    """Let this request be the owner's, with the reach of the token; no session is opened, kept or put off."""
    sessions, here = session.here()
    now: datetime = sessions.clock()
    session.only_read()
    here.login = session.LoginSession(owner, token, now, now + ALONE, False, time_zone)
    g.is_program = True
