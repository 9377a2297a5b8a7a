"""Ladders as files."""

from flask import Response


def ladder_file(contents: bytes, content_type: str, name: str) -> Response:
    """Return a file for the browser to save."""
    response = Response(contents, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
