"""The providers of the demonstration, one in each state that there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sipsorcery_web.contract.records import GoogleVoiceCallbackType, ProviderType

from .people import DOMAIN

CONTACT_OF_HARBOUR = f"sip:harbour@{DOMAIN}"


@dataclass(frozen=True)
class Registration:
    """The state of a registration; moments are seconds from now."""

    socket: str
    registered: bool = False
    failure: str | None = None
    attempted: int = -60
    succeeded: int | None = None
    next: int = 240


@dataclass(frozen=True)
class Provider:
    """A provider; `fields` are those of its record, `locked` is an administrator's reason."""

    owner: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    registration: Registration | None = None
    locked: str = ""


def _registers(contact: str, **more: Any) -> dict[str, Any]:
    return {"register_enabled": True, "register_contact": contact, "register_expiry": 3600, **more}


PROVIDERS = (
    Provider(
        "harbour",
        "blueline-trunk",
        {
            "provider_server": "sip.blueline.example",
            "provider_username": "353155501420",
            "provider_password": "tr1nk-of-blue",
            "custom_headers": "X-Customer: 204417|X-Trunk: dublin-2",
            **_registers(f"sip:353155501420@{DOMAIN}"),
        },
        Registration("198.51.100.77:5060", failure="403 Forbidden", attempted=-40, next=260),
    ),
    Provider(
        "harbour",
        "emergency-out",
        {
            "provider_server": "emergency.carrier.example",
            "provider_username": "harbour-dental",
            "provider_password": "one-one-two",
        },
    ),
    Provider(
        "harbour",
        "google-callback",
        {
            "provider_type": ProviderType.GOOGLE_VOICE,
            "provider_username": "harbour.dental",
            "provider_password": "callback-please",
            "gv_callback_number": "353155501433",
            "gv_callback_pattern": ".*",
            "gv_callback_type": GoogleVoiceCallbackType.MOBILE,
        },
    ),
    Provider(
        "harbour",
        "northline-dublin",
        {
            "provider_server": "sip.northline.example",
            "provider_username": "HD-204417",
            "provider_password": "n0rth-by-line",
            "register_realm": "northline.example",
            **_registers(CONTACT_OF_HARBOUR),
        },
        Registration("198.51.100.20:5060", registered=True, attempted=-480, succeeded=-480, next=2880),
    ),
    Provider(
        "harbour",
        "tidewater-peer",
        {
            "provider_server": "peer-04.eu-west.interconnect.tidewater.example",
            "provider_username": "harbour",
            "provider_password": "ebb-and-flow",
            **_registers(CONTACT_OF_HARBOUR),
        },
        Registration("192.0.2.61:5060", attempted=-4, next=28),
    ),
    Provider(
        "harbour",
        "voipvale",
        {
            "provider_server": "voipvale.example",
            "provider_username": "harbour_ie",
            "provider_password": "down-in-the-vale",
            **_registers(CONTACT_OF_HARBOUR),
        },
        locked="This server bans us when many customers register. Use it for outgoing calls.",
    ),
    Provider(
        "kilbride_motors",
        "northline-galway",
        {
            "provider_server": "sip.northline.example",
            "provider_username": "KM-311902",
            "provider_password": "spark-plug",
            **_registers(f"sip:kilbride@{DOMAIN}"),
        },
        Registration("198.51.100.20:5060", registered=True, attempted=-1900, succeeded=-1900, next=1340),
    ),
    Provider(
        "kilbride_motors",
        "motortrade",
        {
            "provider_server": "sip.motortrade.example",
            "provider_username": "kilbride",
            "provider_password": "gasket-head",
            **_registers(f"sip:kilbride@{DOMAIN}"),
        },
        Registration("203.0.113.200:5060", failure="Registration to sip.motortrade.example timed out.", next=240),
    ),
    Provider(
        "oakfieldlets",
        "northline-sligo",
        {
            "provider_server": "sip.northline.example",
            "provider_username": "OL-118840",
            "provider_password": "key-holder",
            **_registers(f"sip:oakfield@{DOMAIN}"),
        },
        Registration("198.51.100.20:5060", registered=True, attempted=-900, succeeded=-900, next=2340),
    ),
)
