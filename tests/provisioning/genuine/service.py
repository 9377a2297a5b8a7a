"""The operations of the original (spec, section 4), with what it does not check left unchecked."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, OPERATIONS, SESSION_MINUTES, Operation
from sipsorcery_web.contract.records import (
    TOP_LEVEL,
    Customer,
    SIPAccount,
    SIPCDRAsset,
    SIPDialogueAsset,
    SIPDialPlan,
    SIPDomain,
    SIPProvider,
    SIPProviderBinding,
    SIPRegistrarBinding,
)
from sipsorcery_web.contract.rules.catalogue import ADDRESS_TAKEN, NAME_TAKEN

from .faults import Thrown, null_reference, unauthorised
from .rules import normalised_provider, refuse_account, refuse_customer, refuse_provider, without_blank_password
from .store import Scope, Store

R = TypeVar("R", Customer, SIPAccount, SIPProvider, SIPDialPlan)
"""A kind of record that this service writes whole."""
Owned = TypeVar("Owned", SIPAccount, SIPProvider, SIPDialPlan)
"""A kind of record that belongs to a customer."""

DOMAIN = "sip.example.org"
SCRIPT = 'sys.Log("hello world")\n'
CLOSED = "Sorry new account creations are currently disabled, please see http://sipsorcery.wordpress.com/new-accounts/."
NOT_CONFIRMED = "Your email address has not yet been confirmed."
CHANGEABLE = (
    "first_name", "last_name", "email_address", "security_question", "security_answer", "city", "country", "web_site",
    "time_zone",
)  # fmt: skip
LISTED = {
    "SIPAccounts": SIPAccount,
    "SIPRegistrarBindings": SIPRegistrarBinding,
    "SIPProviders": SIPProvider,
    "SIPProviderBindings": SIPProviderBinding,
    "DialPlans": SIPDialPlan,
    "Calls": SIPDialogueAsset,
    "CDRs": SIPCDRAsset,
}


@dataclass
class Session:
    """The session of a token, from when and for how long."""

    username: str
    began: datetime
    minutes: int = SESSION_MINUTES


class Provisioning:
    """One service over one store."""

    def __init__(
        self, store: Store, domain: str = DOMAIN, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.store = store
        self.domain = domain
        self.takes_new_accounts = True
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        store.put(SIPDomain(id=uuid4(), domain=domain))

    def answer(self, operation: Operation, token: str | None, arguments: Mapping[str, Any]) -> Any:
        """The result of an operation; Thrown where the original throws."""
        name = operation.name
        if name.startswith("Get") and (kind := LISTED.get(name.removeprefix("Get").removesuffix("Count"))):
            return self._listed(kind, token, **arguments)
        if name in _CHANGES:
            return _CHANGES[name](self, self._caller(token), *arguments.values())
        return _OTHERS[name](self, token, **arguments)

    # --- whose call it is (spec, section 3)

    def _session(self, token: str | None) -> Session | None:
        session = self._sessions.get(token or "")
        age = (self._clock() - session.began) // timedelta(minutes=1) if session else 0
        return session if session and age <= session.minutes else None

    def _username(self, token: str | None) -> str:
        if (session := self._session(token)) is None:
            raise unauthorised()
        return session.username

    def _caller(self, token: str | None) -> Customer:
        customer = self.store.first(Customer, customer_username=self._username(token))
        if customer is None:
            raise null_reference()
        return customer

    def _scope(self, token: str | None) -> Scope:
        customer = self.store.first(Customer, customer_username=self._username(token))
        if customer is None:
            raise Thrown("There was an exception constructing the authorisation filter for the request.")
        return lambda record: customer.admin_id == TOP_LEVEL or record.owner == customer.customer_username

    # --- lists

    def _listed(
        self,
        kind: type[Any],
        token: str | None,
        where_expression: str | None,
        offset: int = 0,
        count: int | None = None,
    ) -> Any:
        scope = self._scope(token)
        if count is None:
            return self.store.count(kind, scope, where_expression)
        return self.store.page(kind, scope, where_expression, offset, count)

    def get_sip_domains(self, token: str | None, filter_expression: str | None, offset: int, count: int) -> Any:
        username = self._username(token)
        own = [domain for domain in self.store.all(SIPDomain) if domain.owner in (None, username)]
        own.sort(key=lambda domain: domain.domain or "")
        return own[offset:] if count == 0 else own[offset : offset + count]

    # --- the service and its customers

    def is_alive(self, token: str | None) -> bool:
        return True

    def test_exception(self, token: str | None) -> None:
        raise Thrown(f"Test exception message {self._clock().isoformat()}.")

    def are_new_accounts_enabled(self, token: str | None) -> bool:
        return self.takes_new_accounts

    def create_customer(self, token: str | None, customer: Customer | None) -> None:
        """All but the name, the address and the limit is stored as sent, the id too."""
        if not self.takes_new_accounts:
            raise Thrown(CLOSED)
        if customer is None or customer.customer_username is None:
            raise null_reference()
        username, address = customer.customer_username.lower(), (customer.email_address or "").lower()
        if self.store.first(Customer, customer_username=username):
            raise Thrown(NAME_TAKEN.sentence)
        if self.store.first(Customer, email_address=address):
            raise Thrown(ADDRESS_TAKEN.sentence)
        stored = replace(customer, customer_username=username, email_address=address or None, max_execution_count=5)
        refuse_customer(stored, is_new=True)
        self.store.insert(_whole(stored))
        self._equip(stored)

    def _equip(self, customer: Customer) -> None:
        now, owner = self._clock(), customer.customer_username
        plan = SIPDialPlan(
            id=uuid4(),
            dial_plan_name="default",
            dial_plan_script=SCRIPT,
            inserted=now,
            last_update=now,
            max_execution_count=3,
            owner=owner,
            script_type_description="Ruby",
        )
        account = SIPAccount(
            id=uuid4(),
            inserted=now,
            is_switchboard_enabled=True,
            out_dial_plan_name="default",
            owner=owner,
            sip_domain=self.domain,
            sip_password=customer.customer_password,
            sip_username=owner,
        )
        self.store.insert(plan)
        self.store.insert(account)

    def login(self, token: str | None, username: str | None, password: str | None) -> str | None:
        customer = self.store.first(Customer, customer_username=username) if username and password else None
        if customer is None or customer.customer_password != password:
            return None
        if not customer.email_address_confirmed:
            raise Thrown(NOT_CONFIRMED)
        if customer.suspended:
            raise Thrown("Your account is suspended.")
        given = secrets.token_hex(48)
        self._sessions[given] = Session(str(customer.customer_username), self._clock())
        return given

    def logout(self, token: str | None) -> None:
        self._sessions.pop(token or "", None)

    def extend_session(self, token: str | None, minutes: int) -> None:
        session = self._session(token)
        if session is None:
            raise unauthorised()
        if session.minutes >= LONGEST_SESSION_MINUTES:
            raise Thrown("The session lifetime cannot be extended beyind 600 minutes.")
        session.minutes = min(session.minutes + minutes, LONGEST_SESSION_MINUTES)

    def get_time_zone_offset_minutes(self, token: str | None) -> int:
        return 0

    def get_customer(self, token: str | None, username: str | None) -> Customer:
        """The whole record, password and security answer in clear."""
        customer = self._caller(token)
        if customer.customer_username != username:
            raise Thrown(f"You are not authorised to retrieve customer for username {username}.")
        return customer

    def update_customer(self, token: str | None, customer: Customer | None) -> None:
        """Copy what can be changed into the loaded record, nil too, and look at it only then."""
        stored = self._caller(token)
        if customer is None:
            raise null_reference()
        if customer.customer_username != stored.customer_username:
            raise Thrown(f"You are not authorised to update customer for username {customer.customer_username}.")
        merged = replace(stored, **{name: getattr(customer, name) for name in CHANGEABLE})
        self.store.change_before_refusal(merged)
        refuse_customer(merged)
        self.store.update(merged)

    def update_customer_password(
        self, token: str | None, username: str | None, old_password: str | None, new_password: str | None
    ) -> None:
        """Sessions go on, and the new password is not looked at."""
        stored = self._caller(token)
        if stored.customer_username != username:
            raise Thrown(f"You are not authorised to update customer password for username {username}.")
        if stored.customer_password != old_password:
            raise Thrown("The existing password did not match when attempting a password update.")
        self.store.update(replace(stored, customer_password=new_password))

    def delete_customer(self, token: str | None, customer_username: str | None) -> None:
        """Delete without a refusal, whether something was deleted or not (quirk Q1)."""
        session = self._session(token)
        if session and session.username == customer_username:
            stored = self.store.first(Customer, customer_username=customer_username)
            if stored is not None:
                self.store.delete(Customer, stored.id)

    # --- what customers have

    def add_sip_account(self, caller: Customer, account: SIPAccount | None) -> SIPAccount:
        owned = self._owned(caller, account)
        refuse_account(owned)
        return self._inserted(without_blank_password(owned))

    def update_sip_account(self, caller: Customer, account: SIPAccount | None) -> SIPAccount:
        self._refuse_stranger(caller, account, "update the SIP Account")
        refuse_account(_whole(account))
        return self._updated(without_blank_password(_whole(account)))

    def delete_sip_account(self, caller: Customer, account: SIPAccount | None) -> SIPAccount:
        self._refuse_stranger(caller, account, "delete the SIP Account")
        return self._deleted(account)

    def add_sip_provider(self, caller: Customer, provider: SIPProvider | None) -> SIPProvider:
        owned = normalised_provider(self._owned(caller, provider))
        refuse_provider(owned)
        stored: SIPProvider = self._inserted(owned)
        self._keep_binding(stored)
        return stored

    def update_sip_provider(self, caller: Customer, provider: SIPProvider | None) -> SIPProvider:
        self._refuse_stranger(caller, provider, "update the SIP Provider")
        changed = normalised_provider(_whole(provider))
        refuse_provider(changed)
        stored: SIPProvider = self._updated(changed)
        self._keep_binding(stored)
        return stored

    def delete_sip_provider(self, caller: Customer, provider: SIPProvider | None) -> SIPProvider:
        self._refuse_stranger(caller, provider, "delete the SIP Provider")
        gone: SIPProvider = self._deleted(provider)
        self._keep_binding(replace(gone, register_enabled=False))
        return gone

    def _keep_binding(self, provider: SIPProvider) -> None:
        binding = self.store.first(SIPProviderBinding, provider_id=provider.id)
        if not provider.register_enabled:
            if binding is not None:
                self.store.delete(SIPProviderBinding, binding.id)
            return
        kept = binding or SIPProviderBinding(id=uuid4(), provider_id=provider.id)
        self.store.put(
            replace(
                kept,
                binding_expiry=provider.register_expiry,
                binding_uri=provider.register_contact,
                next_registration_time=self._clock(),
                owner=provider.owner,
                provider_name=provider.provider_name,
            )
        )

    def add_dial_plan(self, caller: Customer, plan: SIPDialPlan | None) -> SIPDialPlan:
        owned = self._owned(caller, plan)
        is_free = caller.admin_id == TOP_LEVEL
        return self._inserted(owned if is_free else replace(owned, max_execution_count=3))

    def update_dial_plan(self, caller: Customer, plan: SIPDialPlan | None) -> SIPDialPlan:
        self._refuse_stranger(caller, plan, "update the Dial Plan")
        return self._updated(_whole(plan))

    def delete_dial_plan(self, caller: Customer, plan: SIPDialPlan | None) -> SIPDialPlan:
        self._refuse_stranger(caller, plan, "delete the Dial Plan")
        return self._deleted(plan)

    def _owned(self, caller: Customer, record: Owned | None) -> Owned:
        return replace(_whole(record), owner=caller.customer_username)

    def _refuse_stranger(self, caller: Customer, record: Any, what: str) -> None:
        """The owner in the message decides, not the one in the store (weakness W3)."""
        if record is None:
            raise null_reference()
        if caller.admin_id != TOP_LEVEL and record.owner != caller.customer_username:
            raise Thrown(f"You are not authorised to {what}.")

    def _inserted(self, record: R) -> R:
        self.store.insert(record)
        return record

    def _updated(self, record: R) -> R:
        self.store.update(record)
        return record

    def _deleted(self, record: R | None) -> R:
        whole = _whole(record)
        self.store.delete(type(whole), whole.id)
        return whole


def _whole(record: R | None) -> R:
    """The record with every field that was left out at its default: a row is written whole."""
    if record is None:
        raise null_reference()
    return replace(record, present=None, unknown=())


def _by_name(names: Iterable[str]) -> dict[str, Callable[..., Any]]:
    return {name: getattr(Provisioning, _python_name(name)) for name in names}


def _python_name(operation: str) -> str:
    """`GetSIPDomains` as `get_sip_domains`."""
    spaced = operation.replace("SIP", "Sip")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in spaced)[1:]


_CHANGES = _by_name(
    f"{verb}{noun}" for verb in ("Add", "Update", "Delete") for noun in ("SIPAccount", "SIPProvider", "DialPlan")
)
_OTHERS = _by_name(
    name
    for name in OPERATIONS
    if name not in _CHANGES
    and name.removeprefix("Get").removesuffix("Count") not in LISTED
    and name != "CheckInviteCode"
    and hasattr(Provisioning, _python_name(name))  # not what this project adds to the contract
)
