"""The provisioning service, as the visitor of this request sees it."""

from math import inf
from time import monotonic

from flask import Flask, current_app, g, has_app_context, request

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient

from . import session

EXTENSION = "provisioning_channel"
PATIENCE = "provisioning_patience"


def init_app(app: Flask, channel: Channel, patience: float) -> None:
    """Give the portal its way to the service, and the seconds that a page waits for it, over all of its calls."""
    app.extensions[EXTENSION] = channel
    app.extensions[PATIENCE] = patience


def time_left() -> float:
    """The seconds that this page can still wait for the service; they run from the first time that it asks."""
    if not has_app_context():
        return inf
    if "waits_until" not in g:
        g.waits_until = monotonic() + current_app.extensions[PATIENCE]
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
    return ProvisioningClient(current_app.extensions[EXTENSION], ClientIdentity(token, request.remote_addr or ""))


def current_login() -> session.LoginSession:
    """Who has signed in; SessionExpired when nobody has."""
    current = session.current()
    if current is None:
        raise SessionExpired
    return current
