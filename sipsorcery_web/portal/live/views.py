"""Lists that stay current: the address of a list also tells its changes, to those who ask for events.

A browser that finds no place among the streams is told how the list is now, and asks again after some seconds.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, render_template, request, stream_with_context

from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired
from sipsorcery_web.contract.time_zones import zone_of

from ..http import session
from ..http.backend import current_login, wait_anew
from ..http.clock import now
from ..storage.errors import StorageUnavailable
from ..ui import formats
from .messages import AFTER_TROUBLE, AT_ONCE, AWAY, CONTENT_TYPE, ENDED, Message, digest
from .streams import EXTENSION, Streams, streams

LEAVING = "sipsorcery.leaving"
"""In a request's environment: the event that is set when its browser has gone, or the server is told to stop."""
LONGEST = 300.0
"""Seconds after which a stream gives its place back; browsers ask anew."""
ASKED_AGAIN_AFTER = 5.0
"""Seconds until a browser without a place among the streams asks again."""

View = Callable[..., dict[str, Any]]


def init_app(app: Flask, pause: float) -> None:
    """Let lists be live. This has to meet a request before the guard of the pages, which would lead to the sign-in."""
    app.extensions[EXTENSION] = Streams(pause)
    app.add_template_filter(digest)
    app.before_request(_meet)


def live_list(view: View) -> Callable[..., Any]:
    """Make a page of a view that gives what its list shows: `<area>/index.html`, which includes `<area>/list.html`.

    Asked for events, its address tells the list alone, now and whenever it has changed.
    """

    @wraps(view)
    def shown(**arguments: Any) -> Any:
        if not _asks_for_events():
            return render_template(f"{request.blueprint}/index.html", **view(**arguments))
        return _response(stream_with_context(_told(lambda: _list_alone(view, arguments))))

    shown.__dict__["is_live"] = True
    return shown


def _asks_for_events() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "is_live", False) and request.headers.get("Accept") == CONTENT_TYPE


def _meet() -> Response | None:
    """To look on is not to use the session: it ends as if nobody had asked."""
    if not _asks_for_events():
        return None
    session.only_read()
    try:
        return None if session.current() is not None else _response([str(ENDED)])
    except StorageUnavailable:
        return _response([str(AWAY)])


def _response(messages: Iterable[str]) -> Response:
    response = Response(messages, content_type=CONTENT_TYPE)
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that collects the answer would tell all of it at the end
    return response


def _list_alone(view: View, arguments: dict[str, Any]) -> str:
    return render_template(f"{request.blueprint}/list.html", **view(**arguments)).strip()


def _told(list_now: Callable[[], str]) -> Iterator[str]:
    """Messages for as long as there is a place and somebody who reads them; without a place there is one."""
    leaving = request.environ.get(LEAVING) or threading.Event()
    seen = request.headers.get("Last-Event-ID", "")
    with _place() as has_place:
        for _ in range(_looks() if has_place else 1):
            message = _looked(list_now, seen)
            seen = message.digest or seen
            yield str(message if has_place or message.again != AT_ONCE else replace(message, again=_poll_pause()))
            if message == ENDED or (has_place and leaving.wait(_pause_after(message))):
                return


def _place() -> Any:
    wants_no_more_than_one = request.headers.get("Prefer") == "wait=0"  # RFC 7240, section 4.3
    return Streams(0).place() if wants_no_more_than_one else streams().place()


def _looks() -> int:
    return max(1, round(LONGEST / streams().pause))


def _poll_pause() -> float:
    return max(ASKED_AGAIN_AFTER, streams().pause)


def _pause_after(message: Message) -> float:
    return AFTER_TROUBLE if message == AWAY else streams().pause


def _looked(list_now: Callable[[], str], seen: str) -> Message:
    """How the list is now. Whatever goes wrong may be over in a moment."""
    wait_anew()
    try:
        if not session.is_still_valid():
            return ENDED
        html = list_now()
    except SessionExpired:
        return ENDED
    except (ProvisioningError, StorageUnavailable):
        return AWAY
    except Exception as error:
        current_app.logger.error("The live list %s failed", request.path, exc_info=error)
        return AWAY
    moment, zone = now(), zone_of(current_login().time_zone) or UTC
    clock, which = formats.iso(moment, zone), formats.which_of_two(moment, zone) or None
    name = digest(html)
    as_before = Message("on", AT_ONCE, clock, which=which)
    return as_before if name == seen else replace(as_before, digest=name, list=html)
