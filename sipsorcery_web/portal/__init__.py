"""The pages. Nothing here knows SOAP, and only `storage` knows SQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask_compress import Compress

from sipsorcery_web.provisioning.channel import Channel

from . import error_handlers
from .areas import about, developers, health, setup
from .areas import undo as editing
from .areas.account import pages as account
from .areas.auth import pages as signing_in
from .areas.auth.demonstration import Demonstration
from .areas.calls import pages as calls
from .areas.cdrs import pages as cdrs
from .areas.dial_plans import checks as dial_plan_checks
from .areas.dial_plans import pages as dial_plans
from .areas.help import pages as help_pages
from .areas.provider_registrations import pages as provider_registrations
from .areas.registrations import pages as registrations
from .areas.sip_accounts import pages as sip_accounts
from .areas.sip_providers import pages as sip_providers
from .areas.sip_providers.registering import Registering
from .http import access, assets, capabilities, security_headers, session, sip_engine
from .http.backend import Backend
from .http.capabilities import Capabilities
from .http.csrf import MaskedCSRF
from .http.parts import add_part
from .http.service_status import ServiceStatusCache
from .http.sip_engine import SIPEngine
from .lists import query
from .lists.export_slots import ExportSlots
from .lists.refused_filters import RefusedFilters
from .live import views as live
from .storage.deleted_records import DeletedRecords
from .storage.dial_plan_versions import DialPlanVersions
from .storage.edit_snapshots import EditSnapshots
from .storage.saved_forms import SavedForms
from .storage.sessions import SessionStorage
from .ui import area, formats, layout

AREAS = (
    sip_accounts.AREA,
    registrations.AREA,
    sip_providers.AREA,
    provider_registrations.AREA,
    dial_plans.AREA,
    calls.AREA,
    cdrs.AREA,
    account.AREA,
    help_pages.AREA,
    signing_in.AREA,
    editing.AREA,
    health.AREA,
    about.AREA,
)
"""What there is to see, in the order of the navigation and the help."""

COMPRESSION = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_BR_LEVEL": 5,
    "COMPRESS_MIMETYPES": ["text/html"],
}


@dataclass(frozen=True, kw_only=True)
class Portal:
    """The parts that the portal is made from; `set_up` is None where another service keeps the customers."""

    channel: Channel
    sessions: SessionStorage
    saved_forms: SavedForms
    edit_snapshots: EditSnapshots
    deleted_records: DeletedRecords
    dial_plan_versions: DialPlanVersions
    clock: Callable[[], datetime]
    address: str
    invites: str
    capabilities: Capabilities
    patience: float
    """The seconds that a page waits for the service."""
    set_up: setup.SetUp | None = None
    live_seconds: float = 3.0
    insecure_http: bool = False
    service_address: str = ""
    demonstration: Demonstration | None = None
    provider_registrations: bool = True
    sip_engine: SIPEngine | None = None


def init_app(app: Flask, portal: Portal) -> MaskedCSRF:
    """Put the pages into an application; the order of the hooks is the order in which a request meets them."""
    session.init_app(app, portal.sessions, portal.clock, portal.insecure_http)
    for part in _parts(portal):
        add_part(app, part)
    dial_plan_checks.init_app(app, dial_plan_checks.ExtensionLines(take_dial_strings=portal.set_up is not None))
    live.init_app(app, portal.live_seconds)
    access.init_app(app)
    csrf = MaskedCSRF(app)
    error_handlers.init_app(app)
    sip_engine.init_app(app, portal.sip_engine)
    formats.init_app(app)
    assets.init_app(app)
    security_headers.init_app(app)
    app.config.from_mapping(COMPRESSION)
    Compress(app)
    layout.init_app(app)
    query.init_app(app)
    developers.init_app(app, portal.service_address)
    app.add_template_global(capabilities.capabilities)
    area.init_app(app, AREAS)
    if portal.set_up is not None:
        setup.init_app(app, portal.set_up)
    return csrf


def _parts(portal: Portal) -> Iterator[object]:
    """Yield what pages find by its class, with `part`."""
    yield Backend(portal.channel, portal.patience)
    yield portal.saved_forms
    yield portal.edit_snapshots
    yield portal.deleted_records
    yield portal.dial_plan_versions
    yield ExportSlots()
    yield RefusedFilters()
    yield ServiceStatusCache(portal.address, portal.invites)
    yield portal.capabilities
    yield Registering(portal.provider_registrations, portal.address if portal.capabilities.knows_its_domain else "")
    if portal.demonstration is not None:
        yield portal.demonstration
