"""REST v0.1 as a WSGI application. The key is a token for programs, in the header `apikey` alone.

A GET may delete: no browser sends that header for a page of another site, unless the operator has named the site.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract.access_token_text import is_access_token
from sipsorcery_web.contract.errors import ProvisioningError, SessionExpired
from sipsorcery_web.cross_origin import CrossOrigin

from ..application import LONGEST_QUERY_STRING
from ..bodies import JSON
from ..in_front import Headers, InFront
from ..json_values import written
from ..problems import Problem, refusal
from .calls import Call, Service
from .results import FAILED, NO_KEY, SUSPENDED, UNKNOWN_KEY, Failure, failure, success, text_of
from .routes import BY_PATH, IS_ALIVE, PREFIX, Route

log = logging.getLogger(__name__)

KEY_HEADER = "apikey"


class OriginalApi(InFront):
    """The application that answers at `/rest/v0.1/provisioning.svc`."""

    prefix = PREFIX

    def __init__(
        self,
        behind: Any,
        service: Service,
        is_of_suspended: Callable[[str], bool],
        origins: Iterable[str],
        limit: int | None,
        headers: Headers,
    ) -> None:
        """Take, as `limit`, the bytes of the largest request, and the sites whose pages may call it."""
        allowed = CrossOrigin(frozenset(origins), ("GET", "POST"), (KEY_HEADER, "Content-Type"))
        super().__init__(behind, allowed, limit, headers)
        self._service = service
        self._is_of_suspended = is_of_suspended

    def _answer(self, request: Request) -> Response:
        try:
            return _reply(self._result(request))
        except (Problem, HTTPException) as error:
            return refusal(error)

    def _result(self, request: Request) -> object:
        if len(request.query_string) > LONGEST_QUERY_STRING:
            raise Problem(414, "The query is longer than this service takes.")
        path = request.path.removeprefix(PREFIX).removeprefix("/").lower()
        route = BY_PATH.get(path)
        if path != IS_ALIVE and route is None:
            raise Problem(404, "There is nothing at this address.")
        method = route.method if route else "GET"
        if request.method == "OPTIONS":
            return None
        if request.method != method:
            raise Problem(405, f"At this address there is {method}.", headers={"Allow": f"{method}, OPTIONS"})
        return self._carried_out(route, request) if route else True

    def _carried_out(self, route: Route, request: Request) -> object:
        try:
            return success(route.act(Call(request, self._key(request), self._service)))
        except Failure as error:
            return failure(str(error), route.otherwise)
        except ProvisioningError as error:
            return failure(text_of(error), route.otherwise)
        except (Problem, HTTPException):
            raise
        except Exception:
            log.exception("A request at %s failed", PREFIX)
            return failure(FAILED, route.otherwise)

    def _key(self, request: Request) -> str:
        """Return the key of a request, which may still be over or deleted. Failure for none, and for no key at all."""
        key = request.headers.get(KEY_HEADER, "").strip()
        if not key:
            raise Failure(NO_KEY)
        if not is_access_token(key):
            raise Failure(UNKNOWN_KEY)
        try:
            self._service.owner_of(key)
        except SessionExpired:
            raise Failure(SUSPENDED if self._is_of_suspended(key) else UNKNOWN_KEY) from None
        return key


def _reply(value: object) -> Response:
    return Response(status=204) if value is None else Response(written(value), content_type=JSON)
