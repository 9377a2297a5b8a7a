"""The parts of the portal, over a built-in service or in front of another one."""

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..calls.sound_paths import SoundPaths
from ..contract import names
from ..contract.errors import Attempts, Busy, TooManyAttempts
from ..contract.extensions import SignInResult
from ..database.address_limit import AddressLimit
from ..database.connection import Database
from ..database.keyring import Keyring
from ..database.sign_in_limit import SignInLimit
from ..events.store import SqliteEvents
from ..portal import Portal
from ..portal.areas.account.allowances import Allowances
from ..portal.areas.auth.demonstration import Demonstration
from ..portal.areas.cdrs.ladder.traces import CallTraces
from ..portal.areas.cdrs.sound import CallSound
from ..portal.areas.console.elsewhere import LinesElsewhere
from ..portal.areas.console.reading import Console, OwnEvents
from ..portal.areas.dial_plans.executions import CallExecutions
from ..portal.areas.oauth.server import OAuth
from ..portal.areas.sip_accounts.refused_phones import RefusedPhones
from ..portal.http.backend import time_left
from ..portal.http.capabilities import OF_ANOTHER, OF_BUILT_IN
from ..portal.http.programs import Programs
from ..portal.http.sign_in_notes import PageSignIn
from ..portal.http.sip_engine import SIPEngine
from ..portal.live.stamps import Revisions
from ..portal.second_factors.methods import SecondFactors
from ..portal.second_factors.passkeys.method import PasskeyMethod, PasskeySignIns
from ..portal.second_factors.passkeys.relying_party import PublicAddress
from ..portal.second_factors.recovery import Recovery
from ..portal.second_factors.totp import Totp
from ..portal.storage.deleted_records import DeletedRecords
from ..portal.storage.dial_plan_test_cases import DialPlanTestCases
from ..portal.storage.dial_plan_versions import DialPlanVersions
from ..portal.storage.edit_snapshots import EditSnapshots
from ..portal.storage.factors_of_users import FactorsOfUsers
from ..portal.storage.half_sign_ins import HalfSignIns
from ..portal.storage.passkeys import Passkeys
from ..portal.storage.recovery_codes import RecoveryCodes
from ..portal.storage.saved_forms import SavedForms
from ..portal.storage.second_step_limit import SecondStepLimit
from ..portal.storage.service_notes import AuditTrail, SignInNotes
from ..portal.storage.sessions import SessionStorage, SqlSessions, sql_errors
from ..portal.storage.shared_ladders import SharedLadders
from ..portal.storage.totp_secrets import TotpSecrets
from ..portal.storage.visitor_limit import VisitorLimit
from ..provisioning.channel import Channel
from ..provisioning.notifications import NotificationClient
from ..rest.openapi import document
from ..rest.problems import refusal
from ..rest.tokens import token_of
from ..service.audit.recording import write as write_audit
from ..service.context import ServiceContext
from ..service.dispatch import Service
from ..service.first_run import FirstRun
from ..service.passkey_sign_ins import OpenedByPasskey
from ..service.sign_ins import SignInNote
from ..settings import Settings
from ..webhooks.addresses import Addresses
from ..webhooks.keeping import WebhookKeeping

if TYPE_CHECKING:
    from ..kamailio.assembly import KamailioEngine

from .endpoints import oauth_server
from .installation import Clock, Installation
from .service import account_mails


def portal_of(installation: Installation, service: Service | None, demonstration: Demonstration | None) -> Portal:
    """Return the portal of an installation; `service` is the built-in one, None in front of another."""
    settings, database = installation.settings, installation.database
    keyring, clock = installation.keyring, installation.clock
    kamailio, events = installation.kamailio, installation.events
    return Portal(
        channel=_channel(settings, service),
        sessions=_sessions(settings, database, keyring),
        saved_forms=SavedForms(database, keyring, clock),
        edit_snapshots=EditSnapshots(database, keyring, clock),
        deleted_records=DeletedRecords(database, keyring, clock),
        dial_plan_versions=DialPlanVersions(database, keyring, clock),
        dial_plan_test_cases=DialPlanTestCases(database, keyring, clock),
        second_factors=_second_factors(database, keyring, clock),
        half_sign_ins=HalfSignIns(database, keyring, clock),
        shared_ladders=_shared_ladders(database, keyring, clock),
        second_step_limit=SecondStepLimit(SignInLimit(database, clock, TooManyAttempts, Busy), TooManyAttempts),
        public_address=PublicAddress(settings.public_url),
        plan_service=installation.plan_service,
        clock=clock,
        address=settings.domain if service else urlsplit(settings.provisioning_url).hostname or "",
        invites=_invites(settings),
        capabilities=OF_ANOTHER if service is None else OF_BUILT_IN,
        patience=settings.provisioning_timeout,
        store=database.try_to_write,
        visitor_limit=VisitorLimit() if service else _visitor_limit(database, clock),
        cache=settings.cache_folder(),
        live_seconds=settings.live_seconds,
        insecure_http=settings.insecure_http,
        service_address=settings.service_address,
        demonstration=demonstration,
        provider_registrations=settings.provider_registrations,
        sends_mail=installation.mailer is not None,
        mails_links=account_mails(installation) is not None,
        console=_console(settings, None if kamailio is None else events),
        **_of_built_in(installation, service),
        **_of_engine(installation, kamailio, events),
    )


def _of_built_in(installation: Installation, service: Service | None) -> dict[str, Any]:
    """Return the parts that only a portal over the built-in service has."""
    if service is None:
        return {}
    context, executions = service.context, installation.executions
    return {
        "passkey_sign_ins": PasskeySignIns(OpenedByPasskey(context).open_session),
        "set_up": FirstRun(context),
        "revisions": Revisions(service.revision, service.revision_now),
        "audit_trail": _audit_trail(context),
        "sign_in_notes": _sign_in_notes(context),
        "call_executions": CallExecutions(executions.of_call, executions.unreadable_of_call),
        "rest": document(installation.settings.domain),
        "webhooks": _webhooks(installation),
        "programs": Programs(token_of, service.owner_of, refusal),
        "oauth": OAuth(oauth_server(installation.settings, service)),
        "allowances": Allowances(context.quotas, installation.settings.keep_records, executions.kept_for.days),
    }


def _webhooks(installation: Installation) -> WebhookKeeping:
    return WebhookKeeping(
        installation.database,
        installation.keyring,
        Addresses(installation.settings.contacts),
        installation.clock,
        sql_errors,
    )


def _of_engine(
    installation: Installation, kamailio: "KamailioEngine | None", events: SqliteEvents | None
) -> dict[str, Any]:
    """Return the parts that only a portal with a SIP engine has."""
    if kamailio is None or events is None:
        return {}
    return {
        "sip_engine": _sip_engine(kamailio, installation.settings),
        "call_sound": CallSound(SoundPaths(installation.database).was_relayed),
        "call_traces": _call_traces(events, installation.settings),
        "refused_phones": RefusedPhones(kamailio.kept_refusals().of_accounts),
    }


def _sip_engine(kamailio: "KamailioEngine", settings: Settings) -> SIPEngine:
    from ..calls.third_party.assembly import desk_of
    from ..kamailio.assembly import phone_server

    return SIPEngine(kamailio.control, phone_server(settings), desk_of(settings))


def _console(settings: Settings, events: SqliteEvents | None) -> Console | None:
    """Return the console: over the events of this installation, or what another service tells; None without either."""
    if events is not None:
        return Console(OwnEvents(events))
    if not settings.notifications_url:
        return None
    from ..provisioning.soap import SoapChannel

    channel = SoapChannel(
        settings.notifications_url, settings.provisioning_timeout, time_left=time_left, namespace=names.NOTIFICATIONS
    )
    return Console(LinesElsewhere(NotificationClient(channel)))


def _call_traces(events: SqliteEvents, settings: Settings) -> CallTraces:
    ports = (settings.sip_port, settings.sip_tls_port)
    hosts = [host for host in (settings.sip_host, settings.sip_advertise) if host]
    return CallTraces(
        events, [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts for port in ports]
    )


def _shared_ladders(database: Database, keyring: Keyring, clock: Clock) -> SharedLadders:
    too_many = partial(TooManyAttempts, attempts=Attempts.SHARED_LINK)
    return SharedLadders(database, keyring, AddressLimit(database, clock, too_many), clock)


def _second_factors(database: Database, keyring: Keyring, clock: Clock) -> SecondFactors:
    secrets = TotpSecrets(database, keyring, clock)
    passkeys = PasskeyMethod(Passkeys(database, keyring, clock))
    methods = (passkeys, Totp(secrets, clock), Recovery(RecoveryCodes(database), secrets))
    return SecondFactors(methods, FactorsOfUsers(database).forget)


def _audit_trail(context: ServiceContext) -> AuditTrail:
    return AuditTrail(context.database, lambda session, entry: write_audit(session, context, entry))


def _sign_in_notes(context: ServiceContext) -> SignInNotes:
    def write(session: Any, told: PageSignIn) -> None:
        note = SignInNote.from_page(told.username, told.address, told.browser, context.events)
        if told.half_since is not None:
            note.take_back(session, SignInResult.SECOND_STEP_MISSING, told.half_since)
        note.add(session, told.result, told.at)

    return SignInNotes(context.database, write)


def _visitor_limit(database: Database, clock: Clock) -> VisitorLimit:
    """Return the limits of a portal in front of another service."""
    kinds = (Attempts.SIGN_UP, Attempts.INVITE_CODE)
    others = {kind.name: AddressLimit(database, clock, partial(TooManyAttempts, attempts=kind)) for kind in kinds}
    return VisitorLimit(SignInLimit(database, clock, TooManyAttempts, Busy), TooManyAttempts, others)


def _channel(settings: Settings, service: Service | None) -> Channel:
    if service is not None:
        return service
    from ..provisioning.soap import SoapChannel

    return SoapChannel(
        settings.provisioning_url,
        settings.provisioning_timeout,
        settings.provisioning_wsdl,
        time_left=time_left,
    )


def _sessions(settings: Settings, database: Database, keyring: Keyring) -> SessionStorage:
    if settings.session_url:
        from ..portal.storage.redis_sessions import RedisSessions  # its package is installed only where it is used

        return RedisSessions(settings.session_url, keyring)
    return SqlSessions(database, keyring)


def _invites(settings: Settings) -> str:
    """Return why an invite code cannot be used at sign-up; None when it can, and at another service."""
    if not settings.embedded:
        return "perhaps"
    return "needed" if settings.new_accounts.policy == "invite" else "none"
