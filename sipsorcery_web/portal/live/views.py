"""Lists that stay current: the address of a page also gives its list alone, to scripts that ask for that by a header.

They ask again and again with the ETag and the stamp of the list that they show (RFC 9110, section 13.1.2), and are
given 304 or the new list. With a stamp that is current the list is not even read. `Live-State` tells the state; an
answer without it is not the portal's but of something on the way.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired

from ..http import session
from ..http.clock import current_zone, now
from ..http.parts import find_part
from ..storage.errors import StorageUnavailable
from .clock_headers import clock_headers
from .kept_pages import kept_or_made
from .recent_lists import ReadList, RecentLists
from .stamps import current_revision, engine_answers, key_of_list, stamp_of, validity_by_stamp
from .unchanged import note_grounds

HEADER = "Live-List"
"""In a request: the list alone is wanted, and to look on is not to use the session."""
STAMP = "Live-Stamp"
"""In both: what tells whether the list is as it was without reading it (`stamps`)."""
STATE = "Live-State"
"""In an answer: on, away (whatever the list comes from does not answer) or ended (the session)."""
AFTER_TROUBLE = 10
"""Seconds until a browser asks again whom the service has not answered."""

_ETAG = re.compile(r'W/"([0-9a-f]{16})')
_TOKEN = re.compile(r'(name="csrf_token" value=")[^"]*')

View = Callable[..., dict[str, Any]]
Answer = Callable[..., Response]


def init_app(app: Flask, pause: float) -> None:
    """Let lists be live, looked at every `pause` seconds.

    This has to meet a request before the guard of the pages, which would lead to the sign-in.
    """
    app.add_template_filter(digest)
    app.add_template_global(stamp_of, "live_stamp")
    app.jinja_env.globals["live_seconds"] = pause
    app.before_request(_meet)


def live_list(title: str) -> Callable[[View], Callable[..., Any]]:
    """Make a page of a view that gives what its list shows: `<area>/index.html`, which includes `<area>/list.html`.

    Asked by HEADER, its address gives the list alone.
    """

    def page_of(view: View) -> Callable[..., Any]:
        @wraps(view)
        def shown(**arguments: Any) -> Any:
            response = _fragment(_list_template(), view, arguments) if _is_poll() else _page(title, view, arguments)
            response.vary.add(HEADER)
            return response

        shown.__dict__["is_live"] = True
        return shown

    return page_of


def live_part(template: str, facts: View) -> Callable[[Answer], Callable[..., Any]]:
    """Make a page of which a part stays current: asked by HEADER, its address gives that part alone.

    The part is `template`, with what `facts` gives for the arguments of the page.
    """

    def page_of(page: Answer) -> Callable[..., Any]:
        @wraps(page)
        def shown(**arguments: Any) -> Any:
            is_poll = _is_poll()
            response = _fragment(template, facts, arguments) if is_poll else make_response(page(**arguments))
            response.vary.add(HEADER)
            return response

        shown.__dict__["is_live"] = True
        return shown

    return page_of


def asked_again(answer: Answer) -> Answer:
    """Make a view that a script asks by HEADER again and again; its answers tell STATE, whatever goes wrong."""

    @wraps(answer)
    def told(**arguments: Any) -> Response:
        response = _or_trouble(lambda: answer(**arguments))
        response.headers.setdefault(STATE, "on")
        response.vary.add(HEADER)
        return response

    told.__dict__["is_live"] = True
    return told


def digest(html: str) -> str:
    """Return a name for a list as it is; lists that differ in the masks of their tokens only have the same one."""
    return hashlib.sha256(_TOKEN.sub(r"\1", html.strip()).encode()).hexdigest()[:16]


def _is_poll() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method == "GET" and getattr(view, "is_live", False) and HEADER in request.headers


def _meet() -> Response | None:
    """Answer a look where nothing has changed, and let it change nothing of the session, which ends as if unasked."""
    if not _is_poll():
        return None
    session.only_read()
    try:
        return _unchanged() if session.current() is not None else _ended()
    except SessionExpired:
        return _ended()
    except (ProvisioningError, StorageUnavailable):
        return _away()


def _unchanged() -> Response | None:
    """Return 304 when the stamp says that the list is as it was, at the cost of two statements."""
    seen = _ETAG.match(request.headers.get("If-None-Match", ""))
    validity = seen and validity_by_stamp(request.headers.get(STAMP, ""), seen[1])
    if not seen or not validity:
        return None
    note_grounds(validity, engine_answers())
    headers = {STATE: "on", STAMP: request.headers[STAMP]}
    response = _with_clock(Response(status=304, headers=headers), now())
    response.set_etag(seen[1], weak=True)
    return response


def _page(title: str, view: View, arguments: dict[str, Any]) -> Response:
    def make() -> str:
        return render_template(f"{request.blueprint}/index.html", title=title, **view(**arguments))

    content = Markup(kept_or_made(make))  # noqa: S704 (made by a template)
    return make_response(render_template("live_page.html", title=title, content=content))


def _list_template() -> str:
    """Return the template of the list of the area that is asked."""
    return f"{request.blueprint}/list.html"


def _fragment(template: str, view: View, arguments: dict[str, Any]) -> Response:
    """Return the list as it is now, or 304."""
    return _or_trouble(lambda: _list(template, view, arguments))


def _or_trouble(answer: Callable[[], Response]) -> Response:
    """Return an answer, or what went wrong, which may be over in a moment."""
    try:
        return answer()
    except SessionExpired:
        return _ended()
    except (ProvisioningError, StorageUnavailable):
        return _away()
    except HTTPException:
        raise
    except Exception as error:
        current_app.logger.error("The live list %s failed", request.path, exc_info=error)
        return _away()


def _list(template: str, view: View, arguments: dict[str, Any]) -> Response:
    found = _read(template, view, arguments)
    name = digest(found.html)
    response = _with_clock(Response(found.html, headers={STATE: "on", STAMP: stamp_of(name)}), found.moment)
    response.set_etag(name, weak=True)  # the masks of its tokens differ
    response.make_conditional(request)
    return response


def _read(template: str, view: View, arguments: dict[str, Any]) -> ReadList:
    def read() -> str:
        return render_template(template, **view(**arguments)).strip()

    if current_revision() is None and (recent := find_part(RecentLists)):
        return recent.list_of(key_of_list(), now(), read)
    return ReadList(read(), now())


def _with_clock(response: Response, moment: datetime) -> Response:
    response.headers.extend(clock_headers(moment, current_zone()))
    return response


def _away() -> Response:
    return Response(status=503, headers={STATE: "away", "Retry-After": str(AFTER_TROUBLE)})


def _ended() -> Response:
    return Response(status=403, headers={STATE: "ended"})
