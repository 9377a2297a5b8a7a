"""Requests with ids, as a WSGI application around another one."""

from collections.abc import Iterable
from typing import Any

from werkzeug.wsgi import ClosingIterator

from .request_ids import HEADER, begin_request, go_on_with


class RequestIds:
    """An application whose requests have ids of its own making, told in every answer.

    One that a visitor sends along is not looked at: lines of the log could be made to look like another request's.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given = begin_request()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, (HEADER, given)], *error)

        # Where the application fails, the id stays until the next request: the server has yet to say what happened.
        return ClosingIterator(self._app(environ, start), lambda: go_on_with(""))
