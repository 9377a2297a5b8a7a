"""The provisioning service, as the visitor of this request sees it."""

from dataclasses import dataclass
from math import inf
from time import monotonic

from flask import g, has_app_context, has_request_context, request

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient

from . import session
from .parts import part
from .visitor_address import visitor_address

ASKED_AT = "sipsorcery_web.asked_at"
"""Where the server says since when a request waits (monotonic), for a thread too."""


@dataclass
class Backend:
    """The portal's way to the service, and the seconds that a page waits for it, over all of its calls."""

    channel: Channel
    patience: float


def time_left() -> float:
    """The seconds that this page can still wait for the service.

    They run from the moment at which the server had the whole request, where it tells that one.
    """
    if not has_app_context():
        return inf
    if "waits_until" not in g:
        asked_at = request.environ.get(ASKED_AT) if has_request_context() else None
        g.waits_until = (asked_at or monotonic()) + part(Backend).patience
    return float(g.waits_until - monotonic())


def wait_anew() -> None:
    """Begin another piece of an answer that is sent in pieces: each may wait as long as a page."""
    wait_at_most(part(Backend).patience)


def wait_at_most(seconds: float) -> None:
    """Let what follows wait for the service so long, and no longer."""
    g.waits_until = monotonic() + seconds


def service() -> ProvisioningClient:
    """The service for the visitor who has signed in, or for a stranger."""
    if "provisioning" not in g:
        login = session.current()
        g.provisioning = service_with(login.token if login else None)
    client: ProvisioningClient = g.provisioning
    return client


def service_with(token: str | None) -> ProvisioningClient:
    """The service with a token that no session holds yet."""
    return ProvisioningClient(part(Backend).channel, ClientIdentity(token, visitor_address()))


def current_login() -> session.LoginSession:
    """Return the login session of this request; raises SessionExpired when nobody has signed in."""
    current = session.current()
    if current is None:
        raise SessionExpired
    return current
