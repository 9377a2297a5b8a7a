"""The targets of the measurements: the portal, and beside it a response that tells where a request is from."""

import os
from typing import Any

from flask import Flask

from bench.load import PROCESS
from sipsorcery_web import create_app

FORWARDED = "/forwarded-for"


def create() -> Flask:
    """The WSGI application that every server is given."""
    portal = create_app()
    answer = portal.wsgi_app

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, (PROCESS, str(os.getpid()))], *more)

        if environ["PATH_INFO"] == FORWARDED:
            begin("200 OK", [("Content-Type", "text/plain")])
            return [environ.get("HTTP_X_FORWARDED_FOR", "").encode()]
        return answer(environ, begin)

    portal.wsgi_app = application  # type: ignore[method-assign]
    return portal
