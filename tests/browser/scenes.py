"""The sample data of the pictures: a dental practice, and one whose every name is as long as it may be."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from playwright.sync_api import Page
from sqlalchemy import update

from sipsorcery_web.contract.names import ENDPOINT_PATH
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.conftest import HOME
from tests.factories.records import dial_plan, sip_account, sip_provider
from tests.running import free_port

from .portals import Addressed, Portal, Server, as_chosen, embedded, in_use
from .sample_data import calls, dial_plans, executions, providers
from .sample_data.console import ConsolePortal, FrontPortal, portal_in_front_of, portal_with_console
from .sample_data.engine import Switchboard, portal_with_engine, register, talk
from .steps import sign_in

SIGNED_IN_EVERY = 300.0
"""Seconds; a sign-in shows stored passwords for ten minutes."""

Opening = Callable[..., Page]
MAIL = {
    "smtp_url": f"smtp://{HOME}:9",
    "mail_from": "SIPSorcery <sip@example.org>",
    "public_url": "https://sip.example.org",
}
"""The settings of a portal that mails links, to a mail server that is away."""
Phones = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Line:
    """A SIP account with its phones, each an agent and a socket; `more` are fields of the record."""

    name: str
    out_plan: str = "default"
    in_plan: str = "office-hours"
    phones: Phones = ()
    created: str = "2024-02-02 09:12:44"
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cast:
    """The people of a scene. `two_phones`, `locked` and `edited` are lines of the owner."""

    owner: str
    lines: tuple[Line, ...]
    two_phones: str
    locked: str
    edited: str
    reason: str
    search: str


def _at(port: int) -> str:
    return f"203.0.113.41:{port}"


PRACTICE = Cast(
    owner="harbour",
    two_phones="backoffice",
    locked="alarm-dialler",
    edited="front-desk-1",
    reason="140 calls to 00 882 numbers on 9 Nov. Talk to us before we switch it back on.",
    search="desk",
    lines=(
        Line("accounts-desk", phones=(("Yealink SIP-T46U", _at(5060)),)),
        Line(
            "after-hours-answering-service",
            "",
            "after-hours",
            created="2024-02-02 09:20:10",
            more={"is_incoming_only": True, "sip_password": None},
        ),
        Line("alarm-dialler", in_plan="", created="2024-03-18 16:41:02"),
        Line("anaesthesia-1", phones=(("Grandstream GXP2170", _at(5064)),), created="2024-02-02 09:13:20"),
        Line(
            "backoffice",
            in_plan="",
            phones=(("Linphone Android", "198.51.100.214:43122"), ("Bria iOS", "192.0.2.18:51806")),
            created="2024-06-11 12:05:51",
            more={"send_nat_keep_alives": True},
        ),
        Line("billing-1", created="2024-02-02 09:14:02"),
        Line("billing-2", created="2024-02-02 09:14:31", more={"is_user_disabled": True}),
        Line("conference-room", in_plan="", phones=(("Polycom VVX 450", _at(5070)),), created="2024-02-02 09:15:08"),
        Line("consult-room-a", phones=(("snom D785", _at(5071)),), created="2024-02-02 09:15:40"),
        Line("consult-room-b", created="2026-10-29 11:30:15"),
        Line("courtyard-doorphone", "door-only", "", (("2N IP Verso", _at(5080)),), "2025-08-30 08:47:59"),
        Line(
            "daniel-mobile",
            in_plan="",
            phones=(("Zoiper", "198.51.100.87:38114"),),
            created="2025-01-14 10:22:06",
            more={"send_nat_keep_alives": True},
        ),
        Line("emergency-line", "emergency", "emergency", (("Cisco SPA504G", _at(5090)),), "2024-02-02 09:18:27"),
        Line("front-desk-1", phones=(("Yealink SIP-T48U", _at(5061)),), created="2024-02-02 09:10:01"),
        Line("front-desk-2", phones=(("Yealink SIP-T48U", _at(5062)),), created="2024-02-02 09:10:48"),
        Line("hygienist-1", phones=(("Grandstream GXP2170", _at(5072)),), created="2024-02-02 09:16:11"),
        Line("kitchen-wall", in_plan="", created="2024-02-02 09:17:19", more={"is_user_disabled": True}),
        Line("lab-technician", phones=(("MicroSIP", _at(5094)),), created="2025-07-05 09:33:10"),
    ),
)

LONG_PLAN = "outgoingcallsthroughthecheapestproviderunlesstheyareanemergency1"
LONG_AGENT = "Grandstream-GXP2170-Enterprise-Multi-Line-Desk-Phone/1.0.11.48+build.20260114T093021"
LONG_SOCKET = "[2001:0db8:85a3:08d3:1319:8a2e:0370:7348]:50600"


def _long_line(number: int) -> Line:
    return Line(
        f"telephoneofthesecondreception{number:03}",
        LONG_PLAN,
        LONG_PLAN,
        ((LONG_AGENT, LONG_SOCKET),),
        more={
            "send_nat_keep_alives": True,
            "dont_mangle_enabled": True,
            "is_incoming_only": True,
            "ip_address_acl": r"^203\.0\.113\.(1[0-9]|2[0-4]):" * 8,
            "network_id": "dublinharbour-01",
        },
    )


LONG = Cast(
    owner="northernharbourdenta",
    two_phones="telephoneofthesecondreception002",
    locked="telephoneofthesecondreception003",
    edited="telephoneofthesecondreception001",
    reason="Verbindungsmissbrauchsverdachtsfall" * 7,
    search="telephone",
    lines=(
        _long_line(1),
        Line("telephoneofthesecondreception002", phones=((LONG_AGENT, LONG_SOCKET),) * 4),
        *(_long_line(number) for number in range(3, 28)),
    ),
)


@dataclass
class SignIns:
    """The cookies of people who have just signed in, for all pages of theirs."""

    _states: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def of(self, username: str, portal: Addressed, open_page: Opening) -> Any:
        """Return the cookies of somebody's last sign-in, or of a new one."""
        signed_in_at, state = self._states.get(username, (-inf, None))
        if monotonic() - signed_in_at > SIGNED_IN_EVERY:
            first = open_page(portal)
            sign_in(first, username)
            state = first.context.storage_state()
            self._states[username] = monotonic(), state
        return state


@dataclass
class Scene:
    """A portal with a cast at work; beside it one that nobody has set up, one that takes the invited only and mails
    links, one whose service is away, one with a SIP engine, one with a console, and one in front of that one."""

    portal: Portal
    not_set_up: Portal
    by_invitation: Portal
    away: Portal
    with_engine: "Telephony"
    with_console: "Monitored[ConsolePortal]"
    with_lines_told: "Monitored[FrontPortal]"
    users: Cast
    plan: SIPDialPlan = field(init=False)
    call_with_plan: UUID = field(init=False)
    _states: SignIns = field(default_factory=SignIns)

    def __post_init__(self) -> None:
        portal, users = self.portal, self.users
        self.owner = portal.customer(users.owner)
        self.newcomer = portal.customer("newcomer")
        self.leaver = portal.customer("margaret")
        self.administrator = portal.customer("root-admin", administrator=True)
        newcomer = portal.program_of(self.newcomer)
        newcomer.sip_accounts.delete(newcomer.sip_accounts.page()[0])
        program = portal.program_of(self.owner)
        program.sip_accounts.delete(program.sip_accounts.page()[0])
        self._add_plans(program)
        self.accounts = {line.name: self._add(program, line) for line in users.lines}
        locked = self.accounts[users.locked].with_(is_admin_disabled=True, admin_disabled_reason=users.reason)
        portal.program_of(self.administrator).sip_accounts.update(locked)
        for area in (providers, dial_plans, calls, executions):
            area.furnish(self)

    def path_of(self, name: str) -> str:
        """The address of an account's page."""
        return f"/sip-accounts/{self.accounts[name].id}"

    def page_of(self, username: str, open_page: Opening, **options: Any) -> Page:
        """A page of somebody who has just signed in; they do so once in a while, but for the one whose sessions end."""
        if username == self.leaver:
            page = open_page(self.portal, **options)
            sign_in(page, username)
            return page
        return open_page(self.portal, storage_state=self._states.of(username, self.portal, open_page), **options)

    def _add_plans(self, program: ProvisioningClient) -> None:
        names = {name for line in self.users.lines for name in (line.out_plan, line.in_plan)} - {"", "default"}
        for name in sorted(names):
            plan = dial_plan(name, owner=self.owner, dial_plan_script="sys.Dial(req.URI.User)")
            program.dial_plans.add(plan)

    def _add(self, program: ProvisioningClient, line: Line) -> SIPAccount:
        wanted = sip_account(
            line.name,
            id=uuid4(),
            owner=self.owner,
            sip_domain=self.portal.domain,
            out_dial_plan_name=line.out_plan or None,
            in_dial_plan_name=line.in_plan or None,
            is_switchboard_enabled=True,
        ).with_(**line.more)
        account = program.sip_accounts.add(wanted)
        created = datetime.fromisoformat(line.created).replace(tzinfo=UTC)
        with self.portal.database.write() as session:
            session.execute(update(SIPAccountRow).where(SIPAccountRow.id == account.id).values(inserted=created))
        for number, (agent, socket) in enumerate(line.phones):
            self.portal.register(account, agent, socket, last_update=_lately(line.name, number))
        return account


@dataclass
class Telephony:
    """A portal with a SIP engine; its one customer has the first lines of the cast, phones, calls and providers."""

    portal: Portal
    board: Switchboard
    users: Cast
    _states: SignIns = field(default_factory=SignIns)

    def __post_init__(self) -> None:
        portal = self.portal
        self.board.is_away = True  # until all is there that it is asked about
        self.owner = portal.customer(self.users.owner)
        program = portal.program_of(self.owner)
        program.sip_accounts.delete(program.sip_accounts.page()[0])
        lines = [line for line in self.users.lines if line.phones][:3]
        for line in lines:
            account = sip_account(line.name, id=uuid4(), sip_domain=portal.domain)
            program.sip_accounts.add(account)
            register(portal, account, line.phones[0][0])
        name = f"{self.users.search}-without-phone"
        program.sip_accounts.add(sip_account(name, id=uuid4(), sip_domain=portal.domain))
        talk(portal, self.owner, lines[0].name, lines[1].name)
        talk(portal, self.owner, lines[2].name, lines[0].name)
        for provider in ("blueline-trunk", "northline-dublin"):
            program.sip_providers.add(
                sip_provider(
                    provider,
                    provider_server=f"sip:{provider}.example",
                    provider_password=None,
                    register_enabled=True,
                    register_contact=f"sip:{lines[0].name}@{portal.domain}",
                )
            )
        self.board.is_away = False

    def page_of(self, open_page: Opening, **options: Any) -> Page:
        """A page of the customer, who has just signed in."""
        return open_page(self.portal, storage_state=self._states.of(self.owner, self.portal, open_page), **options)


Watched = TypeVar("Watched", ConsolePortal, FrontPortal)


@dataclass
class Monitored(Generic[Watched]):
    """A portal whose console shows events of its one customer."""

    portal: Watched
    _states: SignIns = field(default_factory=SignIns)

    def page_of(self, open_page: Opening, **options: Any) -> Page:
        """A page of the customer, who has just signed in."""
        owner = self.portal.owner
        return open_page(self.portal, storage_state=self._states.of(owner, self.portal, open_page), **options)


def _lately(name: str, number: int) -> datetime:
    """Some time within the last hour, the same for the same phone."""
    return datetime.now(UTC) - timedelta(seconds=(sum(name.encode()) * 7 + number * 611) % 3000)


@contextmanager
def scene(folder: Path, portal: Portal, users: Cast) -> Iterator[Scene]:
    """A scene at a portal; the ones beside it are started, and stopped at the end."""
    with ExitStack() as stack:
        not_set_up = stack.enter_context(in_use(lambda: embedded(folder / "new", portal.domain, new_accounts="invite")))
        invited = stack.enter_context(
            in_use(lambda: as_chosen(folder / "invited", portal.domain, new_accounts="invite", **MAIL))
        )
        away = stack.enter_context(in_use(lambda: in_front_of_nothing(folder / "away")))
        invited.customer("root-admin", administrator=True)
        telephony = Telephony(*stack.enter_context(portal_with_engine(folder / "engine", portal.domain)), users)
        console = stack.enter_context(portal_with_console(folder / "console", portal.domain, users.owner))
        front = stack.enter_context(portal_in_front_of(console, folder / "front"))
        yield Scene(portal, not_set_up, invited, away, telephony, Monitored(console), Monitored(front), users)


def in_front_of_nothing(folder: Path) -> Portal:
    """A portal whose service does not answer."""
    server = Server(folder, provisioning_url=f"http://{HOME}:{free_port()}{ENDPOINT_PATH}")
    server.start()
    return Portal(server, server, HOME)
