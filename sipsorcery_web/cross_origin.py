"""Calls from pages of other sites (Fetch Standard, section 3.2: the CORS protocol)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from werkzeug.wrappers import Request, Response

PREFLIGHT_SECONDS = 600

R = TypeVar("R", bound=Response)


@dataclass(frozen=True)
class CrossOrigin:
    """The sites whose pages may call a service; never with the browser's own credentials.

    `methods` and `headers` are what such a call may have, `readable` the headers of an answer that a page may read.
    """

    origins: Collection[str]
    methods: Collection[str]
    headers: Collection[str]
    readable: Collection[str] = ()

    def allowed(self, request: Request, response: R) -> R:
        """The answer, marked as readable for a page of one of the sites. Only calls are: what is published is not."""
        if not self.origins:
            return response
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "")
        if origin not in self.origins or request.method not in (*self.methods, "OPTIONS"):
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = ", ".join(self.methods)
            response.headers["Access-Control-Allow-Headers"] = ", ".join(self.headers)
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        elif self.readable:
            response.headers["Access-Control-Expose-Headers"] = ", ".join(self.readable)
        return response
