"""A portal whose console shows events that a test puts into memory, with the messages of a call among them; its customer
has as many SIP accounts as one may have, one with a weak password and one whose password nobody can read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from sqlalchemy import insert, update

from sipsorcery_web import create_app
from sipsorcery_web.contract.names import ENDPOINT_PATH, NOTIFICATIONS_PATH
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.database.connection import Database
from sipsorcery_web.events.event import Event, EventServer, EventType
from sipsorcery_web.portal.areas.cdrs.ladder.traces import CallTraces
from sipsorcery_web.portal.areas.console.reading import Console, OwnEvents
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import SIPAccountRow, SIPCDRRow
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.events.samples import INVITE, event, message, trace
from tests.factories import PASSWORD
from tests.factories.events import CALL_ID, SERVICE, EventsInMemory
from tests.factories.records import person, sip_account
from tests.factories.rows import cdr_values
from tests.serving.served import served

from .ladder import call_of

WEAK, UNREADABLE = "reception-with-a-weak-password", "telephone-of-a-lost-password"
UNAUTHORISED = (
    "SIP/2.0 401 Unauthorized\r\n"
    "Via: SIP/2.0/UDP 203.0.113.41:5061;branch=z9hG4bK-524287-1---e4bd3a1c7d0f9a11;rport=5061;received=203.0.113.41\r\n"
    'From: "Front desk" <sip:front-desk-1@sip.example.org>;tag=as58f4201b\r\n'
    "CSeq: 2 REGISTER\r\n"
    "User-Agent: Grandstream-GXP2170-Enterprise-Multi-Line-Desk-Phone/1.0.11.48+build.20260114T093021\r\n"
    "Content-Length: 0\r\n"
    "\r\n"
)


@dataclass
class ConsolePortal:
    """A portal in a thread of this process; `owner` is a customer of it."""

    address: str
    domain: str
    events: EventsInMemory
    service: Service
    owner: str
    call: UUID = field(default_factory=uuid4)
    call_without_messages: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.operators.create_customer(person(self.owner), administrator=False)
        self.events.add(_events_of(self.owner))
        self.events.add(call_of(self.owner))
        self._keep_calls()
        for name in (WEAK, UNREADABLE):
            self._add_account(name)

    @property
    def operators(self) -> Operators:
        return Operators(self.service.context)

    @property
    def database(self) -> Database:
        return self.service.context.database

    def account(self, name: str) -> UUID:
        """The id of an account of the owner's."""
        found = next(each for each in self._program().sip_accounts.page() if each.sip_username == name)
        return found.id

    def _program(self) -> ProvisioningClient:
        arguments = {"username": self.owner, "password": PASSWORD}
        return ProvisioningClient(
            self.service, ClientIdentity(self.service.call(OPERATIONS["Login"], None, HOME, arguments))
        )

    def _add_account(self, name: str) -> None:
        weak = sip_account(name, id=uuid4(), sip_domain=self.domain, sip_password="telephone")
        self._program().sip_accounts.add(weak)
        if name == UNREADABLE:
            with self.database.write() as session:
                spoilt = update(SIPAccountRow).where(SIPAccountRow.sip_username == name)
                session.execute(spoilt.values(sealed_sip_password="gone.AAAA"))

    def _keep_calls(self) -> None:
        now = datetime.now(UTC)
        kept = [
            (self.call, {"call_id": CALL_ID, "answered_status": 486, "answered_reason": "Busy Here", "duration": 0})
        ]
        kept.append((self.call_without_messages, {"call_id": "gone"}))
        with self.database.write() as session:
            for id, more in kept:
                session.execute(insert(SIPCDRRow).values(**cdr_values(self.owner, now, **{"id": id} | more)))

    def tell(self, text: str, *owners: str, **more: Any) -> None:
        """Let something happen now; to the owner unless others are named."""
        self.events.add([event(text, *(owners or (self.owner,)), time=datetime.now(UTC), **more)])


@dataclass(frozen=True)
class FrontPortal:
    """A portal in front of another one's service; `owner` is a customer there."""

    address: str
    owner: str


@contextmanager
def portal_with_console(folder: Path, domain: str, owner: str) -> Iterator[ConsolePortal]:
    """A portal with a console over events in memory."""
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    app = create_app(Settings(data_dir=folder, domain=domain, max_accounts=3), passwords=cheap)
    events, parts = EventsInMemory(), parts_of(app)
    parts[Console], parts[CallTraces] = Console(OwnEvents(events)), CallTraces(events, [SERVICE])
    with served(app) as server:
        yield ConsolePortal(f"http://{HOME}:{server.port}", domain, events, app.extensions["service"], owner)


@contextmanager
def portal_in_front_of(console: ConsolePortal, folder: Path) -> Iterator[FrontPortal]:
    """A portal in front of the service of one with a console, which tells it the lines."""
    settings = Settings(
        data_dir=folder,
        provisioning_url=console.address + ENDPOINT_PATH,
        notifications_url=console.address + NOTIFICATIONS_PATH,
    )
    with served(create_app(settings)) as server:
        yield FrontPortal(f"http://{HOME}:{server.port}", console.owner)


def _events_of(owner: str) -> list[Event]:
    """Events of each family, with values as long as they may be."""
    registrar, proxy = {"server": EventServer.Registrar}, {"server": EventServer.SIPProxy}
    refused = f"{owner}: 203.0.113.41:5061 has a wrong password for front-desk-1 (Grandstream-GXP2170/1.0.11.48)."
    return [
        event("front-desk-1 is registered from 203.0.113.41:5061.", owner, type=EventType.RegisterSuccess, **registrar),
        event(refused, owner, type=EventType.RegisterFail, **registrar),
        event("A call from front-desk-1 to 0871550142.", owner, type=EventType.NewCall, **proxy),
        event("Line 12: sys.Dial('0871550142@blueline-trunk') answered after 4 s.", owner),
        event(
            "Sign-in from 198.51.100.214 with Firefox.", owner, type=EventType.Monitor, server=EventServer.Authoriser
        ),
        event("The provider blueline-trunk was not reached: 192.0.2.66 refuses.", owner, type=EventType.Warn),
        trace(INVITE, owner),
        trace(message("INVITE", 180), owner, source=SERVICE, destination="203.0.113.41:5061"),
        trace(
            UNAUTHORISED, owner, source="[2001:db8:85a3:8d3:1319:8a2e:370:7348]:5060", destination="203.0.113.41:5061"
        ),
    ]
