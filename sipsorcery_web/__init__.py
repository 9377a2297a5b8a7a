"""SIPSorcery Web: a portal for SIP accounts, in front of a SIPSorcery provisioning service or with its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import StrictUndefined

from . import commands, portal
from .database.connection import Database, open_database, telling
from .database.keyring import Keyring
from .database.migrate import migrate
from .kamailio.assembly import KAMAILIO_ROWS, KamailioEngine, phone_server
from .portal.areas.auth.demonstration import Demonstration
from .portal.http.access import open_blueprint
from .portal.http.backend import time_left
from .portal.http.capabilities import OF_ANOTHER, OF_BUILT_IN
from .portal.http.sip_engine import SIPEngine
from .portal.storage.deleted_records import DeletedRecords
from .portal.storage.dial_plan_versions import DialPlanVersions
from .portal.storage.edit_snapshots import EditSnapshots
from .portal.storage.saved_forms import SavedForms
from .portal.storage.sessions import SessionStorage, SqlSessions
from .portal.ui.text.invisible import visible_on_pages
from .provisioning.channel import Channel
from .provisioning.soap import SoapChannel
from .proxies import trust_proxies
from .service.context import ServiceContext
from .service.dispatch import Service
from .service.domains import keep_default_domain
from .service.first_run import FirstRun
from .service.passwords import Passwords
from .service.provider_policy import ProviderPolicy, SIPEngineReach
from .service.soap import endpoint
from .settings import Settings
from .version import __version__

__all__ = ["__version__", "create_app"]

TOP = Path(__file__).resolve().parent.parent

Clock = Callable[[], datetime]


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    passwords: Passwords | None = None,
    demonstration: Demonstration | None = None,
) -> Flask:
    """The application; the arguments stand in for the environment, the time and the cost of a password.

    `demonstration` is for a portal whose customers are made up: its sign-in page tells their password.

    SettingError, KeyringError or StoreUnavailable when it cannot be put together.
    """
    settings = settings or Settings.from_environment()
    settings.check_backend()
    settings.check_engine()
    now = clock or _utc_now
    app = Flask(__name__, template_folder=str(TOP / "templates"), static_folder=None)
    app.config.from_mapping(
        SECRET_KEY=settings.signing_key(),
        MAX_CONTENT_LENGTH=settings.request_limit,
        MAX_FORM_MEMORY_SIZE=settings.request_limit,
        MAX_FORM_PARTS=200,
    )
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "finalize": visible_on_pages,
    }
    app.extensions["settings"] = settings
    app.extensions["database"] = database = open_database(settings.store_url)
    migrate(database)
    keyring = Keyring.load(settings.data_dir / "keys")
    kamailio = KamailioEngine.assemble(settings, database, keyring, now) if settings.sip.is_on else None
    app.extensions["kamailio"] = kamailio
    context = _service_context(settings, database, keyring, now, passwords) if settings.embedded else None
    app.extensions["service"] = service = None if context is None else Service(context)
    _add_portal(app, settings, database, keyring, now, service, kamailio, demonstration)
    if context is not None:
        commands.init_app(app, context, kamailio)
    if settings.trusted_proxies:
        trust_proxies(app, settings.trusted_proxies)
    return app


def _service_context(
    settings: Settings, database: Database, keyring: Keyring, clock: Clock, passwords: Passwords | None
) -> ServiceContext:
    """Return the parts of the embedded service, with its default domain in place."""
    with telling("cannot be written", database.engine.url), database.write() as session:
        keep_default_domain(session, settings.domain, keyring, clock())
    return ServiceContext(
        database=database,
        keyring=keyring,
        passwords=passwords or Passwords(),
        clock=clock,
        new_accounts=settings.new_accounts,
        provider_policy=ProviderPolicy(
            forbidden=settings.forbidden_providers,
            private=settings.private_providers,
            registrations=settings.provider_registrations,
            reach=SIPEngineReach(frozenset(settings.sip.transports), settings.sip.ip_version)
            if settings.sip.is_on
            else None,
        ),
        sip_engine_rows=KAMAILIO_ROWS if settings.sip.is_on else {},
    )


def _add_portal(
    app: Flask,
    settings: Settings,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    service: Service | None,
    kamailio: KamailioEngine | None,
    demonstration: Demonstration | None,
) -> None:
    csrf = portal.init_app(
        app,
        portal.Portal(
            channel=_channel(settings, service),
            sessions=_sessions(settings, database, keyring),
            saved_forms=SavedForms(database, keyring, clock),
            edit_snapshots=EditSnapshots(database, keyring, clock),
            deleted_records=DeletedRecords(database, keyring, clock),
            dial_plan_versions=DialPlanVersions(database, keyring, clock),
            clock=clock,
            address=settings.domain if service else urlsplit(settings.provisioning_url).hostname or "",
            invites=_invites(settings),
            capabilities=OF_ANOTHER if service is None else OF_BUILT_IN,
            patience=settings.provisioning_timeout,
            set_up=None if service is None else FirstRun(service.context),
            live_seconds=settings.live_seconds,
            insecure_http=settings.insecure_http,
            service_address=settings.service_address,
            demonstration=demonstration,
            provider_registrations=settings.provider_registrations,
            sip_engine=None if kamailio is None else SIPEngine(kamailio.control, phone_server(settings)),
        ),
    )
    if service is not None:
        app.register_blueprint(
            endpoint.blueprint(service, settings.fault_status, settings.service_address, settings.cors_origins)
        )
        csrf.exempt(app.blueprints[endpoint.NAME])
        open_blueprint(app, endpoint.NAME)


def _channel(settings: Settings, service: Service | None) -> Channel:
    if service is not None:
        return service
    return SoapChannel(
        settings.provisioning_url,
        settings.provisioning_timeout,
        settings.provisioning_wsdl,
        time_left=time_left,
    )


def _sessions(settings: Settings, database: Database, keyring: Keyring) -> SessionStorage:
    if settings.session_url:
        from .portal.storage.redis_sessions import RedisSessions  # its package is installed only where it is used

        return RedisSessions(settings.session_url, keyring)
    return SqlSessions(database, keyring)


def _invites(settings: Settings) -> str:
    """Return why an invite code cannot be used at sign-up; None when it can, and at another service."""
    if not settings.embedded:
        return "perhaps"
    return "needed" if settings.new_accounts.policy == "invite" else "none"


def _utc_now() -> datetime:
    return datetime.now(UTC)
