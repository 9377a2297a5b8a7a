"""The provisioning service, as the visitor of this request sees it."""

from dataclasses import dataclass
from math import inf
from time import monotonic

from flask import g, has_app_context, request

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient

from . import session
from .parts import part


@dataclass
class Backend:
    """The portal's way to the service, and the seconds that a page waits for it, over all of its calls."""

    channel: Channel
    patience: float


def time_left() -> float:
    """The seconds that this page can still wait for the service; they run from the first time that it asks."""
    if not has_app_context():
        return inf
    if "waits_until" not in g:
        g.waits_until = monotonic() + part(Backend).patience
    return float(g.waits_until - monotonic())


def wait_anew() -> None:
    """Begin another piece of an answer that is sent in pieces: each may wait as long as a page."""
    g.pop("waits_until", None)


def service() -> ProvisioningClient:
    """The service for the visitor who has signed in, or for a stranger."""
    if "provisioning" not in g:
        login = session.current()
        g.provisioning = service_with(login.token if login else None)
    client: ProvisioningClient = g.provisioning
    return client


def service_with(token: str | None) -> ProvisioningClient:
    """The service with a token that no session holds yet."""
    return ProvisioningClient(part(Backend).channel, ClientIdentity(token, request.remote_addr or ""))


def current_login() -> session.LoginSession:
    """Return the login session of this request; raises SessionExpired when nobody has signed in."""
    current = session.current()
    if current is None:
        raise SessionExpired
    return current
