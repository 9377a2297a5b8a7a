"""The addresses that an application answers at, for links and forms to be compared with."""

from urllib.parse import urlsplit

from flask import Flask

from sipsorcery_web.rest.routes import DOCUMENT, PREFIX


def takes(app: Flask, address: str, method: str) -> bool:
    """Return True where a request to an address meets something, in Flask or in front of it."""
    path = urlsplit(address).path
    if path == PREFIX + DOCUMENT:
        return app.extensions["service"] is not None
    return bool(app.url_map.bind("localhost").test(path, method=method.upper()))
