"""The interface as a WSGI application of its own, which needs nothing that pages do: no session, cookie or form token.

Every failure leaves as a problem (RFC 9457).
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract.access_token_text import is_access_token
from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.cross_origin import CrossOrigin

from .bodies import JSON
from .handlers import Backend, Call, answer, nothing
from .problems import Problem, no_token, problem_of
from .routes import DOCUMENT, PREFIX, place_at

log = logging.getLogger(__name__)

LONGEST_QUERY_STRING = 16_384
"""Bytes, as for pages."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TAKEN_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match")
READABLE_HEADERS = ("ETag", "Link", "Location", "Retry-After", "WWW-Authenticate", "X-Request-ID")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
"""RFC 6750, section 2.1."""

Headers = Callable[[bool], Mapping[str, str]]
"""From whether a request came over https to the headers that every answer has."""
Document = Callable[[str], bytes]
"""From the path that the installation is under to the description of the interface."""


class Api:
    """The application that answers at `/api/v1`, in front of the one that answers everything else."""

    def __init__(
        self,
        behind: Any,
        backend: Backend,
        document: Document,
        origins: Iterable[str],
        limit: int | None,
        headers: Headers,
    ) -> None:
        """Take, as `limit`, the bytes of the largest request, and the sites whose pages may call it."""
        self._behind = behind
        self._backend = backend
        self._document = document
        self._cross_origin = CrossOrigin(frozenset(origins), METHODS, TAKEN_HEADERS, READABLE_HEADERS)
        self._limit = limit
        self._headers = headers

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            passed: Iterable[bytes] = self._behind(environ, start_response)
            return passed
        request = Request(environ)
        request.max_content_length = self._limit
        response = self._cross_origin.allowed(request, self._answer(request))
        response.headers.extend(self._headers(request.is_secure))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            return self._carried_out(request)
        except Problem as problem:
            return problem.response()
        except ProvisioningError as error:
            return problem_of(error).response()
        except HTTPException as error:
            return Problem(error.code or 400, error.description or "").response()
        except Exception:
            log.exception("A request at %s failed", PREFIX)
            return Problem(500, "Something went wrong in the service.").response()

    def _carried_out(self, request: Request) -> Response:
        if len(request.query_string) > LONGEST_QUERY_STRING:
            raise Problem(414, "The query is longer than this service takes.")
        path = request.path.removeprefix(PREFIX)
        if path == DOCUMENT:
            return self._described(request)
        place = place_at(path)
        if request.method == "OPTIONS":
            return nothing({"Allow": place.methods})
        route = place.routes.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            raise _not_allowed(place.methods)
        call = Call(request, route.resource, place.id, token_of(request), self._backend)
        return answer(call, route.verb)

    def _described(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return nothing({"Allow": "GET, HEAD, OPTIONS"})
        if request.method not in ("GET", "HEAD"):
            raise _not_allowed("GET, HEAD, OPTIONS")
        response = Response(self._document(request.root_path.rstrip("/")), content_type=JSON)
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        return response.make_conditional(request)


def token_of(request: Request) -> str:
    """Return the token for programs that a request has; Problem for one without, and for another kind of token."""
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise no_token()
    if not is_access_token(found[1]):
        raise no_token("This is no token for programs.", "invalid_token")
    return found[1]


def _not_allowed(methods: str) -> Problem:
    return Problem(405, f"At this address there is {methods}.", headers={"Allow": methods})
