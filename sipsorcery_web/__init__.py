"""SIPSorcery Web: a portal for SIP accounts, in front of a SIPSorcery provisioning service or with its own."""

from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask

from . import commands, portal
from .assembly.endpoints import add_endpoints, add_oauth, add_rest
from .assembly.installation import Clock, Installation, assemble
from .assembly.portal import portal_of
from .assembly.service import account_mails, old_audit_entries, old_call_records, service_of, webhook_deliveries
from .clock import utc_now
from .database.connection import Database
from .hosts import HostsChecked
from .logs.wsgi import RequestIds
from .portal.areas.auth.demonstration import Demonstration
from .portal.http.parts import parts_of
from .portal.second_factors.methods import SecondFactors
from .proxies import trust_proxies
from .rest.application import refuse_host
from .rest.routes import OF_PROGRAMS
from .service.dispatch import Service
from .service.passwords import Passwords
from .settings import Settings
from .version import __version__

__all__ = ["__version__", "create_app"]

TOP = Path(__file__).resolve().parent.parent


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
    settings.check_mail()
    signing_key = settings.signing_key()
    installation = assemble(settings, clock or utc_now)
    app = Flask(__name__, template_folder=str(TOP / "templates"), static_folder=None)
    app.config.from_mapping(
        SECRET_KEY=signing_key,
        MAX_CONTENT_LENGTH=settings.request_limit,
        MAX_FORM_MEMORY_SIZE=settings.request_limit,
        MAX_FORM_PARTS=200,
    )
    service = service_of(installation, passwords)
    app.extensions |= _extensions(installation, service)
    csrf = portal.init_app(app, portal_of(installation, service, demonstration))
    if service is not None:
        add_endpoints(app, csrf, installation, service)
        add_rest(app, settings, service)
        add_oauth(app, settings, service)
        commands.init_app(app, service.context, installation.kamailio)
    commands.add_second_factors(app, parts_of(app)[SecondFactors])
    _share_reads(app, installation.database)
    app.wsgi_app = HostsChecked(app.wsgi_app, {f"{OF_PROGRAMS}/": refuse_host})  # type: ignore[method-assign]
    if settings.trusted_proxies:
        trust_proxies(app, settings.trusted_proxies)
    app.wsgi_app = RequestIds(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _extensions(installation: Installation, service: Service | None) -> dict[str, Any]:
    """Return what the commands and the server find in the application."""
    return {
        "settings": installation.settings,
        "database": installation.database,
        "jobs": installation.jobs,
        "mailer": installation.mailer,
        "account_mails": account_mails(installation),
        "plan_service": installation.plan_service,
        "executions": installation.executions,
        "old_call_records": old_call_records(installation),
        "old_audit_entries": old_audit_entries(installation.settings, service),
        "webhooks": partial(webhook_deliveries, installation),
        "events": installation.events,
        "kamailio": installation.kamailio,
        "service": service,
    }


def _share_reads(app: Flask, database: Database) -> None:
    """Let each request read the database in one session, until it writes: one state of the data, for the least cost."""
    answer = app.wsgi_app

    def answer_with_one_read(environ: Any, start_response: Any) -> Any:
        with database.shared_read():
            return answer(environ, start_response)

    app.wsgi_app = answer_with_one_read  # type: ignore[method-assign]
