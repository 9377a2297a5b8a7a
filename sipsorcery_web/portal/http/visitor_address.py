"""The address that a request comes from, as limits, sessions and notes take it."""

from flask import request


def visitor_address() -> str:
    """Return the address of whoever sends this request; an empty text where the server knows none."""
    return request.remote_addr or ""
