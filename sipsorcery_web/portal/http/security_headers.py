"""The security headers of every answer (OWASP Secure Headers Project)."""

from collections.abc import Mapping

from flask import Flask, Response, abort, request

FORMS = "form-action 'self'"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        FORMS,
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
OVER_HTTPS = {**HEADERS, "Strict-Transport-Security": "max-age=31536000"}
"""The same, and for a year no other way than https."""
PRIVATE = "private, no-store"
LONGEST_QUERY_STRING = 16_384
"""Bytes. A page repeats it in the links of each row, so a longer one would make a page of many megabytes."""


def let_forms_lead_to(response: Response, origin: str) -> None:
    """Let the forms of a page end at another site as well, whose browsers look at each step of the way there.

    A policy has no words for the address of IPv6 (CSP3, section 2.3.1): there any site is let through over http.
    """
    source = "http:" if origin.startswith("http://[") else origin
    response.headers["Content-Security-Policy"] = POLICY.replace(FORMS, f"{FORMS} {source}")


def init_app(app: Flask) -> None:
    """Add the headers to every answer; what does not say otherwise is private and not kept."""
    app.before_request(_refuse_long_addresses)
    app.after_request(_add_headers)


def _refuse_long_addresses() -> None:
    if len(request.query_string) > LONGEST_QUERY_STRING:
        abort(414)


def headers_of(is_secure: bool) -> Mapping[str, str]:
    """Return the headers of every answer to a request that came over https, or did not."""
    return OVER_HTTPS if is_secure else HEADERS


def _add_headers(response: Response) -> Response:
    given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 (it iterates over pairs)
    added = headers_of(request.is_secure).items()
    response.headers.extend([(name, value) for name, value in added if name.lower() not in given])
    response.headers.setdefault("Cache-Control", PRIVATE)
    return response
