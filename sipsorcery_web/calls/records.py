"""The customers' records that calls are decided by: accounts, plans, providers and domains, as they are now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, func, or_, select

from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract.time_zones import zone_of
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.prepared_reads import PreparedRead
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.dial_plans.calls import Plan
from sipsorcery_web.dial_plans.world import Account, Provider, is_same_name
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPCDRRow, SIPDialPlanRow, SIPDomainRow
from sipsorcery_web.service.store.models import SIPProviderRow as ProviderRow

DEFAULT_ALIAS = "local"
RUBY = "Ruby"
_DAY = timedelta(days=1)
_ACCOUNT, _CUSTOMER, _PLAN = SIPAccountRow.__table__.c, CustomerRow.__table__.c, SIPDialPlanRow.__table__.c
_PROVIDER, _DOMAIN, _CDR = ProviderRow.__table__.c, SIPDomainRow.__table__.c, SIPCDRRow.__table__.c


class EngineRecords(Protocol):
    """The records that the SIP engine keeps."""

    def bindings(self, username: str, domain: str) -> list[str]:
        """The contacts at which an account's phones ring now."""

    def current_calls(self, owner: str) -> list[str]:
        """One text for each call of an owner in progress."""

    def legs_without_record(self, owner: str) -> int:
        """The number of records that an owner is about to have, of calls that go on or have just ended."""


@dataclass(frozen=True, kw_only=True)
class KeptPlan:
    """A plan as it is stored, and how many of its executions there may be at once."""

    id: UUID
    plan: Plan
    most: int


@dataclass(frozen=True, kw_only=True)
class PlannedAccount:
    """A SIP account with what decides about its calls."""

    id: UUID
    name: str
    """`username@domain`."""
    owner: str
    is_disabled: bool
    is_incoming_only: bool
    is_suspended: bool
    """Whether its owner is."""
    most: int
    """Executions at once of all plans of the owner."""
    plan_name: str
    """The plan that takes its calls out, or in; empty where none is set."""
    plan: KeptPlan | None
    """None where none is set, or where it is missing."""


@dataclass(frozen=True)
class CustomersRecords:
    """The records, read anew each time. Names of accounts are exact; those of domains and providers in any case."""

    database: Database
    keyring: Keyring
    engine: EngineRecords
    own_hosts: frozenset[str] = frozenset()
    """The hosts that stand for the default domain: the engine's own addresses."""
    clock: Callable[[], datetime] = utc_now

    def account_out(self, name: str) -> PlannedAccount | None:
        """The account that calls, with its plan for calls out."""
        return self._planned(_CALLING, name)

    def account_in(self, name: str) -> PlannedAccount | None:
        """The account that is called, with its plan for calls in; a dotted name is that of what stands behind it."""
        found = self._planned(_CALLED, name)
        user, _, domain = name.partition("@")
        if found is None and "." in user:
            return self._planned(_CALLED, f"{user.rpartition('.')[2]}@{domain}")
        return found

    def calls_in_a_day(self, owner: str, at_most: int) -> int:
        """Return how many calls an owner had in the last 24 hours or goes on with, counted to `at_most` at least."""
        asked = {"owner": owner, "since": self.clock() - _DAY, "at_most": at_most}
        with self.database.read_rows() as connection:
            recorded = int(connection.scalar(_CALLS_SINCE, asked) or 0)
        return recorded if recorded >= at_most else recorded + self.engine.legs_without_record(owner)

    def canonical_domain(self, host: str) -> str | None:
        """The domain of this service that a host or an alias stands for; None where it is none."""
        wanted = host.lower()
        domains = _DOMAINS.all(self.database)
        if wanted in self.own_hosts:
            wanted = DEFAULT_ALIAS
        for row in domains:
            if row.domain.lower() == wanted:
                return str(row.domain)
        return next((str(row.domain) for row in domains if wanted in _aliases(row.alias_list)), None)

    def account(self, username: str, domain: str, owner: str) -> Account | None:
        """The account of that name, of whichever owner, as a plan of `owner` sees it."""
        row = _ONE_ACCOUNT.first(self.database, username=username, domain=domain)
        return None if row is None else _account(row, owner)

    def own_accounts(self, owner: str) -> list[Account]:
        """The accounts of an owner."""
        return [_account(row, owner) for row in _ACCOUNTS_OF_OWNER.all(self.database, owner=owner)]

    def provider(self, name: str, owner: str) -> Provider | None:
        """The owner's provider of that name."""
        row = _ONE_PROVIDER.first(self.database, **self._named(name, owner))
        return None if row is None else Provider.of(row)

    def provider_password(self, name: str, owner: str) -> str:
        """The password of an owner's provider; empty where it has none. Raises KeyringError."""
        row = _PROVIDER_PASSWORD.first(self.database, **self._named(name, owner))
        if row is None or not row.sealed_provider_password:
            return ""
        place = place_of(ProviderRow.sealed_provider_password, row.id)
        return self.keyring.open_text(row.sealed_provider_password, place)

    @cached_property
    def secret(self) -> bytes:
        """The key of this installation for the tokens of legs and the chance of plans."""
        return self.keyring.derive("call control")

    def _named(self, name: str, owner: str) -> dict[str, str]:
        """Return the parameters of `_IS_PROVIDER`: a database knows the small letters of ASCII alone."""
        if not name.isascii():
            names = [str(row.provider_name) for row in _PROVIDER_NAMES.all(self.database, owner=owner)]
            name = next((each for each in names if is_same_name(each, name)), name)
        return {"owner": owner, "name": name, "small": name.lower() if name.isascii() else name}

    def _planned(self, query: PreparedRead, name: str) -> PlannedAccount | None:
        user, _, domain = name.partition("@")
        row = query.first(self.database, username=user, domain=domain)
        return None if row is None else _planned_account(row)


def _planned_query(plan_name: Any) -> PreparedRead:
    """Return the statement for an account with the plan that one of its columns names."""
    is_plan = and_(_PLAN.owner == _ACCOUNT.owner, _PLAN.dial_plan_name == plan_name)
    joined = _WITH_OWNER.outerjoin(SIPDialPlanRow.__table__, is_plan)
    return PreparedRead(select(*_PLANNED, plan_name.label("plan_name")).select_from(joined).where(_IS_ACCOUNT))


_WITH_OWNER = SIPAccountRow.__table__.join(CustomerRow.__table__, _CUSTOMER.customer_username == _ACCOUNT.owner)
_IS_ACCOUNT = and_(_ACCOUNT.sip_username == bindparam("username"), _ACCOUNT.sip_domain == bindparam("domain"))
_IS_PROVIDER = and_(
    _PROVIDER.owner == bindparam("owner"),
    or_(func.lower(_PROVIDER.provider_name) == bindparam("small"), _PROVIDER.provider_name == bindparam("name")),
)
_PLANNED = (
    _ACCOUNT.id.label("account_id"),
    _ACCOUNT.sip_username,
    _ACCOUNT.sip_domain,
    _ACCOUNT.owner,
    (_ACCOUNT.is_user_disabled | _ACCOUNT.is_admin_disabled).label("is_disabled"),
    _ACCOUNT.is_incoming_only,
    _CUSTOMER.suspended,
    _CUSTOMER.max_execution_count.label("customers_most"),
    _CUSTOMER.time_zone,
    _PLAN.id,
    _PLAN.dial_plan_name,
    _PLAN.dial_plan_script,
    _PLAN.script_type_description,
    _PLAN.authorised_apps,
    _PLAN.trace_email_address,
    _PLAN.max_execution_count,
)
# Built once, with parameters in place of the values asked for: to build one takes longer than to run it.
_CALLING, _CALLED = _planned_query(_ACCOUNT.out_dial_plan_name), _planned_query(_ACCOUNT.in_dial_plan_name)
_ACCOUNTS = select(
    _ACCOUNT.sip_username,
    _ACCOUNT.sip_domain,
    _ACCOUNT.owner,
    _ACCOUNT.in_dial_plan_name,
    (_ACCOUNT.is_user_disabled | _ACCOUNT.is_admin_disabled | _CUSTOMER.suspended).label("is_disabled"),
).select_from(_WITH_OWNER)
_ONE_ACCOUNT = PreparedRead(_ACCOUNTS.where(_IS_ACCOUNT))
_ACCOUNTS_OF_OWNER = PreparedRead(_ACCOUNTS.where(_ACCOUNT.owner == bindparam("owner")))
_ONE_PROVIDER = PreparedRead(
    select(
        _PROVIDER.provider_name,
        _PROVIDER.provider_server,
        _PROVIDER.provider_username,
        _PROVIDER.provider_auth_username,
        _PROVIDER.provider_from,
        _PROVIDER.custom_headers,
        _PROVIDER.provider_outbound_proxy,
    ).where(_IS_PROVIDER)
)
_PROVIDER_PASSWORD = PreparedRead(select(_PROVIDER.id, _PROVIDER.sealed_provider_password).where(_IS_PROVIDER))
_PROVIDER_NAMES = PreparedRead(select(_PROVIDER.provider_name).where(_PROVIDER.owner == bindparam("owner")))
_DOMAINS = PreparedRead(select(_DOMAIN.domain, _DOMAIN.alias_list))
_CALLS_SINCE = select(func.count()).select_from(
    select(_CDR.id)
    .where(_CDR.owner == bindparam("owner"), _CDR.created > bindparam("since"))
    .limit(bindparam("at_most", type_=Integer))
    .subquery()
)


def _aliases(text: str | None) -> set[str]:
    return {alias.strip().lower() for alias in (text or "").split(";")} - {""}


def _planned_account(row: Any) -> PlannedAccount:
    return PlannedAccount(
        id=row.account_id,
        name=f"{row.sip_username}@{row.sip_domain}",
        owner=row.owner,
        is_disabled=row.is_disabled,
        is_incoming_only=row.is_incoming_only,
        is_suspended=row.suspended,
        most=row.customers_most,
        plan_name=(row.plan_name or "").strip(),
        plan=None if row.id is None else _kept_plan(row),
    )


def _kept_plan(row: Any) -> KeptPlan:
    plan = Plan(
        owner=row.owner,
        name=row.dial_plan_name,
        script=row.dial_plan_script or "",
        is_ruby=row.script_type_description == RUBY,
        time_zone=getattr(zone_of(row.time_zone), "key", "UTC"),
        authorised_apps=row.authorised_apps or "",
        trace_email_address=row.trace_email_address or "",
    )
    return KeptPlan(id=row.id, plan=plan, most=row.max_execution_count)


def _account(row: Any, owner: str) -> Account:
    return Account(
        username=row.sip_username,
        domain=row.sip_domain,
        is_own=row.owner == owner,
        in_plan=(row.in_dial_plan_name or "").strip(),
        is_disabled=row.is_disabled,
    )
