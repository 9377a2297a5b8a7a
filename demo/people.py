"""The people of the demonstration: three customers with their lines and phones, and the administrator of all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sipsorcery_web.contract.customer_choices import SECURITY_QUESTIONS
from sipsorcery_web.contract.records import Customer
from sipsorcery_web.contract.time_zones import DEFAULT_TIME_ZONE

PASSWORD = "harbourlights"
DOMAIN = "sip.tidewater.example"
PRACTICE_DOMAIN = "harbour-dental.example"


@dataclass(frozen=True)
class Phone:
    """A phone that is registered: its words for itself, and where its messages come from."""

    agent: str
    socket: str


@dataclass(frozen=True)
class Line:
    """A SIP account; `more` are fields of the record."""

    name: str
    phones: tuple[Phone, ...] = ()
    out_plan: str = "default"
    in_plan: str = ""
    created: str = "2024-02-02 09:12:44"
    more: Mapping[str, Any] = field(default_factory=dict)
    locked: str = ""
    """Why an administrator has switched it off."""


@dataclass(frozen=True)
class Person:
    """A customer; `about` says on the sign-in page who they are."""

    username: str
    about: str
    first_name: str
    last_name: str
    city: str
    email: str
    lines: tuple[Line, ...] = ()
    domain: str = DOMAIN
    calls_a_day: float = 0
    calls_now: int = 0
    front: tuple[str, ...] = ()
    """The lines that most callers reach."""

    @property
    def usable(self) -> tuple[str, ...]:
        """The lines that can be called."""
        return tuple(line.name for line in self.lines if not (line.locked or line.more.get("is_user_disabled")))

    def may_call(self, name: str) -> bool:
        """Return True when a line calls everywhere."""
        return any(line.out_plan == "default" for line in self.lines if line.name == name)

    @property
    def customer(self) -> Customer:
        """The record that the operator stores."""
        return Customer(
            customer_username=self.username,
            customer_password=PASSWORD,
            email_address=self.email,
            first_name=self.first_name,
            last_name=self.last_name,
            security_question=SECURITY_QUESTIONS[0],
            security_answer="lighthouse",
            city=self.city,
            country="Ireland",
            time_zone=DEFAULT_TIME_ZONE,
        )


def _desk(agent: str, port: int, host: str = "203.0.113.41") -> tuple[Phone, ...]:
    return (Phone(agent, f"{host}:{port}"),)


_OFF: dict[str, Any] = {"is_user_disabled": True}
_ROAMING: dict[str, Any] = {"send_nat_keep_alives": True}
_INCOMING_ONLY: dict[str, Any] = {"is_incoming_only": True, "sip_password": None}
OFFICE_HOURS = "office-hours"
_GARAGE = "198.51.100.61"
_LETTINGS = "192.0.2.140"

_PRACTICE = (
    Line("accounts-desk", _desk("Yealink SIP-T46U", 5060), in_plan=OFFICE_HOURS),
    Line(
        "after-hours-answering-service",
        out_plan="",
        in_plan="after-hours",
        created="2024-02-02 09:20:10",
        more=_INCOMING_ONLY,
    ),
    Line(
        "alarm-dialler",
        created="2024-03-18 16:41:02",
        locked="140 calls to 00 882 numbers on one Sunday. Talk to us before we switch it back on.",
    ),
    Line("anaesthesia-1", _desk("Grandstream GXP2170", 5064), created="2024-02-02 09:13:20", in_plan=OFFICE_HOURS),
    Line(
        "backoffice",
        (Phone("Linphone Android", "198.51.100.214:43122"), Phone("Bria iOS", "192.0.2.18:51806")),
        created="2024-06-11 12:05:51",
        more=_ROAMING,
    ),
    Line("billing-1", created="2024-02-02 09:14:02", in_plan=OFFICE_HOURS),
    Line("billing-2", created="2024-02-02 09:14:31", more=_OFF, in_plan=OFFICE_HOURS),
    Line("conference-room", _desk("Polycom VVX 450", 5070), created="2024-02-02 09:15:08"),
    Line("consult-room-a", _desk("snom D785", 5071), created="2024-02-02 09:15:40", in_plan=OFFICE_HOURS),
    Line("consult-room-b", created="2026-10-29 11:30:15", in_plan=OFFICE_HOURS),
    Line("consult-room-c", _desk("snom D785", 5073), created="2024-02-02 09:15:58", in_plan=OFFICE_HOURS),
    Line("courtyard-doorphone", _desk("2N IP Verso", 5080), "door-only", created="2025-08-30 08:47:59"),
    Line(
        "daniel-mobile",
        (Phone("Zoiper rv2.10.20.4", "198.51.100.87:38114"),),
        created="2025-01-14 10:22:06",
        more=_ROAMING,
    ),
    Line("deliveries-intercom", _desk("2N IP Solo", 5081), "door-only", created="2025-08-30 08:52:13"),
    Line("emergency-line", _desk("Cisco SPA504G", 5090), "emergency", "emergency", "2024-02-02 09:18:27"),
    Line(
        "faxline-ata",
        _desk("Cisco ATA 191", 5091),
        in_plan="fax",
        created="2024-02-05 14:02:50",
        more={"dont_mangle_enabled": True},
    ),
    Line("front-desk-1", _desk("Yealink SIP-T48U", 5061), created="2024-02-02 09:10:01", in_plan=OFFICE_HOURS),
    Line("front-desk-2", _desk("Yealink SIP-T48U", 5062), created="2024-02-02 09:10:48", in_plan=OFFICE_HOURS),
    Line(
        "front-desk-overflow-queue",
        out_plan="",
        in_plan="reception-queue",
        created="2025-09-16 17:20:36",
        more=_INCOMING_ONLY,
    ),
    Line("hygienist-1", _desk("Grandstream GXP2170", 5072), created="2024-02-02 09:16:11", in_plan=OFFICE_HOURS),
    Line("hygienist-2", _desk("Grandstream GXP2170", 5074), created="2024-02-02 09:16:39", in_plan=OFFICE_HOURS),
    Line("implant-room", _desk("snom D735", 5075), created="2024-04-22 08:05:17", in_plan=OFFICE_HOURS),
    Line("intercom-lab", _desk("Fanvil i16V", 5082), "door-only", created="2025-08-30 09:01:44"),
    Line("kitchen-wall", created="2024-02-02 09:17:19", more=_OFF),
    Line("lab-technician", _desk("MicroSIP/3.21.5", 5094), created="2025-07-05 09:33:10", in_plan=OFFICE_HOURS),
    Line("lobby-courtesy-phone", _desk("Grandstream GXP1630", 5076), "emergency", created="2024-02-02 09:19:03"),
    Line("manager", _desk("Yealink SIP-T54W", 5063), created="2024-02-02 09:11:30", in_plan=OFFICE_HOURS),
    Line(
        "niamh-mobile",
        (Phone("Acrobits Softphone/7.1.2", "198.51.100.92:40418"),),
        created="2024-02-02 11:58:21",
        more=_ROAMING,
    ),
    Line("orthodontics-1", _desk("Yealink SIP-T46U", 5065), created="2024-09-09 07:49:26", in_plan=OFFICE_HOURS),
    Line("orthodontics-2", created="2024-09-09 07:50:02", in_plan=OFFICE_HOURS),
    Line("pharmacy-cupboard", created="2025-02-20 15:26:40"),
    Line("radiology", _desk("Polycom VVX 250", 5077), created="2024-02-02 09:16:57", in_plan=OFFICE_HOURS),
    Line("recovery-room", _desk("Polycom VVX 250", 5078), created="2024-02-02 09:17:02", in_plan=OFFICE_HOURS),
    Line("sterilisation", created="2024-02-02 09:17:44"),
    Line("surgery-1", _desk("snom D785", 5066), created="2024-02-02 09:12:01", in_plan=OFFICE_HOURS),
    Line("surgery-2", _desk("snom D785", 5067), created="2024-02-02 09:12:15", in_plan=OFFICE_HOURS),
    Line("surgery-3", _desk("snom D785", 5068), created="2024-02-02 09:12:29", in_plan=OFFICE_HOURS),
    Line("training-room", created="2026-08-17 10:14:33", more={"network_id": "upstairs"}),
    Line("treatment-coordinator", _desk("Yealink SIP-T46U", 5069), created="2025-03-03 08:31:55", in_plan=OFFICE_HOURS),
    Line("waiting-room", _desk("Grandstream GXP1630", 5079), created="2024-02-02 09:19:41"),
    Line("weekend-rota", created="2025-10-04 09:00:00", in_plan="after-hours"),
    Line(
        "xray-suite",
        _desk("Polycom VVX 250", 5083),
        created="2024-02-02 09:18:02",
        more={"ip_address_acl": r"^203\.0\.113\.41:"},
    ),
)

_KILBRIDE = (
    Line("bodyshop-desk", created="2025-05-20 08:31:17"),
    Line("car-sales", _desk("Yealink SIP-T46U", 5062, _GARAGE), in_plan="office", created="2025-05-20 08:32:02"),
    Line("forecourt", _desk("Gigaset N870", 5064, _GARAGE), created="2025-05-20 08:32:44"),
    Line("parts-counter", _desk("Gigaset N870", 5065, _GARAGE), in_plan="office", created="2025-05-20 08:33:09"),
    Line("service-desk", _desk("Yealink SIP-T46U", 5060, _GARAGE), in_plan="office", created="2025-05-20 08:33:40"),
    Line("service-desk-2", _desk("Yealink SIP-T46U", 5061, _GARAGE), in_plan="office", created="2025-05-20 08:34:06"),
    Line(
        "tow-truck", (Phone("Linphone Android", "198.51.100.199:47330"),), created="2025-05-21 17:05:30", more=_ROAMING
    ),
    Line("tyre-bay", created="2025-05-20 08:35:12"),
    Line("valeting", created="2025-05-20 08:35:50", more=_OFF),
    Line("workshop", _desk("snom M900", 5066, _GARAGE), created="2025-05-20 08:36:21"),
)

_OAKFIELD = (
    Line(
        "dermot-mobile", (Phone("Groundwire/6.4", "198.51.100.33:51920"),), created="2022-12-12 15:01:27", more=_ROAMING
    ),
    Line("helpdesk-lettings", created="2022-12-12 15:09:46", locked="Unpaid since August. Ring accounts first."),
    Line("keyholder", created="2023-03-01 10:40:18"),
    Line("lettings-desk", _desk("snom D785", 5060, _LETTINGS), created="2022-12-12 15:02:33"),
    Line("maintenance-line", _desk("snom D785", 5061, _LETTINGS), created="2022-12-12 15:04:10"),
    Line("rent-accounts", _desk("Cisco SPA504G", 5062, _LETTINGS), created="2023-01-09 09:15:02"),
    Line("tenant-helpline", created="2023-03-01 10:42:59", out_plan="", in_plan="default", more=_INCOMING_ONLY),
    Line("viewings", created="2026-03-03 11:47:20"),
)

HARBOUR = Person(
    username="harbour",
    about="a dental practice, with something on every page",
    first_name="Niamh",
    last_name="Brady",
    city="Dublin",
    email="it@harbour-dental.example",
    lines=_PRACTICE,
    domain=PRACTICE_DOMAIN,
    calls_a_day=17.5,
    calls_now=3,
    front=("front-desk-1", "front-desk-2", "accounts-desk"),
)
CUSTOMERS = (
    HARBOUR,
    Person(
        username="kilbride_motors",
        about="a garage",
        first_name="Eoin",
        last_name="Kilbride",
        city="Galway",
        email="eoin@kilbride-motors.example",
        lines=_KILBRIDE,
        calls_a_day=5,
        calls_now=1,
        front=("service-desk",),
    ),
    Person(
        username="oakfieldlets",
        about="a letting agency that has hardly begun",
        first_name="Dermot",
        last_name="Oakfield",
        city="Sligo",
        email="dermot@oakfieldlets.example",
        lines=_OAKFIELD,
        calls_a_day=1.5,
    ),
)
ADMINISTRATOR = Person(
    username="root-admin",
    about="the administrator, who sees everybody’s lines",
    first_name="Grace",
    last_name="Tidewater",
    city="Cork",
    email="grace@tidewater.example",
)
