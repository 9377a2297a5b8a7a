"""The security headers of every answer (OWASP Secure Headers Project)."""

from flask import Flask, Response, abort, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
PRIVATE = "private, no-store"
A_YEAR = "max-age=31536000"
LONGEST_QUERY_STRING = 16_384
"""Bytes. A page repeats it in the links of each row, so a longer one would make a page of many megabytes."""


def init_app(app: Flask) -> None:
    """Add the headers to every answer; what does not say otherwise is private and not kept."""
    app.before_request(_refuse_long_addresses)
    app.after_request(_add_headers)


def _refuse_long_addresses() -> None:
    if len(request.query_string) > LONGEST_QUERY_STRING:
        abort(414)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", PRIVATE)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", A_YEAR)
    return response
