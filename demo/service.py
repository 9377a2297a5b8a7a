"""Storing the people of the demonstration: through the service as customers do, the rest as an engine would."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import pairwise
from random import Random
from uuid import UUID

from sqlalchemy import select, update

from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions, PlanText, Saving
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.models import (
    CustomerRow,
    SIPAccountRow,
    SIPDialPlanRow,
    SIPDomainRow,
    SIPProviderBindingRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
)

from .calls import PROXY, SEED, Call, cdr_of, history, legs_of, new_call
from .people import ADMINISTRATOR, CUSTOMERS, PASSWORD, Line, Person, Phone
from .plans import PLANS, Plan, Saved
from .providers import PROVIDERS, Provider, Registration

LOCALLY = "127.0.0.1"
EXPIRY = 3600
WORKING_DAY = timedelta(hours=9, minutes=12, seconds=49)


@dataclass
class DemoService:
    """An empty store that is filled; the same moment gives the same contents but for secrets."""

    parts: ServiceContext
    random: Random = field(default_factory=lambda: Random(SEED))
    calls: list[Call] = field(default_factory=list)
    """Those in progress."""

    def __post_init__(self) -> None:
        self.now = self.parts.clock()
        self._service = Service(self.parts)
        self._operators = Operators(self.parts)

    def fill(self) -> None:
        """Everybody with everything that they have."""
        self._operators.create_customer(ADMINISTRATOR.customer, administrator=True)
        administrator = self._signed_in(ADMINISTRATOR)
        self._clear(administrator)
        for person in CUSTOMERS:
            self._settle(person, administrator)
        administrator.logout()

    def _settle(self, person: Person, administrator: ProvisioningClient) -> None:
        self._operators.create_customer(person.customer, administrator=False)
        client = self._signed_in(person)
        self._clear(client)
        self._make_domain(person)
        for plan in [plan for plan in PLANS if plan.owner == person.username]:
            self._add_plan(client, plan)
        for line in person.lines:
            self._add_line(client, administrator, person, line)
        for provider in [provider for provider in PROVIDERS if provider.owner == person.username]:
            self._add_provider(client, administrator, provider)
        self._add_calls(person)
        client.logout()

    def _signed_in(self, person: Person) -> ProvisioningClient:
        channel = self._service
        token = ProvisioningClient(channel, ClientIdentity(None, LOCALLY)).login(person.username, PASSWORD)
        return ProvisioningClient(channel, ClientIdentity(token, LOCALLY))

    def _clear(self, client: ProvisioningClient) -> None:
        """Take away what a new customer is given."""
        for account in client.sip_accounts.page():
            client.sip_accounts.delete(account)
        for plan in client.dial_plans.page():
            client.dial_plans.delete(plan)

    def _make_domain(self, person: Person) -> None:
        with self.parts.database.write() as session:
            if session.scalars(select(SIPDomainRow).where(SIPDomainRow.domain == person.domain)).first() is None:
                row = SIPDomainRow(id=self._id(), domain=person.domain, inserted=self.now, owner=person.username)
                session.add(row)
            named = CustomerRow.customer_username == person.username
            session.execute(update(CustomerRow).where(named).values(inserted=_moment(person.lines[0].created)))

    def _add_line(
        self, client: ProvisioningClient, administrator: ProvisioningClient, person: Person, line: Line
    ) -> None:
        wanted = SIPAccount(
            id=self._id(),
            sip_username=line.name,
            sip_domain=person.domain,
            sip_password=f"{self.random.getrandbits(48):012x}",
            out_dial_plan_name=line.out_plan or None,
            in_dial_plan_name=line.in_plan or None,
            is_switchboard_enabled=True,
        ).with_(**line.more)
        account = client.sip_accounts.add(wanted)
        if line.locked:
            administrator.sip_accounts.update(account.with_(is_admin_disabled=True, admin_disabled_reason=line.locked))
        with self.parts.database.write() as session:
            created = update(SIPAccountRow).where(SIPAccountRow.id == account.id)
            session.execute(created.values(inserted=_moment(line.created)))
            session.add_all(self._binding(account, phone) for phone in line.phones)

    def _binding(self, account: SIPAccount, phone: Phone) -> SIPRegistrarBindingRow:
        last_update = self.now - timedelta(seconds=self.random.randrange(5, EXPIRY - 120))
        return SIPRegistrarBindingRow(
            id=self._id(),
            sip_account_id=account.id,
            owner=account.owner,
            sip_account_name=f"{account.sip_username}@{account.sip_domain}",
            contact_uri=f"sip:{account.sip_username}@{phone.socket}",
            expiry=EXPIRY,
            expiry_time=last_update + timedelta(seconds=EXPIRY),
            last_update=last_update,
            proxy_sip_socket=PROXY,
            registrar_sip_socket="192.0.2.5:5061",
            remote_sip_socket=phone.socket,
            user_agent=phone.agent,
        )

    def _add_provider(self, client: ProvisioningClient, administrator: ProvisioningClient, provider: Provider) -> None:
        wanted = SIPProvider(id=self._id(), provider_name=provider.name).with_(**provider.fields)
        added = client.sip_providers.add(wanted)
        if provider.locked:
            locked = added.with_(register_admin_enabled=False, register_disabled_reason=provider.locked)
            administrator.sip_providers.update(locked)
        created = self.now - timedelta(days=self.random.randrange(300, 900))
        with self.parts.database.write() as session:
            row = update(SIPProviderRow).where(SIPProviderRow.id == added.id)
            session.execute(row.values(inserted=created, last_update=created))
            if provider.registration:
                binding = update(SIPProviderBindingRow).where(SIPProviderBindingRow.provider_id == added.id)
                session.execute(binding.values(**self._state(provider.registration)))

    def _state(self, registration: Registration) -> dict[str, object]:
        succeeded = None if registration.succeeded is None else self._in(registration.succeeded)
        return {
            "id": self._id(),
            "is_registered": registration.registered,
            "last_register_attempt": self._in(registration.attempted),
            "last_register_time": succeeded,
            "next_registration_time": self._in(registration.next),
            "registrar_sip_socket": registration.socket,
            "registration_failure_message": registration.failure,
        }

    def _add_plan(self, client: ProvisioningClient, plan: Plan) -> None:
        wanted = SIPDialPlan(
            id=self._id(),
            dial_plan_name=plan.name,
            dial_plan_script=plan.script,
            script_type_description=plan.script_type,
            trace_email_address=plan.trace,
        )
        plan_id = client.dial_plans.add(wanted).id
        first, last = self._on_day(plan.saved[-1].days_ago), self._on_day(plan.saved[0].days_ago)
        with self.parts.database.write() as session:
            row = update(SIPDialPlanRow).where(SIPDialPlanRow.id == plan_id)
            times = {"inserted": first, "last_update": last}
            session.execute(row.values(**times, execution_count=plan.running, max_execution_count=plan.limit))
        self._keep_versions(plan_id, plan)

    def _keep_versions(self, plan_id: UUID, plan: Plan) -> None:
        versions = DialPlanVersions(self.parts.database, self.parts.keyring, self.parts.clock)
        savings = [self._saving(plan, saved, script) for saved, script in plan.versions()]
        for before, saved in pairwise(savings):
            versions.keep(plan_id, plan.owner, before, _counted(before, saved))

    def _saving(self, plan: Plan, saved: Saved, script: str) -> Saving:
        text = PlanText(plan.name, plan.script_type, script)
        return Saving(text, plan.owner, self._on_day(saved.days_ago), saved.note)

    def _add_calls(self, person: Person) -> None:
        lines = [line.name for line in person.lines if line.phones]
        now = [self._call_in_progress(person, lines) for _ in range(person.calls_now)]
        self.calls += now
        with self.parts.database.write() as session:
            session.add_all(cdr_of(call) for call in history(person, self.now))
            session.add_all(leg for call in now for leg in legs_of(call))

    def _call_in_progress(self, person: Person, lines: Sequence[str]) -> Call:
        since, left = self.random.randrange(30, 400), self.random.randrange(10, 60)
        return new_call(self.random, person, lines, self._in(-since), since + left)

    def _id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _in(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)

    def _on_day(self, days_ago: float) -> datetime:
        """Return a moment so many days ago; the fraction is how much of the working day had passed."""
        days, passed = divmod(days_ago, 1)
        return _opening(self.now - timedelta(days=days)) + passed * WORKING_DAY


def _opening(moment: datetime) -> datetime:
    return moment.replace(hour=8, minute=41, second=17, microsecond=0)


def _counted(before: Saving, saved: Saving) -> Saving:
    """Return the customer with the numbers of lines that came and went."""
    old, new = before.text.script.splitlines(), saved.text.script.splitlines()
    same = sum(block.size for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    return replace(saved, added=len(new) - same, removed=len(old) - same)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
