"""The endpoints at `/provisioning.svc` and `/notificationspull.svc`.

Calls are answered before Flask looks at a request; behind it stands what is published there.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, request

from sipsorcery_web.contract import names
from sipsorcery_web.cross_origin import CrossOrigin

from ..dispatch import Service
from . import wsdl
from .calls import Calls, Headers, no_headers


@dataclass(frozen=True)
class Endpoint:
    """An endpoint: the name of its views, its path, and what it publishes for its address."""

    name: str
    path: str
    publish: Callable[[str], Response | str]


PROVISIONING = Endpoint("provisioning_service", names.ENDPOINT_PATH, wsdl.published)
NOTIFICATIONS = Endpoint("notification_service", names.NOTIFICATIONS_PATH, wsdl.published_notifications)


def mount(
    app: Flask,
    service: Service,
    fault_status: int = 500,
    address: str = "",
    origins: Collection[str] = (),
    headers: Headers = no_headers,
    endpoint: Endpoint = PROVISIONING,
) -> Blueprint:
    """Put an endpoint into an application, and return the views of it that Flask has.

    `fault_status` is 500, or 200 for clients that cannot read a 500. Without an `address` each request tells its own.
    Pages of the `origins` may call it from a browser. Answers of calls have the `headers` too.
    """
    cross_origin = CrossOrigin(frozenset(origins), ("POST",), ("Authorization", "Content-Type", "SOAPAction"))
    calls = Calls(service, fault_status, cross_origin, app.config.get("MAX_CONTENT_LENGTH"), headers)
    views = _views(endpoint, calls, address, cross_origin)
    app.register_blueprint(views)
    app.wsgi_app = _InFront(endpoint.path, calls, app.wsgi_app)  # type: ignore[method-assign]
    return views


class _InFront:
    """A WSGI application with calls answered in front of it; one with a query is left to it, which limits these."""

    def __init__(self, path: str, calls: Calls, behind: Any) -> None:
        self._path = path
        self._calls = calls
        self._behind = behind

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_call = environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO") == self._path
        chosen = self._calls if is_call and not environ.get("QUERY_STRING") else self._behind
        answer: Iterable[bytes] = chosen(environ, start_response)
        return answer


def _views(endpoint: Endpoint, calls: Calls, address: str, cross_origin: CrossOrigin) -> Blueprint:
    views = Blueprint(endpoint.name, __name__)

    @views.get(endpoint.path)
    def publish() -> Response | str:
        return endpoint.publish(address or request.base_url)

    @views.post(endpoint.path)
    def answer() -> Any:
        return calls

    @views.after_request
    def mark(response: Response) -> Response:
        return response if request.method == "POST" else cross_origin.allowed(request, response)

    return views
