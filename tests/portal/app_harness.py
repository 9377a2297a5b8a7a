"""A whole application for a test.

As it is in use, but with a clock that stands still and passwords that cost little.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import (
    delete,
    select,
    update,
)

from sipsorcery_web import create_app
from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.database.base import Base
from sipsorcery_web.database.connection import open_database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.dial_plans.service.client import PlanService
from sipsorcery_web.oauth import consents, programs
from sipsorcery_web.oauth.work import writing
from sipsorcery_web.portal.http.backend import Backend
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.service_status import ServiceStatusCache
from sipsorcery_web.portal.http.session import COOKIE
from sipsorcery_web.portal.lists.refused_filters import RefusedFilters
from sipsorcery_web.portal.live.kept_pages import KeptPages
from sipsorcery_web.portal.storage.dial_plan_test_cases import DialPlanTestCases, PlanTestCase
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions, PlanText, Saving
from sipsorcery_web.portal.storage.models import SavedForm
from sipsorcery_web.portal.storage.passkeys import Passkeys
from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.account_networks import AccountNetworkRow
from sipsorcery_web.service.store.domain_events import DomainEventKind
from sipsorcery_web.service.store.models import (
    CustomerRow,
    CustomerSessionRow,
    SIPAccountRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPProviderBindingRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
)
from sipsorcery_web.service.store.oauth import ProgramRow
from sipsorcery_web.service.store.rows import to_record
from sipsorcery_web.settings import Settings
from sipsorcery_web.webhooks.keeping import WebhookKeeping
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.passkeys import passkey
from tests.factories.records import person, sip_account, sip_provider
from tests.factories.rows import binding_of, cdr_values, leg_values, sip_account_values

from .browser import Browser
from .fake_plan_service import FakePlanService
from .stored_state import database_file, dump, dump_of_postgres, snapshot_of

ADMINISTRATOR = "root-admin"
CAST = ("alice", "bobby", ADMINISTRATOR)


@dataclass
class RecordingChannel:
    """A channel that notes what is asked of the service and the tokens that it gives.

    A test can put words in between.
    """

    channel: Channel
    calls: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    before: dict[str, Any] = field(default_factory=dict)

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        self.calls.append(operation.name)
        if operation.name in self.before:
            self.before[operation.name]()
        result = self.channel.call(operation, token, address, arguments)
        if operation.name == "Login" and result:
            self.tokens.add(result)
        return result


class AppHarness:
    """An application, its store and the cast. Built once for some settings; `clear` makes it as new.

    As new, each of the cast has signed in once, so that most tests need not; `cast=False` leaves the house empty.
    """

    def __init__(self, settings: Settings, passwords: Passwords, cast: bool = True) -> None:
        self.clock = Clock()
        self.settings = settings
        self.app = create_app(settings, clock=self.clock, passwords=passwords)
        self.app.testing = True
        parts_of(self.app)[PlanService] = self.plan_service = FakePlanService()
        backend = parts_of(self.app)[Backend]
        backend.channel = self.watched = RecordingChannel(backend.channel)
        self.database = open_database(settings.store_url)
        self.keyring = Keyring.load(settings.data_dir / "keys")
        self.service = Service(self._parts(passwords))
        self.service_fixture = ServiceFixture(self.service)
        self._sessions = {name: self._session_of(name) for name in (CAST if cast else ())}
        self._clients = dict(self.service_fixture.signed_in)
        self._tokens = set(self.watched.tokens)
        self._fresh = snapshot_of(settings)

    def clear(self) -> None:
        """Forget everything that a test has done."""
        self._fresh.restore()
        self.database.close()  # SQLite fails where an FTS5 table is the first to meet a file that was changed under it
        self.clock.now = Clock().now
        self.forget_calls()
        self.watched.tokens |= self._tokens
        self.watched.before.clear()
        self.forget_status()
        parts_of(self.app)[PlanService] = self.plan_service = FakePlanService()
        parts_of(self.app)[RefusedFilters].clear()
        if pages := parts_of(self.app).get(KeptPages):
            pages.clear()
        self.service_fixture = ServiceFixture(self.service, dict(self._clients))
        self._unused = dict(self._sessions)

    def stored_rows(self) -> str:
        """All that the store holds, as text."""
        if not self.settings.database_url:
            return dump(database_file(self.settings))
        return dump_of_postgres(self.database.engine)

    def browser(self, **options: Any) -> Browser:
        """A browser that nobody has used."""
        return Browser(self.app, self.watched.tokens, **options)

    def signed_in(self, username: str, **options: Any) -> Browser:
        """A browser in which somebody has just signed in."""
        self.add_users(username)
        browser = self.browser(**options)
        if username in self._unused and not options and self.clock.now == Clock().now:
            browser.client.set_cookie(COOKIE, self._unused.pop(username))
        else:
            browser.sign_in(username)
        return browser

    def add_users(self, *usernames: str) -> None:
        """See that these customers are there; each has a dial plan and a first SIP account."""
        for username in usernames:
            self.service_fixture.someone(username, administrator=username == ADMINISTRATOR)

    def add_customer(self, username: str, **details: Any) -> None:
        """A customer with other details than the cast."""
        Operators(self.service.context).create_customer(person(username, **details), administrator=False)

    def operators(self) -> Operators:
        """The operator's commands from the shell."""
        return Operators(self.service.context)

    def account(self, owner: str, sip_username: str, **more: Any) -> SIPAccount:
        """A stored SIP account."""
        client = self.service_fixture.someone(owner, administrator=owner == ADMINISTRATOR)
        return client.sip_accounts.add(sip_account(sip_username, id=uuid4(), **more))

    def accounts(self, owner: str, count: int) -> None:
        """Store so many accounts, and no others: line-00001, line-00002, …"""
        self.add_users(owner)
        rows = [sip_account_values(owner, f"line-{number:05}", self.clock()) for number in range(1, count + 1)]
        with self.database.write() as session:
            session.execute(delete(SIPAccountRow).where(SIPAccountRow.owner == owner))
            if rows:
                session.execute(cast(Any, SIPAccountRow.__table__).insert(), rows)

    def one_of_each(self, owner: str, **of_the_account: Any) -> dict[str, UUID]:
        """Return an id of every kind that has a page of its own, by the name that its id has in addresses."""
        plan = self.service_fixture.someone(owner).dial_plans.page()[0]
        text = PlanText(plan.dial_plan_name or "", "Ruby", "sys.Log('before')")
        DialPlanVersions(self.database, self.keyring).keep(plan.id, owner, None, Saving(text, owner, self.clock()))
        account = self.account(owner, "front-desk", **of_the_account)
        return {
            "case_id": self.test_case(plan).id,
            "account_id": account.id,
            "binding_id": self.bind(account),
            "call_id": uuid4(),  # which is no record, and known to whoever makes calls alone
            "cdr_id": self.cdr(owner),
            "consent_id": self.consent(owner),
            "leg_id": self.call(owner),
            "link_id": uuid4(),  # of a shared ladder, which its page has tests for
            "plan_id": plan.id,
            "program_id": self.program(owner, is_confidential=True).id,
            "provider_id": self.provider(owner, "northline").id,
            "seen_id": self.network(account),
            "session_id": self.session_ids(owner)[0],
            "token_id": self.access_token(owner).id,
            **self.webhook(owner),
        }

    def test_case(self, plan: SIPDialPlan, name: str = "at night", **more: Any) -> PlanTestCase:
        """A stored test case of a plan: a call to 0301 at 22 o'clock that nobody takes."""
        call = {"number": "0301", "caller": "alice", "direction": "out", "time": "2026-03-02T22:00", "seed": "1"}
        result = ["The caller gets 480 Temporarily unavailable."]
        facts = {"name": name, "call": call, "answers": {}, "expected": result, "last": result} | more
        case = PlanTestCase(**facts)
        DialPlanTestCases(self.database, self.keyring).add(plan.id, plan.owner or "", case)
        return case

    def access_token(self, owner: str, name: str = "night shift", **more: Any) -> AccessToken:
        """A new token for programs, which tells itself."""
        token = AccessToken(name=name, scopes="accounts:read", ends=self.clock() + timedelta(days=7))
        return self.service_fixture.someone(owner).add_access_token(replace(token, **more))

    def program(self, owner: str, name: str = "Reception desk", **more: Any) -> Program:
        """A program that a customer has registered, which tells its secret where it has one."""
        self.add_users(owner)
        facts = {"redirect_addresses": ("http://127.0.0.1/back",), "takes_device_codes": True, **more}
        with writing(self.service.context, HOME) as work:
            return programs.add(work, Program(id=ZERO_ID, name=name, owner=owner, **facts))

    def consent(self, owner: str, scopes: str = "accounts:read", **more: Any) -> UUID:
        """A consent of a customer's to a program of bob's, good for a day."""
        program = self.program("bobby", **more)
        self.add_users(owner)
        with writing(self.service.context, HOME) as work:
            row = work.session.get_one(ProgramRow, program.id)
            return consents.add(work, owner, row, scopes, self.clock() + timedelta(days=1)).id

    def webhook(self, owner: str, url: str = "https://hooks.example.org/sip") -> dict[str, UUID]:
        """Store a webhook for everything with a message, and return the ids of both."""
        self.add_users(owner)
        kept = parts_of(self.app)[WebhookKeeping]
        hook, _ = kept.add(owner, url, list(DomainEventKind))
        kept.test(owner, hook.id)
        return {"webhook_id": hook.id, "message_id": kept.messages(owner, hook.id)[0].id}

    def passkey(self, owner: str, **more: Any) -> UUID:
        """Store a passkey that no authenticator has, and return its id."""
        kept = passkey(owner, **more)
        Passkeys(self.database, self.keyring).add(kept)
        return kept.id

    def lock(self, account: SIPAccount, reason: str = "Unpaid bill") -> SIPAccount:
        """Disable an account as an administrator does."""
        locked = account.with_(is_admin_disabled=True, admin_disabled_reason=reason)
        return self.service_fixture.administrator.sip_accounts.update(locked)

    def bind(self, account: SIPAccount, **more: Any) -> UUID:
        """Register a phone."""
        return self._add(SIPRegistrarBindingRow, binding_of(account, self.clock(), **more))

    def network(self, account: SIPAccount, **more: Any) -> UUID:
        """Store a network that an account has registered from, and had never before."""
        seen = {"sip_account_id": account.id, "network": "203.0.0.0/16", "is_new": True}
        times = {"first_seen": self.clock(), "last_seen": self.clock()}
        return self._add(AccountNetworkRow, {"id": uuid4(), **seen, **times, **more})

    def session_ids(self, owner: str) -> list[UUID]:
        """The ids by which a customer knows the sessions at the service."""
        return [session.id for session in self.service_fixture.someone(owner).sessions()]

    def call(self, owner: str, **more: Any) -> UUID:
        """Store one leg of a call in progress."""
        self.add_users(owner)
        return self._add(SIPDialogueRow, leg_values(owner, self.clock(), **more))

    def cdr(self, owner: str | None, **more: Any) -> UUID:
        """The record of a call that was answered and ended."""
        return self._add(SIPCDRRow, cdr_values(owner, self.clock(), **more))

    def cdrs(self, owner: str, count: int) -> None:
        """Store so many call records, and no others, a minute apart; the newest is the first: to 00001, 00002, …"""
        began = self.clock()
        rows = [
            cdr_values(owner, began)
            | {
                "created": began - timedelta(minutes=number),
                "dst": f"{number:05}",
                "dst_uri": f"sip:{number:05}@northline.example",
            }
            for number in range(1, count + 1)
        ]
        with self.database.write() as session:
            session.execute(delete(SIPCDRRow))
            if rows:
                session.execute(cast(Any, SIPCDRRow.__table__).insert(), rows)

    def _add(self, kind: type[Base], values: dict[str, Any]) -> UUID:
        with self.database.write() as session:
            session.add(kind(**values))
        return UUID(str(values["id"]))

    def provider(self, owner: str, provider_name: str, **more: Any) -> SIPProvider:
        """A stored SIP provider; without a registration unless it is asked for."""
        client = self.service_fixture.someone(owner, administrator=owner == ADMINISTRATOR)
        return client.sip_providers.add(sip_provider(provider_name, **more))

    def forbid_registration(self, provider: SIPProvider, reason: str = "Too many customers") -> SIPProvider:
        """Forbid registration as an administrator does."""
        forbidden = provider.with_(register_admin_enabled=False, register_disabled_reason=reason)
        return self.service_fixture.administrator.sip_providers.update(forbidden)

    def registration(self, provider: SIPProvider, **values: Any) -> None:
        """Store what the registration agent notes of a provider that is to be registered with."""
        with self.database.write() as session:
            named = SIPProviderBindingRow.provider_id == provider.id
            session.execute(update(SIPProviderBindingRow).where(named).values(**values))

    def stored_provider(self, provider_id: UUID) -> SIPProvider | None:
        """A SIP provider as it lies in the store, seen by nobody."""
        with self.database.read() as session:
            row = session.get(SIPProviderRow, provider_id)
            return None if row is None else to_record(SIPProvider, row, self.keyring)

    def stored_providers(self, owner: str) -> dict[str, SIPProvider]:
        """A customer's SIP providers by name, as they lie in the store."""
        with self.database.read() as session:
            rows = session.scalars(select(SIPProviderRow).where(SIPProviderRow.owner == owner))
            records = [to_record(SIPProvider, row, self.keyring) for row in rows]
        return {record.provider_name or "": record for record in records}

    def stored(self, account_id: UUID) -> SIPAccount | None:
        """A SIP account as it lies in the store, seen by nobody."""
        with self.database.read() as session:
            row = session.get(SIPAccountRow, account_id)
            return None if row is None else to_record(SIPAccount, row, self.keyring)

    def stored_accounts(self, owner: str) -> dict[str, SIPAccount]:
        """A customer's SIP accounts by name, as they lie in the store."""
        with self.database.read() as session:
            rows = session.scalars(select(SIPAccountRow).where(SIPAccountRow.owner == owner))
            records = [to_record(SIPAccount, row, self.keyring) for row in rows]
        return {record.sip_username or "": record for record in records}

    def customer(self, username: str) -> CustomerRow | None:
        """A customer as they lie in the store."""
        with self.database.read() as session:
            return session.scalars(select(CustomerRow).where(CustomerRow.customer_username == username)).one_or_none()

    def change_customer(self, username: str, **values: Any) -> None:
        """Change a customer as another client of the service might."""
        with self.database.write() as session:
            named = CustomerRow.customer_username == username
            session.execute(update(CustomerRow).where(named).values(**values))

    def revoke(self, username: str) -> None:
        """End all sessions of a customer at the service; the portal is not told."""
        with self.database.write() as session:
            named = CustomerSessionRow.customer_username == username
            session.execute(delete(CustomerSessionRow).where(named))

    def service_sessions(self, username: str) -> int:
        """Return how many sessions a customer has at the service."""
        with self.database.read() as session:
            named = CustomerSessionRow.customer_username == username
            return len(session.scalars(select(CustomerSessionRow.token_hash).where(named)).all())

    def saved_forms(self) -> int:
        """Return how many forms are saved for a user."""
        with self.database.read() as session:
            return len(session.scalars(select(SavedForm.id_hash)).all())

    @property
    def calls(self) -> list[str]:
        """Return the calls to the service."""
        return self.watched.calls

    def forget_calls(self) -> None:
        self.watched.calls.clear()

    def forget_sessions(self) -> None:
        """Let nobody have signed in yet: who asks for a browser signs in anew."""
        self._unused.clear()

    def forget_status(self) -> None:
        """The portal asks at most every few seconds whether the service answers; let it ask again."""
        parts_of(self.app)[ServiceStatusCache].until = 0.0

    def _session_of(self, username: str) -> str:
        self.add_users(username)
        browser = self.browser()
        browser.sign_in(username)
        cookie = browser.client.get_cookie(COOKIE)
        assert cookie is not None
        return cookie.value

    def _parts(self, passwords: Passwords) -> ServiceContext:
        return ServiceContext(
            database=self.database,
            keyring=self.keyring,
            passwords=passwords,
            clock=self.clock,
            new_accounts=self.settings.new_accounts,
            mails=self.app.extensions["account_mails"],
        )


class AppHarnesses:
    """One house for each kind of settings: building one costs more than a test."""

    def __init__(self, directory: Path, passwords: Passwords) -> None:
        self._directory = directory
        self._passwords = passwords
        self._built: dict[Any, AppHarness] = {}

    def __call__(self, cast: bool = True, **settings: Any) -> AppHarness:
        key = (cast, repr(sorted(settings.items())))
        if key not in self._built:
            base = Settings(data_dir=self._directory / f"house-{len(self._built)}", domain=DOMAIN)
            wanted = replace(base, **settings)
            self._built[key] = AppHarness(wanted, self._passwords, cast and wanted.embedded)
        harness = self._built[key]
        harness.clear()
        return harness

    def close(self) -> None:
        """Close the databases of all houses."""
        for harness in self._built.values():
            harness.database.close()
            harness.app.extensions["database"].close()
