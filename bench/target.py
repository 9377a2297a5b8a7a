"""The targets of the measurements: the portal, and beside it a response that tells where a request is from."""

from typing import Any

from sipsorcery_web import create_app

FORWARDED = "/forwarded-for"


def create() -> Any:
    """The WSGI application that every server is given."""
    portal = create_app()

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == FORWARDED:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [environ.get("HTTP_X_FORWARDED_FOR", "").encode()]
        return portal(environ, start_response)

    return application
