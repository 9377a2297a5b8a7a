"""The pages. Nothing here knows SOAP, and only `storage` knows SQL."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress

from sipsorcery_web.dial_plans.service.client import PlanService
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.webhooks.keeping import WebhookKeeping

from . import error_handlers
from .areas import about, developers, health, setup
from .areas import undo as editing
from .areas.account import pages as account
from .areas.account.allowances import Allowances
from .areas.auth import mailed_links, step_up
from .areas.auth import pages as signing_in
from .areas.auth.demonstration import Demonstration
from .areas.calls import order as call_order
from .areas.calls import pages as calls
from .areas.calls import placing as made_calls
from .areas.cdrs import pages as cdrs
from .areas.cdrs.ladder import links as ladder_links
from .areas.cdrs.ladder import pages as ladders
from .areas.cdrs.ladder import sharing as shared_ladders
from .areas.cdrs.ladder.traces import CallTraces
from .areas.cdrs.sound import CallSound
from .areas.console import ladders as console_ladders
from .areas.console import pages as console
from .areas.console.reading import Console
from .areas.customers import pages as customers
from .areas.dial_plans import checks as dial_plan_checks
from .areas.dial_plans import pages as dial_plans
from .areas.dial_plans.executions import CallExecutions
from .areas.dial_plans.tries.running import TrySlots
from .areas.help import pages as help_pages
from .areas.invites import pages as invites
from .areas.oauth import consents as oauth_consents
from .areas.oauth import decisions as oauth_decisions
from .areas.oauth import programs as oauth_programs
from .areas.oauth.server import OAuth
from .areas.provider_registrations import pages as provider_registrations
from .areas.registrations import pages as registrations
from .areas.security import changes, networks, sign_ins
from .areas.security import pages as security
from .areas.security import sessions as open_sessions
from .areas.security import tokens as access_tokens
from .areas.sip_accounts import pages as sip_accounts
from .areas.sip_accounts.refused_phones import RefusedPhones
from .areas.sip_providers import pages as sip_providers
from .areas.sip_providers.registering import Registering
from .areas.webhooks import pages as webhooks
from .crud import calling_accounts
from .http import access, addresses, assets, capabilities, installation, renewal, security_headers, session, sip_engine
from .http.backend import Backend
from .http.capabilities import Capabilities
from .http.csrf import MaskedCSRF
from .http.installation import Mailing
from .http.parts import add_part
from .http.programs import Programs
from .http.readiness import Readiness
from .http.service_status import ServiceStatusCache
from .http.sip_engine import SIPEngine
from .lists import query
from .lists.exports import ExportSlots
from .lists.refused_filters import RefusedFilters
from .live import unchanged
from .live import views as live
from .live.asked_revisions import AskedRevisions
from .live.kept_pages import KeptPages
from .live.recent_lists import RecentLists
from .live.stamps import Revisions
from .second_factors.methods import SecondFactors
from .second_factors.passkeys.method import PasskeySignIns
from .second_factors.passkeys.relying_party import PublicAddress
from .second_factors.proofs import EVERY_WAY
from .storage.deleted_records import DeletedRecords
from .storage.dial_plan_test_cases import DialPlanTestCases
from .storage.dial_plan_versions import DialPlanVersions
from .storage.edit_snapshots import EditSnapshots
from .storage.half_sign_ins import HalfSignIns
from .storage.saved_forms import SavedForms
from .storage.second_step_limit import SecondStepLimit
from .storage.service_notes import AuditTrail, SignInNotes
from .storage.sessions import SessionStorage
from .storage.shared_ladders import SharedLadders
from .storage.visitor_limit import VisitorLimit
from .ui import area, formats, layout
from .ui.templating import environment

AREAS = (
    sip_accounts.AREA,
    registrations.AREA,
    sip_providers.AREA,
    provider_registrations.AREA,
    dial_plans.AREA,
    calls.AREA,
    made_calls.AREA,
    cdrs.AREA,
    console.AREA,
    console_ladders.AREA,
    ladder_links.AREA,
    ladders.AREA,
    account.AREA,
    customers.AREA,
    invites.AREA,
    security.AREA,
    changes.AREA,
    open_sessions.AREA,
    sign_ins.AREA,
    networks.AREA,
    access_tokens.AREA,
    oauth_consents.AREA,
    oauth_programs.AREA,
    oauth_decisions.AREA,
    webhooks.AREA,
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
    dial_plan_test_cases: DialPlanTestCases
    second_factors: SecondFactors
    half_sign_ins: HalfSignIns
    shared_ladders: SharedLadders
    second_step_limit: SecondStepLimit
    plan_service: PlanService
    clock: Callable[[], datetime]
    address: str
    invites: str
    capabilities: Capabilities
    patience: float
    """The seconds that a page waits for the service."""
    store: Callable[[], None]
    """Writes to the portal's database what means nothing, or raises an error."""
    visitor_limit: VisitorLimit = VisitorLimit()
    cache: Path | None = None
    """A folder for what can be made anew."""
    set_up: setup.SetUp | None = None
    live_seconds: float = 3.0
    revisions: Revisions | None = None
    insecure_http: bool = False
    service_address: str = ""
    demonstration: Demonstration | None = None
    provider_registrations: bool = True
    sip_engine: SIPEngine | None = None
    sends_mail: bool = False
    public_address: PublicAddress = PublicAddress()
    passkey_sign_ins: PasskeySignIns | None = None
    """None where another service opens the sessions."""
    audit_trail: AuditTrail | None = None
    sign_in_notes: SignInNotes | None = None
    """None, both of them, where another service keeps the customers."""
    mails_links: bool = False
    """Whether links for new passwords and confirmations are mailed."""
    call_executions: CallExecutions | None = None
    """None where another service carries the calls."""
    call_sound: CallSound | None = None
    console: Console | None = None
    """None where there is no SIP engine whose events it could show."""
    call_traces: CallTraces | None = None
    """None where no events are kept."""
    refused_phones: RefusedPhones | None = None
    """None where no refusals are kept."""
    rest: Mapping[str, Any] | None = None
    """The description of the resources for programs (OpenAPI); None where there are none."""
    programs: Programs | None = None
    """None where another service keeps the customers, which has no tokens."""
    oauth: OAuth | None = None
    """None there too."""
    webhooks: WebhookKeeping | None = None
    """None where another service keeps the customers, and knows what happens."""
    allowances: Allowances | None = None
    """None where another service has the limits."""


def init_app(app: Flask, portal: Portal) -> MaskedCSRF:
    """Put the pages into an application; the order of the hooks is the order in which a request meets them."""
    environment.init_app(app, portal.cache)  # first: what others add to the environment is then added to this one
    addresses.init_app(app)
    session.init_app(app, portal.sessions, portal.clock, portal.insecure_http)
    for part in _parts(portal):
        add_part(app, part)
    dial_plan_checks.init_app(app, dial_plan_checks.ExtensionLines(take_dial_strings=portal.set_up is not None))
    live.init_app(app, portal.live_seconds)
    if portal.revisions is not None:
        unchanged.init_app(app)
    access.init_app(app)
    csrf = MaskedCSRF(app)
    renewal.init_app(app)
    step_up.init_app(app)
    error_handlers.init_app(app)
    sip_engine.init_app(app, portal.sip_engine)
    app.add_template_global(calling_accounts.can_call)
    app.add_template_global(call_order.number_of)
    console_ladders.init_app(app)
    formats.init_app(app)
    assets.init_app(app, cache=portal.cache)
    security_headers.init_app(app)
    app.config.from_mapping(COMPRESSION)
    Compress(app)
    layout.init_app(app)
    query.init_app(app)
    developers.init_app(app, portal.service_address, portal.rest)
    app.add_template_global(capabilities.capabilities)
    app.add_template_global(installation.installation)
    area.init_app(app, [each for each in AREAS if not each.needs or getattr(portal.capabilities, each.needs)])
    app.register_blueprint(shared_ladders.bp)
    if portal.set_up is not None:
        setup.init_app(app, portal.set_up)
    if portal.mails_links:
        app.register_blueprint(mailed_links.bp)
    return csrf


def _parts(portal: Portal) -> Iterator[object]:
    """Yield what pages find by its class, with `part`."""
    yield calling_accounts.CallingCustomers()
    yield Backend(portal.channel, portal.patience)
    yield portal.saved_forms
    yield portal.edit_snapshots
    yield portal.deleted_records
    yield portal.dial_plan_versions
    yield portal.dial_plan_test_cases
    yield portal.second_factors
    yield from portal.second_factors.methods
    yield portal.half_sign_ins
    yield portal.shared_ladders
    yield portal.public_address
    if portal.passkey_sign_ins is not None:
        yield portal.passkey_sign_ins
    yield portal.second_step_limit
    yield portal.plan_service
    yield portal.visitor_limit
    yield EVERY_WAY
    yield ExportSlots()
    yield TrySlots()
    yield RefusedFilters()
    yield Readiness({"store": portal.store, "sessions": portal.sessions.try_to_write})
    yield ServiceStatusCache(portal.address, portal.invites)
    yield portal.capabilities
    yield Mailing(portal.sends_mail, portal.mails_links)
    yield Registering(portal.provider_registrations, portal.address if portal.capabilities.knows_its_domain else "")
    given = (
        portal.audit_trail,
        portal.sign_in_notes,
        portal.call_executions,
        portal.call_sound,
        portal.console,
        portal.call_traces,
        portal.refused_phones,
        portal.demonstration,
        portal.allowances,
        portal.programs,
        portal.oauth,
        portal.webhooks,
    )
    yield from filter(None, given)
    if portal.revisions is None:
        yield RecentLists(portal.live_seconds)
    yield portal.revisions or Revisions(AskedRevisions(portal.clock).read)
    yield KeptPages()
