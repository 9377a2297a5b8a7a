"""The provisioning service, as the visitor of this request sees it."""

from flask import Flask, current_app, g, request

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ProvisioningClient, Visitor

from . import session

EXTENSION = "provisioning_channel"


def init_app(app: Flask, channel: Channel) -> None:
    """Give the portal its way to the service."""
    app.extensions[EXTENSION] = channel


def service() -> ProvisioningClient:
    """The service for the visitor who has signed in, or for a stranger."""
    if "provisioning" not in g:
        visit = session.current()
        g.provisioning = service_with(visit.token if visit else None)
    client: ProvisioningClient = g.provisioning
    return client


def service_with(token: str | None) -> ProvisioningClient:
    """The service with a token that no session holds yet."""
    return ProvisioningClient(current_app.extensions[EXTENSION], Visitor(token, request.remote_addr or ""))


def visit() -> session.Visit:
    """Who has signed in; SessionExpired when nobody has."""
    current = session.current()
    if current is None:
        raise SessionExpired
    return current
