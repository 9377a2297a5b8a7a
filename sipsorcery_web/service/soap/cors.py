"""Calls from pages of other sites (Fetch Standard, section 3.2: the CORS protocol)."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Response, request

HEADERS = "Content-Type, SOAPAction"
PREFLIGHT_SECONDS = 600


@dataclass(frozen=True)
class CrossOrigin:
    """The sites whose pages may call the service; never with the browser's own credentials."""

    origins: Collection[str]

    def allowed(self, response: Response) -> Response:
        """The answer, marked as readable for a page of one of the sites. Only calls are: what is published is not."""
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "")
        if origin not in self.origins or request.method not in ("POST", "OPTIONS"):
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = HEADERS
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response
