"""Looks at lists that show what there is, answered before Flask looks at the request.

Most looks are in vain. What Flask has answered 304 to is remembered together with all that this was answered by: the
session as it was stored, the revision of what its customer sees, whether the SIP engine answers. Where that is as it
was, the same request is given the same answer; everything else goes to Flask. Each process remembers its own.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from flask import Flask, request

from sipsorcery_web.contract.errors import ProvisioningError

from ..http.backend import current_login
from ..http.clock import current_zone
from ..http.parts import parts_of
from ..http.session import PortalSessions
from ..http.session_marks import SessionMark, mark_of_session
from ..http.sip_engine import SIPEngine
from ..storage.errors import StorageUnavailable
from .clock_headers import CLOCK, ZONE, clock_headers
from .stamps import Revisions, Validity

MOST = 2_000
"""Looks that are remembered; a process has at most some hundred connections."""
NOTE = "sipsorcery_web.unchanged"
"""Where a request says what its 304 was answered by."""
_SHAPED_BY = (
    *("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"),
    *("HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_LIVE_STAMP", "HTTP_ACCEPT_ENCODING"),
)
"""What an answer depends on beside what is stored."""

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Grounds:
    """The state of things that a 304 was answered by."""

    mark: SessionMark
    token: str = field(repr=False)
    validity: Validity
    engine_answers: bool | None
    zone: tzinfo


def note_grounds(validity: Validity, engine_answers: bool | None) -> None:
    """Say what this request is answered 304 by."""
    request.environ[NOTE] = Grounds(mark_of_session(), current_login().token, validity, engine_answers, current_zone())


class UnchangedLists:
    """A WSGI application with looks answered in front of it that it has answered before."""

    def __init__(self, behind: Any, sessions: PortalSessions, parts: Mapping[type[Any], Any]) -> None:
        self._behind = behind
        self._sessions = sessions
        self._parts = parts
        self._answers: OrderedDict[bytes, tuple[Grounds, Headers]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_LIVE_LIST" not in environ:
            behind: Iterable[bytes] = self._behind(environ, start_response)
            return behind
        key = _key(environ)
        known = self._answers.get(key)
        if known is None or not self._hold(known[0]):
            return self._asked(key, environ, start_response)
        grounds, headers = known
        start_response("304 NOT MODIFIED", [*headers, *clock_headers(self._sessions.clock(), grounds.zone)])
        return ()

    def _hold(self, grounds: Grounds) -> bool:
        """Return whether what a look was answered by is as it was; what cannot be told is not."""
        engine: SIPEngine | None = self._parts.get(SIPEngine)
        if grounds.engine_answers != (None if engine is None else engine.status.answers):
            return False
        try:
            if not grounds.mark.is_good(self._sessions):
                return False
            revisions: Revisions = self._parts[Revisions]
            revision = (revisions.read_alone or revisions.read)(grounds.token)
        except (ProvisioningError, StorageUnavailable):
            return False
        return grounds.validity.holds(revision, self._sessions.clock())

    def _asked(self, key: bytes, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Have the application answer, and remember the answer where it says what it rests on."""
        told: list[Headers] = []

        def start(status: str, headers: Headers, *error: Any) -> Any:
            told.append(headers)
            return start_response(status, headers, *error)

        answer: Iterable[bytes] = self._behind(environ, start)
        grounds = environ.get(NOTE)
        with self._lock:
            self._answers.pop(key, None)
            if grounds is not None and told:
                self._answers[key] = grounds, [each for each in told[-1] if each[0] not in (CLOCK, ZONE)]
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        return answer


def init_app(app: Flask) -> None:
    """Answer looks in front of an application whose service tells revisions to whoever is in the same process."""
    sessions = app.session_interface
    assert isinstance(sessions, PortalSessions)  # noqa: S101 (set by create_app)
    app.wsgi_app = UnchangedLists(app.wsgi_app, sessions, parts_of(app))  # type: ignore[method-assign]


def _key(environ: Environ) -> bytes:
    """Return a name for a request that tells nothing of its cookie."""
    return hashlib.blake2b(repr([environ.get(name) for name in _SHAPED_BY]).encode(), digest_size=24).digest()
