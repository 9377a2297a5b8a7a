"""Lists that stay current: the address of a page also gives its list alone, to scripts that ask for that by a header.

They ask again and again with the ETag of the list that they show (RFC 9110, section 13.1.2), and are given 304 or the
new list. `Live-State` tells the state; an answer without it is not the portal's but of something on the way.
"""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request

from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired
from sipsorcery_web.portal.http.clock import current_zone

from ..http import session
from ..http.clock import now
from ..storage.errors import StorageUnavailable
from ..ui import formats

HEADER = "Live-List"
"""In a request: the list alone is wanted, and to look on is not to use the session."""
STATE = "Live-State"
"""In an answer: on, away (whatever the list comes from does not answer) or ended (the session)."""
CLOCK = "Live-Clock"
"""In an answer: when the list was looked at, in the visitor's zone."""
ZONE = "Live-Zone"
"""In an answer: which of the two hours the clock means, where clocks are put back."""
AFTER_TROUBLE = 10
"""Seconds until a browser asks again whom the service has not answered."""

_TOKEN = re.compile(r'(name="csrf_token" value=")[^"]*')

View = Callable[..., dict[str, Any]]


def init_app(app: Flask, pause: float) -> None:
    """Let lists be live, looked at every `pause` seconds.

    This has to meet a request before the guard of the pages, which would lead to the sign-in.
    """
    app.add_template_filter(digest)
    app.jinja_env.globals["live_seconds"] = pause
    app.before_request(_meet)


def live_list(view: View) -> Callable[..., Any]:
    """Make a page of a view that gives what its list shows: `<area>/index.html`, which includes `<area>/list.html`.

    Asked by HEADER, its address gives the list alone.
    """

    @wraps(view)
    def shown(**arguments: Any) -> Any:
        response = _fragment(view, arguments) if _is_poll() else _page(view, arguments)
        response.vary.add(HEADER)
        return response

    shown.__dict__["is_live"] = True
    return shown


def digest(html: str) -> str:
    """Return a name for a list as it is; lists that differ in the masks of their tokens only have the same one."""
    return hashlib.sha256(_TOKEN.sub(r"\1", html.strip()).encode()).hexdigest()[:16]


def _is_poll() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "is_live", False) and HEADER in request.headers


def _meet() -> Response | None:
    """Let a look change nothing of the session, so that it ends as if nobody had asked."""
    if not _is_poll():
        return None
    session.only_read()
    try:
        return None if session.current() is not None else _ended()
    except StorageUnavailable:
        return _away()


def _page(view: View, arguments: dict[str, Any]) -> Response:
    return make_response(render_template(f"{request.blueprint}/index.html", **view(**arguments)))


def _fragment(view: View, arguments: dict[str, Any]) -> Response:
    """Return the list as it is now, or 304. Whatever goes wrong may be over in a moment."""
    try:
        html = render_template(f"{request.blueprint}/list.html", **view(**arguments)).strip()
    except SessionExpired:
        return _ended()
    except (ProvisioningError, StorageUnavailable):
        return _away()
    except Exception as error:
        current_app.logger.error("The live list %s failed", request.path, exc_info=error)
        return _away()
    response = _with_clock(Response(html, headers={STATE: "on"}))
    response.set_etag(digest(html), weak=True)  # the masks of its tokens differ
    response.make_conditional(request)
    return response


def _with_clock(response: Response) -> Response:
    moment, zone = now(), current_zone()
    response.headers[CLOCK] = formats.iso(moment, zone)
    if which := formats.which_of_two(moment, zone):
        response.headers[ZONE] = which
    return response


def _away() -> Response:
    return Response(status=503, headers={STATE: "away", "Retry-After": str(AFTER_TROUBLE)})


def _ended() -> Response:
    return Response(status=403, headers={STATE: "ended"})
