"""Reverse proxies in front of the portal: what they say of a request counts, as far as they are trusted."""

import logging
import re
from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

HEADER = "HTTP_X_FORWARDED_PREFIX"

_PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)+", re.ASCII)

log = logging.getLogger(__name__)


def trust_proxies(app: Flask, count: int) -> None:
    """Take client, scheme, host and path prefix of a request from the headers of so many proxies."""
    mounted = MountedUnderPrefix(app.wsgi_app, count)
    app.wsgi_app = ProxyFix(mounted, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


class MountedUnderPrefix:
    """A WSGI application under the path that `X-Forwarded-Prefix` names, which becomes its SCRIPT_NAME (PEP 3333).

    A proxy may have taken the prefix from the path, or not. Proxies behind each other add theirs to the list.
    """

    def __init__(self, app: Any, count: int) -> None:
        self._app = app
        self._count = count

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if prefix := self._prefix(environ.get(HEADER, "")):
            path = environ.get("PATH_INFO", "")
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
            environ["PATH_INFO"] = path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

    def _prefix(self, header: str) -> str:
        """The prefix in the header, "/portal"; empty for the top of the host, and for what is no path."""
        parts = [part.strip().rstrip("/") for part in header.split(",")][-self._count :]
        prefix = "".join(parts)
        if prefix and not _PREFIX.fullmatch(prefix):
            log.warning("X-Forwarded-Prefix is not a path and is ignored: %r", header[:200])
            return ""
        return prefix
