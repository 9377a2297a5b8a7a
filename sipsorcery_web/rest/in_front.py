"""WSGI applications in front of the pages, which need nothing that pages do: no session, cookie or form token."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from sipsorcery_web.cross_origin import CrossOrigin

Headers = Callable[[bool], Mapping[str, str]]
"""From whether a request came over https to the headers that every answer has."""


class InFront:
    """An application that answers at some addresses, below a prefix, in front of the one that answers all others."""

    prefix = ""

    def __init__(self, behind: Any, cross_origin: CrossOrigin, limit: int | None, headers: Headers) -> None:
        """Take, as `limit`, the bytes of the largest request."""
        self._behind = behind
        self._cross_origin = cross_origin
        self._limit = limit
        self._headers = headers

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not self.is_here(environ.get("PATH_INFO", "")):
            passed: Iterable[bytes] = self._behind(environ, start_response)
            return passed
        request = Request(environ)
        request.max_content_length = self._limit
        response = self._cross_origin.allowed(request, self._answer(request))
        response.headers.extend(self._headers(request.is_secure))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response(environ, start_response)

    def is_here(self, path: str) -> bool:
        """Return True for a path that is answered here."""
        return path == self.prefix or path.startswith(f"{self.prefix}/")

    def _answer(self, request: Request) -> Response:
        """Answer a request; nothing may be raised."""
        raise NotImplementedError
