"""The embedded service as the stage of a run: requests are put to it in their order, with its own tokens in place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.database.connection import open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store import models
from sipsorcery_web.settings import NewAccounts, Settings
from tests.conftest import HOME, Clock
from tests.factories.rows import attempt_values, binding_values, leg_values

from .exchanges import TOKEN, Exchange, HttpMessage

OPEN = NewAccounts("open", chosen=True)
FAULT_STATUS_200 = "/provisioning-sl.svc"
"""Where the run had an endpoint that gives its faults with status 200."""


@dataclass
class CaptureFixture:
    """Two applications over one store, which differ in the status of their faults; `tokens` go from run to stage."""

    app: Flask
    app_200: Flask
    parts: ServiceContext
    tokens: dict[str, str] = field(default_factory=dict)

    def play(self, exchange: Exchange) -> HttpMessage:
        """Put a request of the run to the service."""
        request = exchange.request
        app = self.app_200 if exchange.path == FAULT_STATUS_200 else self.app
        headers = {name: self._with_own_tokens(value) for name, value in request.headers.items()}
        body = self._with_own_tokens(request.wire_body.decode("latin-1")).encode("latin-1")
        answer = app.test_client().open(names.ENDPOINT_PATH, method=exchange.method, headers=headers, data=body)
        reply = HttpMessage(f"HTTP/1.1 {answer.status}", dict(answer.headers), answer.data)
        own = Exchange(exchange.number, exchange.name, request, reply)
        if exchange.token_given and own.token_given:
            self.tokens[exchange.token_given] = own.token_given
        return reply

    def operators(self) -> Operators:
        """The operator's commands from the shell."""
        return Operators(self.parts)

    def client(self, token: str | None) -> ProvisioningClient:
        """The service through a token of the run."""
        channel = Service(self.parts)
        return ProvisioningClient(channel, ClientIdentity(self.tokens.get(token or ""), HOME))

    def login(self, token: str, username: str, password: str) -> None:
        """A sign-in that the run had and the folder does not; `token` is the one that it gave."""
        own = self.client(None).login(username, password)
        assert own is not None
        self.tokens[token] = own

    def add(self, *rows: Any) -> None:
        """Store rows that only the engine writes."""
        with self.parts.database.write() as session:
            session.add_all(rows)

    def _with_own_tokens(self, text: str) -> str:
        return TOKEN.sub(lambda found: self.tokens.get(found[0], found[0]), text)


@dataclass(frozen=True)
class Run:
    """A folder of exchanges, what was there before them, and what happened between those that the folder has."""

    exchanges: list[Exchange]
    domain: str
    before: Callable[[CaptureFixture], None]
    between: Mapping[int, Callable[[CaptureFixture, "Run"], None]]
    """By the number of the exchange that it has to precede."""

    @property
    def tokens_of_unknown_origin(self) -> set[str]:
        """Tokens in requests that no reply in the folder gives."""
        given = {exchange.token_given for exchange in self.exchanges}
        used = {
            token for exchange in self.exchanges for token in TOKEN.findall(exchange.request.body.decode("latin-1"))
        }
        return {token for token in used - given if len(set(token)) > 1}


def replayed(run: Run, directory: Path, passwords: Passwords) -> dict[str, HttpMessage]:
    """The replies of the embedded service to all requests of a run, by the names of the exchanges."""
    service_fixture = build_capture_fixture(run.domain, directory, passwords)
    run.before(service_fixture)
    replies = {}
    waiting = dict(run.between)
    for exchange in run.exchanges:
        for number in sorted(number for number in waiting if number <= exchange.number):
            waiting.pop(number)(service_fixture, run)
        replies[exchange.name] = service_fixture.play(exchange)
    return replies


def build_capture_fixture(domain: str, directory: Path, passwords: Passwords) -> CaptureFixture:
    """A service without customers."""
    clock = Clock()
    settings = Settings(data_dir=directory, domain=domain, new_accounts=OPEN)
    app = create_app(settings, clock=clock, passwords=passwords)
    settings_200 = Settings(data_dir=directory, domain=domain, new_accounts=OPEN, fault_status=200)
    app_200 = create_app(settings_200, clock=clock, passwords=passwords)
    parts = ServiceContext(
        database=open_database(settings.store_url),
        keyring=Keyring.load(directory / "keys"),
        passwords=passwords,
        clock=clock,
        new_accounts=OPEN,
    )
    return CaptureFixture(app, app_200, parts)


def add_traffic(service_fixture: CaptureFixture, owner: str, domain: str) -> None:
    """Two phones that have registered, a call in progress and three that are over: answered, not answered, answered."""
    now = service_fixture.parts.clock()
    with service_fixture.parts.database.read() as session:
        account = session.query(models.SIPAccountRow).filter_by(owner=owner).first()
        assert account is not None
        account_id = account.id
    bindings = [
        models.SIPRegistrarBindingRow(
            **binding_values(
                account_id,
                owner,
                now,
                sip_account_name=f"{owner}@{domain}",
                contact_uri=f"sip:{owner}@192.0.2.10:{port}",
                mangled_contact_uri=f"sip:{owner}@192.0.2.10:{port}",
                user_agent="Phone",
                remote_sip_socket=f"udp:192.0.2.10:{port}",
                registrar_sip_socket="udp:192.0.2.1:5060",
            )
        )
        for port in (5060, 5061)
    ]
    call = models.SIPDialogueRow(
        **leg_values(
            owner,
            now,
            bridge_id=str(UUID(int=0)),
            cdr_id=str(UUID(int=0)),
            cseq=7,
            remote_user_field="<sip:1001@example.com>;tag=theirs",
            transfer_mode="Default",
        )
    )
    service_fixture.add(*bindings, call, *(_cdr(service_fixture, owner, domain, number) for number in range(3)))


def _cdr(service_fixture: CaptureFixture, owner: str, domain: str, number: int) -> models.SIPCDRRow:
    begun = service_fixture.parts.clock() - timedelta(minutes=10 * number)
    answered = {
        "answered_reason": "Ok",
        "answered_status": 200,
        "answered_time": begun + timedelta(seconds=5),
        "in_progress_reason": "Ringing",
        "in_progress_status": 180,
        "in_progress_time": begun + timedelta(seconds=1),
        "hungup_reason": "Client hungup",
        "hungup_time": begun + timedelta(seconds=65),
        "duration": 60,
        "ring_duration": 4,
    }
    values = attempt_values(
        owner,
        begun,
        call_direction="Out" if number == 1 else "In",
        bridge_id=str(UUID(int=0)),
        dst=f"100{number}",
        dst_host=domain,
        dst_uri=f"sip:100{number}@{domain}",
        from_header=f'"Caller" <sip:caller{number}@example.com>;tag=abc',
        from_name="Caller",
        from_user=f"caller{number}",
        **({} if number == 1 else answered),
    )
    return models.SIPCDRRow(**values)
