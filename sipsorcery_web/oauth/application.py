"""The endpoints for programs as a WSGI application. Every failure leaves as OAuth tells it (RFC 6749, section 5.2)."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from authlib.oauth2 import OAuth2Error
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract.errors import Attempts, TooManyAttempts
from sipsorcery_web.cross_origin import CrossOrigin
from sipsorcery_web.rest.in_front import Headers, InFront
from sipsorcery_web.service import stranger_limit
from sipsorcery_web.service.context import ServiceContext

from .metadata import DEVICE_AUTHORIZATION, INTROSPECTION, REVOCATION, TOKEN, WELL_KNOWN, metadata
from .requests import asked_in_form
from .server import Server
from .work import writing

log = logging.getLogger(__name__)

IssuerOf = Callable[[Request], str]
"""From a request to the address that programs know the portal by."""
_NAMES = {DEVICE_AUTHORIZATION: "device_authorization", REVOCATION: "revocation", INTROSPECTION: "introspection"}
PLACES = (TOKEN, *_NAMES, WELL_KNOWN)


class OAuthEndpoints(InFront):
    """The application that answers programs; the pages of customers' decisions are the portal's."""

    def __init__(
        self,
        behind: Any,
        context: ServiceContext,
        issuer_of: IssuerOf,
        origins: Iterable[str],
        limit: int | None,
        headers: Headers,
    ) -> None:
        """Take, as `limit`, the bytes of the largest request, and the sites whose pages may call it."""
        allowed = CrossOrigin(frozenset(origins), ("GET", "POST"), ("Authorization", "Content-Type"))
        super().__init__(behind, allowed, limit, headers)
        self._context = context
        self._issuer_of = issuer_of

    def is_here(self, path: str) -> bool:
        """Return True for the path of an endpoint."""
        return path in PLACES

    def _answer(self, request: Request) -> Response:
        try:
            return self._carried_out(request)
        except OAuth2Error as error:
            status, body, headers = error()
            return Response(json.dumps(body), status, headers)
        except TooManyAttempts as error:
            return _failure(429, error.message, {"Retry-After": str(error.retry_after)})
        except HTTPException as error:
            return _failure(error.code or 400, error.description or "")
        except SQLAlchemyError:
            log.exception("A request for tokens failed in the store")
            return _failure(503, "The store cannot be reached at the moment.")
        except Exception:
            log.exception("A request for tokens failed")
            return _failure(500, "Something went wrong in the service.")

    def _carried_out(self, request: Request) -> Response:
        methods = ("GET", "HEAD") if request.path == WELL_KNOWN else ("POST",)
        allow = {"Allow": ", ".join((*methods, "OPTIONS"))}
        if request.method == "OPTIONS":
            return Response(status=204, headers=allow)
        if request.method not in methods:
            return _failure(405, f"At this address there is {allow['Allow']}.", allow)
        if request.path == WELL_KNOWN:
            return Response(json.dumps(metadata(self._issuer_of(request))), content_type="application/json")
        return self._asked(request)

    def _asked(self, request: Request) -> Response:
        asked, address = asked_in_form(request), request.remote_addr or ""
        if request.path == DEVICE_AUTHORIZATION:
            stranger_limit.note(self._context, Attempts.DEVICE_REQUEST, address)
        with writing(self._context, address) as work:
            server = Server(work, self._issuer_of(request))
            if request.path == TOKEN:
                answer: Response = server.create_token_response(asked)
            else:
                answer = server.create_endpoint_response(_NAMES[request.path], asked)
            return answer


def _failure(status: int, description: str, headers: Mapping[str, str] | None = None) -> Response:
    error = "server_error" if status == 500 else "invalid_request" if status < 429 else "temporarily_unavailable"
    told = {"error": error, "error_description": description}
    return Response(json.dumps(told), status, headers, content_type="application/json")
