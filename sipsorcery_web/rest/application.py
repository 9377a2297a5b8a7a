"""The interface as a WSGI application of its own. Every failure leaves as a problem (RFC 9457)."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.cross_origin import CrossOrigin

from .acts import ActPlace, Order, PlanTries, act_place_at
from .bodies import JSON
from .handlers import Backend, Call, answer, nothing, refuse_parameters
from .in_front import Headers, InFront
from .problems import Problem, refusal
from .routes import DOCUMENT, PREFIX, is_of_programs, place_at
from .tokens import token_of

log = logging.getLogger(__name__)

LONGEST_QUERY_STRING = 16_384
"""Bytes, as for pages."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TAKEN_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match")
READABLE_HEADERS = ("ETag", "Link", "Location", "Retry-After", "WWW-Authenticate", "X-Request-ID")

Document = Callable[[str], bytes]
"""From the path that the installation is under to the description of the interface."""


class Api(InFront):
    """The application that answers at `/api/v1`."""

    prefix = PREFIX

    def __init__(
        self,
        behind: Any,
        backend: Backend,
        document: Document,
        origins: Iterable[str],
        limit: int | None,
        headers: Headers,
        tries: PlanTries,
    ) -> None:
        """Take, as `limit`, the bytes of the largest request, and the sites whose pages may call it."""
        allowed = CrossOrigin(frozenset(origins), METHODS, TAKEN_HEADERS, READABLE_HEADERS)
        super().__init__(behind, allowed, limit, headers)
        self._backend = backend
        self._document = document
        self._tries = tries

    def is_here(self, path: str) -> bool:
        return is_of_programs(path)

    def _answer(self, request: Request) -> Response:
        try:
            return self._carried_out(request)
        except (Problem, ProvisioningError, HTTPException) as error:
            return refusal(error)
        except Exception:
            log.exception("A request at %s failed", PREFIX)
            return Problem(500, "Something went wrong in the service.").response()

    def _carried_out(self, request: Request) -> Response:
        if len(request.query_string) > LONGEST_QUERY_STRING:
            raise Problem(414, "The query is longer than this service takes.")
        if not super().is_here(request.path):
            raise Problem(404, f"The resources are at {PREFIX}.")
        path = request.path.removeprefix(PREFIX)
        if path == DOCUMENT:
            return self._described(request)
        if (acts := act_place_at(path)) is not None:
            return self._acted(request, acts)
        place = place_at(path)
        if request.method == "OPTIONS":
            return nothing({"Allow": place.methods})
        route = place.routes.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            raise _not_allowed(place.methods)
        call = Call(request, route.resource, place.id, token_of(request), self._backend)
        return answer(call, route.verb)

    def _acted(self, request: Request, place: ActPlace) -> Response:
        if request.method == "OPTIONS":
            return nothing({"Allow": place.methods})
        act = place.acts.get("GET" if request.method == "HEAD" else request.method)
        if act is None:
            raise _not_allowed(place.methods)
        order = Order(request, token_of(request), place.plan_id, place.case_id)
        refuse_parameters(request)
        return act.carry_out(self._tries, order)

    def _described(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return nothing({"Allow": "GET, HEAD, OPTIONS"})
        if request.method not in ("GET", "HEAD"):
            raise _not_allowed("GET, HEAD, OPTIONS")
        response = Response(self._document(request.root_path.rstrip("/")), content_type=JSON)
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        return response.make_conditional(request)


def refuse_host(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Answer, as a WSGI application, a request that names no host."""
    return Problem(400, "The header Host names no host.", field="Host").response()(environ, start_response)


def _not_allowed(methods: str) -> Problem:
    return Problem(405, f"At this address there is {methods}.", headers={"Allow": methods})
