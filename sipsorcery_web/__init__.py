"""SIPSorcery Web: a portal for SIP accounts, in front of a SIPSorcery provisioning service or with its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import StrictUndefined

from . import commands, portal
from .database.engine import Database, open_database, telling
from .database.keyring import Keyring
from .database.migrate import migrate
from .engine.assembly import ENGINE_ROWS, Engine
from .engine_controls import engine_of_portal
from .portal.access import open_blueprint
from .portal.capabilities import OF_ANOTHER, OF_BUILT_IN
from .portal.keepings.deleted_records import DeletedRecords
from .portal.keepings.dial_plan_versions import DialPlanVersions
from .portal.keepings.kept_forms import KeptForms
from .portal.keepings.opened_records import OpenedRecords
from .portal.keepings.sessions import SessionKeeping, SqlSessions
from .portal.signing_in.demonstration import Demonstration
from .portal.texts.invisible import visible_on_pages
from .provisioning.channel import Channel
from .provisioning.in_process import InProcessChannel
from .provisioning.soap import SoapChannel
from .proxies import trust_proxies
from .service import endpoint
from .service.call import Parts
from .service.dispatch import Service
from .service.domains import keep_default_domain
from .service.first_run import FirstRun
from .service.passwords import Passwords
from .service.provider_policy import EngineReach, ProviderPolicy
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
    engine = Engine.assemble(settings, database, keyring, now) if settings.sip.is_on else None
    app.extensions["engine"] = engine
    parts = _parts(settings, database, keyring, now, passwords) if settings.embedded else None
    _add_portal(app, settings, database, keyring, now, parts, engine, demonstration)
    if parts is not None:
        commands.init_app(app, parts, engine)
    if settings.trusted_proxies:
        trust_proxies(app, settings.trusted_proxies)
    return app


def _parts(
    settings: Settings, database: Database, keyring: Keyring, clock: Clock, passwords: Passwords | None
) -> Parts:
    """What the embedded service is made of, with its default domain in place."""
    with telling("cannot be written", database.engine.url), database.write() as session:
        keep_default_domain(session, settings.domain, keyring, clock())
    return Parts(
        database=database,
        keyring=keyring,
        passwords=passwords or Passwords(),
        clock=clock,
        new_accounts=settings.new_accounts,
        provider_policy=ProviderPolicy(
            forbidden=settings.forbidden_providers,
            private=settings.private_providers,
            registrations=settings.provider_registrations,
            reach=EngineReach(frozenset(settings.sip.transports), settings.sip.ip_version)
            if settings.sip.is_on
            else None,
        ),
        engine_rows=ENGINE_ROWS if settings.sip.is_on else {},
    )


def _add_portal(
    app: Flask,
    settings: Settings,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    parts: Parts | None,
    engine: Engine | None,
    demonstration: Demonstration | None,
) -> None:
    service = None if parts is None else Service(parts)
    csrf = portal.init_app(
        app,
        portal.Portal(
            channel=_channel(settings, service),
            sessions=_sessions(settings, database, keyring),
            kept_forms=KeptForms(database, keyring, clock),
            opened_records=OpenedRecords(database, keyring, clock),
            deleted_records=DeletedRecords(database, keyring, clock),
            dial_plan_versions=DialPlanVersions(database, keyring, clock),
            clock=clock,
            address=settings.domain if service else urlsplit(settings.provisioning_url).hostname or "",
            invites=_invites(settings),
            capabilities=OF_ANOTHER if service is None else OF_BUILT_IN,
            patience=settings.provisioning_timeout,
            set_up=None if parts is None else FirstRun(parts),
            live_seconds=settings.live_seconds,
            insecure_http=settings.insecure_http,
            service_address=settings.service_address,
            demonstration=demonstration,
            provider_registrations=settings.provider_registrations,
            engine=None if engine is None else engine_of_portal(engine),
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
        return InProcessChannel(service)
    return SoapChannel(
        settings.provisioning_url,
        settings.provisioning_timeout,
        settings.provisioning_wsdl,
        time_left=portal.backend.time_left,
    )


def _sessions(settings: Settings, database: Database, keyring: Keyring) -> SessionKeeping:
    if settings.session_url:
        from .portal.keepings.redis_sessions import RedisSessions  # its package is installed only where it is used

        return RedisSessions(settings.session_url, keyring)
    return SqlSessions(database, keyring)


def _invites(settings: Settings) -> str:
    """Whether an invite code is of use at sign-up; what another service wants is not known."""
    if not settings.embedded:
        return "perhaps"
    return "needed" if settings.new_accounts.policy == "invite" else "none"


def _utc_now() -> datetime:
    return datetime.now(UTC)
