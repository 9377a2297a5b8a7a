"""SIP providers in every state, with their registrations."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from sipsorcery_web.contract.records import GoogleVoiceCallbackType, ProviderType, SIPProvider
from sipsorcery_web.service.store.models import SIPProviderBindingRow
from tests.factories.records import sip_provider

if TYPE_CHECKING:
    from ..scenes import Scene

PROVIDER_PASSWORD = "bl4ckbird!"
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Company:
    """A provider, what its registration is like (None: it is not asked), and whether an administrator forbids it."""

    name: str
    server: str
    username: str
    registration: dict[str, Any] | None = None
    forbidden: str = ""
    more: dict[str, Any] = field(default_factory=dict)


PRACTICE = (
    Company(
        "blueline-trunk",
        "sip.blueline.example",
        "353155501420",
        {
            "registration_failure_message": "403 Forbidden",
            "registrar_sip_socket": "198.51.100.77:5060",
            "last_register_attempt": NOW - timedelta(seconds=50),
            "next_registration_time": NOW + timedelta(seconds=250),
        },
    ),
    Company("emergency-out", "emergency.carrier.example", "harbour-dental"),
    Company(
        "google-callback",
        "",
        "harbour.dental",
        more={
            "provider_type": ProviderType.GOOGLE_VOICE,
            "gv_callback_number": "353155501433",
            "gv_callback_pattern": ".*",
            "gv_callback_type": GoogleVoiceCallbackType.MOBILE,
        },
    ),
    Company(
        "northline-dublin",
        "sip.northline.example",
        "HD-204417",
        {
            "is_registered": True,
            "registrar_sip_socket": "198.51.100.20:5060",
            "last_register_time": NOW - timedelta(minutes=8),
            "last_register_attempt": NOW - timedelta(minutes=8),
            "next_registration_time": NOW + timedelta(minutes=48),
        },
        more={
            "custom_headers": "X-Account: 204417|X-Site: Dublin harbour",
            "provider_outbound_proxy": "edge.northline.example",
        },
    ),
    Company(
        "tidewater-peer",
        "peer-04.eu-west.interconnect.tidewater.example",
        "harbour",
        {"last_register_attempt": NOW - timedelta(seconds=4), "next_registration_time": NOW + timedelta(seconds=28)},
    ),
    Company(
        "voipvale", "voipvale.example", "harbour_ie", forbidden="This server bans us when many customers register."
    ),
)

LONG_NAME = "providerofcallstoandfromeverybodyelse" + "x" * 9
LONG_HOST = "registrar." + "telephones-of-the-third-department." * 5 + "example-holding.example.org"
LONG_SOCKET = "[2001:0db8:85a3:08d3:1319:8a2e:0370:7348]:50600"
LONG_HEADER = "X-Verbindungsnachweis: " + "Fernsprechteilnehmer" * 12
LONG_REASON = "Verbindungsmissbrauchsverdachtsfall" * 7
LONG_FAILURE = "403 " + "Dienstverweigerungsgrund" * 20
LONG = tuple(
    Company(
        f"{LONG_NAME}-{number:03}",
        LONG_HOST,
        "telephoneofthesecondreception001",
        [
            {
                "registration_failure_message": LONG_FAILURE,
                "registrar_sip_socket": LONG_SOCKET,
                "last_register_attempt": NOW,
            },
            {"is_registered": True, "registrar_sip_socket": LONG_SOCKET, "last_register_time": NOW},
            None,
        ][number % 3],
        LONG_REASON if number % 6 == 2 else "",
        {
            "provider_outbound_proxy": LONG_HOST,
            "register_server": LONG_HOST,
            "register_realm": LONG_HOST,
            "provider_auth_username": "telephoneofthesecondreception001",
            "provider_from": f"sip:telephoneofthesecondreception@{LONG_HOST}"[:256],
            "custom_headers": f"{LONG_HEADER}|{LONG_HEADER}|X-Account: 4711",
        },
    )
    for number in range(27)
)


def companies_of(scene: "Scene") -> tuple[Company, ...]:
    """The providers of a scene's owner; the first one fails to register."""
    return PRACTICE if scene.users.owner == "harbour" else LONG


def path_of_provider(scene: "Scene", name: str) -> str:
    """The address of a provider's page."""
    found = {provider.provider_name: provider for provider in scene.portal.program_of(scene.owner).sip_providers.page()}
    return f"/providers/{found[name].id}"


def furnish(scene: "Scene") -> None:
    """Put them there for the scene's owner."""
    program, administrator = (scene.portal.program_of(name) for name in (scene.owner, scene.administrator))
    for company in companies_of(scene):
        provider = program.sip_providers.add(_record(scene, company))
        if company.registration is not None:
            _note(scene, provider, company.registration)
        if company.forbidden:
            administrator.sip_providers.update(
                provider.with_(register_admin_enabled=False, register_disabled_reason=company.forbidden)
            )


def _record(scene: "Scene", company: Company) -> SIPProvider:
    contact = f"{company.name}@{scene.portal.domain}" if company.registration is not None else None
    return sip_provider(
        company.name,
        owner=scene.owner,
        provider_server=company.server or None,
        provider_username=company.username,
        provider_password=PROVIDER_PASSWORD,
        register_enabled=company.registration is not None,
        register_contact=contact,
    ).with_(**company.more)


def _note(scene: "Scene", provider: SIPProvider, values: dict[str, Any]) -> None:
    with scene.portal.database.write() as session:
        named = SIPProviderBindingRow.provider_id == provider.id
        session.execute(update(SIPProviderBindingRow).where(named).values(**values))
