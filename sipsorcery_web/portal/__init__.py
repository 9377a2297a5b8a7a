"""The pages. Nothing here knows SOAP, and only `keepings` knows SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask_compress import Compress

from sipsorcery_web.provisioning.channel import Channel

from . import (
    access,
    assets,
    backend,
    capabilities,
    developers,
    engine,
    errors,
    expired,
    first_run,
    formats,
    frame,
    health,
    security,
    session,
    status,
)
from .account import pages as account
from .calls import pages as calls
from .capabilities import Capabilities
from .cdrs import pages as cdrs
from .csrf import MaskedCSRF
from .dial_plans import checks as dial_plan_checks
from .dial_plans import history as dial_plan_history
from .dial_plans import pages as dial_plans
from .editing import conflicts, deleting
from .editing import pages as editing
from .engine import SIPEngine
from .help import pages as help_pages
from .keepings.deleted_records import DeletedRecords
from .keepings.dial_plan_versions import DialPlanVersions
from .keepings.kept_forms import KeptForms
from .keepings.opened_records import OpenedRecords
from .keepings.sessions import SessionKeeping
from .lists import refused_filters, turns
from .live import views as live
from .provider_registrations import pages as provider_registrations
from .registrations import pages as registrations
from .signing_in import demonstration
from .signing_in import pages as signing_in
from .signing_in.demonstration import Demonstration
from .sip_accounts import pages as sip_accounts
from .sip_providers import pages as sip_providers
from .sip_providers import registering

AREAS = (
    signing_in,
    account,
    sip_accounts,
    registrations,
    sip_providers,
    provider_registrations,
    dial_plans,
    calls,
    cdrs,
    editing,
    help_pages,
    health,
)

COMPRESSION = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_BR_LEVEL": 5,
    "COMPRESS_MIMETYPES": ["text/html"],
}


@dataclass(frozen=True, kw_only=True)
class Portal:
    """What the portal is given; `set_up` is None where another service keeps the customers."""

    channel: Channel
    sessions: SessionKeeping
    kept_forms: KeptForms
    opened_records: OpenedRecords
    deleted_records: DeletedRecords
    dial_plan_versions: DialPlanVersions
    clock: Callable[[], datetime]
    address: str
    invites: str
    capabilities: Capabilities
    patience: float
    """The seconds that a page waits for the service."""
    set_up: first_run.SetUp | None = None
    live_seconds: float = 3.0
    insecure_http: bool = False
    service_address: str = ""
    demonstration: Demonstration | None = None
    provider_registrations: bool = True
    engine: SIPEngine | None = None


def init_app(app: Flask, portal: Portal) -> MaskedCSRF:
    """Put the pages into an application; the order of the hooks is the order in which a request meets them."""
    session.init_app(app, portal.sessions, portal.clock, portal.insecure_http)
    backend.init_app(app, portal.channel, portal.patience)
    expired.init_app(app, portal.kept_forms)
    conflicts.init_app(app, portal.opened_records)
    deleting.init_app(app, portal.deleted_records)
    dial_plan_history.init_app(app, portal.dial_plan_versions)
    dial_plan_checks.init_app(app, takes_dial_strings=portal.set_up is not None)
    turns.init_app(app)
    refused_filters.init_app(app)
    live.init_app(app, portal.live_seconds)
    access.init_app(app)
    csrf = MaskedCSRF(app)
    errors.init_app(app)
    status.init_app(app, portal.address, portal.invites)
    engine.init_app(app, portal.engine)
    formats.init_app(app)
    assets.init_app(app)
    security.init_app(app)
    app.config.from_mapping(COMPRESSION)
    Compress(app)
    frame.init_app(app)
    developers.init_app(app, portal.service_address)
    demonstration.init_app(app, portal.demonstration)
    capabilities.init_app(app, portal.capabilities)
    domain = portal.address if portal.capabilities.knows_its_domain else ""
    registering.init_app(app, registering.Registering(portal.provider_registrations, domain))
    for area in AREAS:
        app.register_blueprint(area.bp)
    if portal.set_up is not None:
        first_run.init_app(app, portal.set_up)
    return csrf
