from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from sipsorcery_web.contract.errors import Conflict, Refused
from sipsorcery_web.contract.records import Customer
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.operations import sign_up
from sipsorcery_web.service.operations.sign_up import DEFAULT_SCRIPT
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import NewAccounts
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN, PASSWORD
from tests.factories.records import person, sip_account
from tests.service.conftest import at_once

CLOSED = "Sorry new account creations are currently disabled, please see http://sipsorcery.wordpress.com/new-accounts/."
INVITE_NEEDED = "Sorry new account creations currently require an invite code, please see http://sipsorcery.wordpress.com/new-accounts/."


def customers(service_fixture: ServiceFixture) -> list[str | None]:
    return [customer.customer_username for customer in Operators(service_fixture.service.context).customers()]


def tables(service_fixture: ServiceFixture) -> dict[str, int]:
    """Return how many rows there are of each table of a new customer."""
    names = ("customers", "sipaccounts", "sipdialplans", "customersessions")
    with service_fixture.service.context.database.read() as session:
        return {name: session.scalars(text(f"SELECT count(*) FROM {name}")).one() for name in names}


@pytest.fixture
def service_fixture_with(service_context: ServiceContext) -> Callable[..., ServiceFixture]:
    """Makes a service with a policy on new accounts, and an administrator in place."""

    def make(policy: str, limit: int = 0, chosen: bool = True, administrator: bool = True) -> ServiceFixture:
        service_fixture = ServiceFixture(
            Service(replace(service_context, new_accounts=NewAccounts(policy, limit, chosen)))
        )
        if administrator:
            assert service_fixture.administrator
        return service_fixture

    return make


# What a new customer gets


def test_a_new_customer_can_sign_in(service_fixture: ServiceFixture) -> None:
    service_fixture.stranger.create_customer(person("carol"))

    assert service_fixture.client(service_fixture.token_of("carol")).customer("carol").first_name == "Carol"


def test_name_and_address_are_stored_in_lower_case_and_without_blanks(service_fixture: ServiceFixture) -> None:
    service_fixture.stranger.create_customer(
        person("x", customer_username=" Carol ", email_address=" Carol@Example.ORG ", city=" Galway ")
    )
    carol = service_fixture.client(service_fixture.token_of("carol")).customer("carol")

    assert (carol.customer_username, carol.email_address, carol.city) == ("carol", "carol@example.org", "Galway")


def test_a_new_customer_has_the_dial_plan_default(service_fixture: ServiceFixture, clock: Clock) -> None:
    (plan,) = service_fixture.someone("carol").dial_plans.page()

    assert (plan.dial_plan_name, plan.script_type_description, plan.owner) == ("default", "Asterisk", "carol")
    assert plan.dial_plan_script == DEFAULT_SCRIPT
    assert (plan.max_execution_count, plan.inserted, plan.last_update) == (3, clock.now, clock.now)


def test_a_new_customer_has_a_sip_account_with_a_random_password(service_fixture: ServiceFixture, clock: Clock) -> None:
    (carols,) = service_fixture.someone("carol").sip_accounts.page()
    (daves,) = service_fixture.someone("david").sip_accounts.page()

    assert (carols.sip_username, carols.sip_domain, carols.owner) == ("carol", DOMAIN, "carol")
    assert (carols.out_dial_plan_name, carols.in_dial_plan_name) == ("default", None)
    assert (carols.is_switchboard_enabled, carols.send_nat_keep_alives, carols.inserted) == (True, False, clock.now)
    assert carols.sip_password is not None
    assert carols.sip_password not in (PASSWORD, daves.sip_password)
    assert len(carols.sip_password) == 15
    assert carols.sip_password.isalnum()


def test_a_random_password_is_never_the_same() -> None:
    assert len({sign_up.random_sip_password() for _ in range(50)}) == 50


def test_the_service_says_when_and_from_where_a_customer_was_made(
    service_fixture: ServiceFixture, clock: Clock
) -> None:
    service_fixture.client(None, "192.0.2.7").create_customer(person("carol", created_from_ip_address="10.0.0.1"))
    carol = service_fixture.client(service_fixture.token_of("carol")).customer("carol")

    assert (carol.created_from_ip_address, carol.inserted) == ("192.0.2.7", clock.now)


MISCHIEF: dict[str, Any] = {
    "id": UUID(int=7),
    "active": False,
    "admin_id": "*",
    "admin_member_id": "club",
    "authorised_apps": "*",
    "email_address_confirmed": False,
    "execution_count": 99,
    "max_execution_count": 99,
    "suspended": True,
    "suspended_reason": "x",
    "invite_code": "x",
}


@pytest.mark.parametrize("field", MISCHIEF)
def test_nobody_gives_themselves_what_the_service_gives(service_fixture: ServiceFixture, field: str) -> None:
    service_fixture.stranger.create_customer(replace(person("carol"), **{field: MISCHIEF[field]}))
    made = getattr(service_fixture.client(service_fixture.token_of("carol")).customer("carol"), field)

    assert made != MISCHIEF[field]


def test_a_customer_who_asks_for_all_rights_sees_only_their_own(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    service_fixture.stranger.create_customer(person("carol", admin_id="*"))

    assert service_fixture.client(service_fixture.token_of("carol")).sip_accounts.count() == 1


# All or nothing


@pytest.mark.parametrize("failing", ["_default_plan", "_first_account", "default_domain", "derive_ha1"])
def test_when_anything_fails_nothing_remains(
    service_fixture: ServiceFixture, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("in between")

    monkeypatch.setattr(sign_up, failing, fail)
    with pytest.raises(RuntimeError, match="in between"):
        service_fixture.stranger.create_customer(person("carol"))

    assert set(tables(service_fixture).values()) == {0}


def test_a_refusal_in_between_does_not_spend_the_invite(
    service_fixture_with: Callable[..., ServiceFixture], monkeypatch: pytest.MonkeyPatch
) -> None:
    service_fixture = service_fixture_with("invite")
    (code,) = Operators(service_fixture.service.context).make_invites(1)

    def taken(*_: object) -> str:
        raise Conflict("All names are taken.")

    monkeypatch.setattr(sign_up, "_free_name", taken)
    with pytest.raises(Conflict):
        service_fixture.stranger.create_customer(person("carol", invite_code=code))
    assert service_fixture.stranger.invite_complaint(code) is None


# The first account's name


def test_a_taken_sip_name_gets_digits(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("carol"))
    (account,) = service_fixture.someone("carol").sip_accounts.page()

    assert account.sip_username is not None
    assert account.sip_username.startswith("carol")
    assert account.sip_username.removeprefix("carol").isdigit()
    assert len(account.sip_username) == len("carol1234")


def test_when_every_name_is_taken_the_customer_is_refused(
    service_fixture: ServiceFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _: 0)
    for name in ("carol", "carol1000"):
        service_fixture.alice.sip_accounts.add(sip_account(name))

    with pytest.raises(Conflict):
        service_fixture.stranger.create_customer(person("carol"))
    assert customers(service_fixture) == ["alice"]


@pytest.mark.parametrize("username", ["dispatcher", "my-dispatcher-2"])
def test_a_name_that_can_be_no_sip_name_is_refused(service_fixture: ServiceFixture, username: str) -> None:
    with pytest.raises(Refused, match=r"^The username you have requested is not permitted\.$"):
        service_fixture.stranger.create_customer(person(username))


# The order of checks


def test_a_taken_name_is_told(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    with pytest.raises(Conflict, match=r"^The requested username is already in use please try a different one\.$"):
        service_fixture.stranger.create_customer(
            person("x", customer_username=" ALICE ", email_address="other@example.org")
        )


def test_a_taken_address_is_told(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    with pytest.raises(Conflict, match=r"^The email address is already associated with an account\.$"):
        service_fixture.stranger.create_customer(person("carol", email_address="ALICE@example.org "))


def test_the_first_check_that_fails_is_told(
    service_fixture: ServiceFixture, service_fixture_with: Callable[..., ServiceFixture]
) -> None:
    assert service_fixture.alice
    taken = person("alice", first_name=None)

    with pytest.raises(Refused, match="disabled"):
        service_fixture_with("closed").stranger.create_customer(taken)
    with pytest.raises(Conflict, match="username"):
        service_fixture.stranger.create_customer(taken)
    with pytest.raises(Conflict, match="email address"):
        service_fixture.stranger.create_customer(replace(taken, customer_username="carol"))
    with pytest.raises(Refused, match="first name"):
        service_fixture.stranger.create_customer(
            replace(taken, customer_username="carol", email_address="carol@example.org")
        )


def test_a_nil_customer_is_refused(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="A customer must be given"):
        service_fixture.stranger._call("CreateCustomer", customer=None)


def test_an_empty_customer_is_refused_with_the_first_rule(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match=r"^A first name must be specified\.$"):
        service_fixture.stranger.create_customer(Customer())


# The policy


def test_closed_is_closed(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    service_fixture = service_fixture_with("closed")

    assert not service_fixture.stranger.new_accounts_enabled()
    with pytest.raises(Refused) as refused:
        service_fixture.stranger.create_customer(person("carol"))
    assert refused.value.message == CLOSED


@pytest.mark.parametrize("policy", ["invite", "limit"])
def test_nobody_registers_before_there_is_an_administrator(
    service_fixture_with: Callable[..., ServiceFixture], policy: str
) -> None:
    service_fixture = service_fixture_with(policy, limit=10, administrator=False)

    assert not service_fixture.stranger.new_accounts_enabled()
    with pytest.raises(Refused) as refused:
        service_fixture.stranger.create_customer(person("carol"))
    assert refused.value.message == CLOSED


def test_what_was_opened_on_purpose_needs_no_administrator(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    service_fixture = service_fixture_with("open", administrator=False)

    assert service_fixture.stranger.new_accounts_enabled()
    service_fixture.stranger.create_customer(person("carol"))


def test_what_is_open_by_default_waits_for_an_administrator(
    service_fixture_with: Callable[..., ServiceFixture],
) -> None:
    service_fixture = service_fixture_with("open", chosen=False, administrator=False)

    assert not service_fixture.stranger.new_accounts_enabled()


def test_a_limit_counts_every_customer(
    service_fixture_with: Callable[..., ServiceFixture], service_context: ServiceContext
) -> None:
    service_fixture = service_fixture_with("limit", limit=3)
    service_fixture.stranger.create_customer(person("carol"))
    Operators(service_context).suspend("carol", None)

    assert service_fixture.stranger.new_accounts_enabled()
    service_fixture.stranger.create_customer(person("david"))
    assert not service_fixture.stranger.new_accounts_enabled()
    with pytest.raises(Refused) as refused:
        service_fixture.stranger.create_customer(person("erika"))
    assert refused.value.message == CLOSED


# Invites


@pytest.mark.parametrize("missing", [None, "", "  "])
def test_without_a_code_nobody_gets_in_by_invite(
    service_fixture_with: Callable[..., ServiceFixture], missing: str | None
) -> None:
    service_fixture = service_fixture_with("invite")

    assert service_fixture.stranger.new_accounts_enabled()
    with pytest.raises(Refused) as refused:
        service_fixture.stranger.create_customer(person("carol", invite_code=missing))
    assert refused.value.message == INVITE_NEEDED


def test_a_code_lets_one_customer_in(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    service_fixture = service_fixture_with("invite")
    (code,) = Operators(service_fixture.service.context).make_invites(1)

    assert service_fixture.stranger.invite_complaint(code) is None
    service_fixture.stranger.create_customer(person("carol", invite_code=f" {code.upper()} "))

    assert service_fixture.stranger.invite_complaint(code) == "The invite code has already been used."
    with pytest.raises(Refused, match=r"^The invite code has already been used\.$"):
        service_fixture.stranger.create_customer(person("david", invite_code=code))


def test_an_unknown_code_lets_nobody_in(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    with pytest.raises(Refused, match=r"^The invite code was not recognised\.$"):
        service_fixture_with("invite").stranger.create_customer(person("carol", invite_code=str(UUID(int=7))))


def test_a_broken_rule_does_not_spend_the_code(service_fixture_with: Callable[..., ServiceFixture]) -> None:
    service_fixture = service_fixture_with("invite")
    (code,) = Operators(service_fixture.service.context).make_invites(1)

    with pytest.raises(Refused, match="password"):
        service_fixture.stranger.create_customer(person("carol", invite_code=code, customer_password="short"))
    assert service_fixture.stranger.invite_complaint(code) is None


def test_where_no_code_is_needed_none_is_spent(service_fixture: ServiceFixture) -> None:
    (code,) = Operators(service_fixture.service.context).make_invites(1)
    service_fixture.stranger.create_customer(person("carol", invite_code=code))

    assert service_fixture.stranger.invite_complaint(code) is None


def test_checking_a_code_tells_what_is_wrong(service_fixture: ServiceFixture) -> None:
    assert service_fixture.stranger.invite_complaint("") == "No invite code was specified"
    assert service_fixture.stranger.invite_complaint("x") == "The invite code was not recognised."


@pytest.mark.parametrize(("policy", "limit"), [("invite", 0), ("limit", 2)])
def test_of_two_who_come_at_once_for_the_last_place_one_gets_in(
    service_context: ServiceContext, busy_database: Database, policy: str, limit: int
) -> None:
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, service_context.clock())
    service_fixture = ServiceFixture(
        Service(replace(service_context, database=busy_database, new_accounts=NewAccounts(policy, limit, True)))
    )
    assert service_fixture.administrator
    (code,) = Operators(service_fixture.service.context).make_invites(1)
    carol, david = (person(name, invite_code=code) for name in ("carol", "david"))
    refused = at_once(
        lambda: service_fixture.stranger.create_customer(carol), lambda: service_fixture.stranger.create_customer(david)
    )

    assert len(customers(service_fixture)) == 2
    assert [str(error) for error in refused] == [
        "The invite code has already been used." if policy == "invite" else CLOSED
    ]


def test_of_two_who_come_at_once_with_one_name_one_gets_it(
    service_context: ServiceContext, busy_database: Database
) -> None:
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, service_context.clock())
    service_fixture = ServiceFixture(Service(replace(service_context, database=busy_database)))
    same = person("carol")
    refused = at_once(*[lambda: service_fixture.stranger.create_customer(same)] * 3)

    assert [type(error) for error in refused] == [Conflict, Conflict]
    assert customers(service_fixture) == ["carol"]
