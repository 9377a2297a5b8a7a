"""Endpoints for programs: the two SOAP services, and the resources in JSON."""

from functools import partial

from flask import Flask
from werkzeug.wrappers import Request

from ..contract.errors import Refused
from ..contract.notifications import NOTIFICATIONS
from ..dial_plans.live.stored_values import NoRoom, StoredValues
from ..events.notifications import Notifications
from ..events.store import SqliteEvents
from ..events.subscriptions import NAME as SUBSCRIPTIONS
from ..events.subscriptions import Subscriptions
from ..kept_answers import KeptAnswers
from ..oauth.application import OAuthEndpoints
from ..oauth.for_pages import ServerForPages
from ..portal.http.access import open_blueprint
from ..portal.http.csrf import MaskedCSRF
from ..portal.http.security_headers import headers_of
from ..rest import application as rest
from ..rest.conditions import Tags
from ..rest.cursors import Cursors
from ..rest.handlers import Backend as RestBackend
from ..rest.handlers import shown_revision
from ..rest.idempotency import IdempotencyKeys
from ..rest.openapi import document_bytes
from ..rest.v01.application import OriginalApi
from ..rest.v01.calls import Service as OriginalService
from ..rest.waiting import Waits
from ..service.dispatch import Service
from ..service.operations.notifications import handlers_of
from ..service.soap import endpoint
from ..settings import Settings
from .installation import Clock, Installation
from .tries import TriesOfPages


def add_endpoints(app: Flask, csrf: MaskedCSRF, installation: Installation, service: Service) -> None:
    """Serve the provisioning and the notification service, which need no form token, and no session of a browser."""
    settings = installation.settings
    services = {endpoint.PROVISIONING: (service, settings.service_address)}
    if installation.events is not None:
        app.extensions["notifications"] = told = _notifications(settings, installation.events, installation.clock)
        beside = Service(service.context, handlers_of(told), NOTIFICATIONS)
        services[endpoint.NOTIFICATIONS] = (beside, settings.notifications_address)
    for each, (served, address) in services.items():
        views = endpoint.mount(
            app, served, settings.fault_status, address, settings.cors_origins, headers_of, endpoint=each
        )
        csrf.exempt(views)
        open_blueprint(app, views.name)


def _notifications(settings: Settings, events: SqliteEvents, clock: Clock) -> Notifications:
    """Return what programs that poll are told, over the same events as the console."""
    return Notifications(events, Subscriptions(settings.data_dir / SUBSCRIPTIONS, clock))


def add_rest(app: Flask, settings: Settings, service: Service) -> None:
    """Put the resources, and the original's, in front of the pages: they need neither sessions nor templates."""
    context = service.context
    secret = context.keyring.derive("rest")
    backend = RestBackend(
        channel=service,
        owner_of=service.owner_of,
        revision=lambda token: shown_revision(service.revision(token)),
        keys=IdempotencyKeys(context.database, context.clock, secret),
        tags=Tags(secret),
        cursors=Cursors(secret),
        kept=KeptAnswers(service.revision_now, service.clock),
        waits=Waits(lambda token: shown_revision(service.latest_revision(token))),
    )
    limit = app.config["MAX_CONTENT_LENGTH"]
    app.wsgi_app = rest.Api(  # type: ignore[method-assign]
        app.wsgi_app,
        backend,
        partial(document_bytes, settings.domain),
        settings.cors_origins,
        limit,
        headers_of,
        TriesOfPages(app, service),
    )
    original = OriginalService(
        service, service.owner_of, service.admitted, settings.domain, PlanValues(context.database, context.keyring)
    )
    app.wsgi_app = OriginalApi(  # type: ignore[method-assign]
        app.wsgi_app, original, service.is_of_suspended, settings.cors_origins, limit, headers_of
    )


def oauth_server(settings: Settings, service: Service) -> ServerForPages:
    """Return the authorization server for pages."""
    return ServerForPages(service.context, partial(_issuer_of, settings.public_url))


def add_oauth(app: Flask, settings: Settings, service: Service) -> None:
    """Put the endpoints of OAuth for programs in front of the pages, which have those for customers."""
    app.wsgi_app = OAuthEndpoints(  # type: ignore[method-assign]
        app.wsgi_app,
        service.context,
        partial(_issuer_of, settings.public_url),
        settings.cors_origins,
        app.config["MAX_CONTENT_LENGTH"],
        headers_of,
    )


def _issuer_of(public_url: str, request: Request) -> str:
    return public_url or request.url_root.rstrip("/")


class PlanValues(StoredValues):
    """The values of plans for programs, to which a want of room is a refusal."""

    def write(self, owner: str, key: str, value: str) -> None:
        """Keep a value in place of the one that is there. Raises Refused."""
        try:
            super().write(owner, key, value)
        except NoRoom as error:
            raise Refused(str(error)) from None
