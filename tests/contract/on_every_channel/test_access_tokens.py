"""Tokens for programs on every channel: who makes them, what they open, and what they never do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract.access_token_text import new_token
from sipsorcery_web.contract.errors import BadFilter, Conflict, NotFound, ProvisioningError, Refused, SessionExpired
from sipsorcery_web.contract.extensions import ALL_OPERATIONS, EXTENSIONS, AccessToken
from sipsorcery_web.contract.operations import Access
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.operators import Operators
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account, sip_provider

from .conftest import ChannelFixture

ENDS = datetime(2026, 12, 24, tzinfo=UTC)
ALL = " ".join(SCOPES)
SESSION_OPERATIONS = [each.name for each in ALL_OPERATIONS.values() if each.access is Access.SESSION]


def made(client: ProvisioningClient, scopes: str = ALL, name: str = "office", **more: Any) -> AccessToken:
    """A token of this customer, as it is told once."""
    return client.add_access_token(replace(AccessToken(name=name, scopes=scopes, ends=ENDS), **more))


@pytest.fixture
def program(service_fixture: ServiceFixture) -> Callable[..., ProvisioningClient]:
    """Makes a program that has a token of alice's."""
    return lambda scopes=ALL, **more: service_fixture.client(made(service_fixture.alice, scopes, **more).token)


def complaint(call: Callable[[], object]) -> str:
    """Return the complaint about a call; empty where there is none."""
    try:
        call()
    except ProvisioningError as error:
        return error.message
    return ""


# Making, listing and deleting


def test_a_token_is_told_once(service_fixture: ServiceFixture) -> None:
    token = made(service_fixture.alice)
    (listed,) = service_fixture.alice.access_tokens()
    assert token.token is not None
    assert listed == token.with_(token=None)
    assert (listed.name, listed.scopes, listed.ends, listed.last_used) == ("office", ALL, ENDS, None)


def test_the_caller_decides_neither_the_token_nor_its_times(service_fixture: ServiceFixture) -> None:
    hers = uuid4()
    mine: dict[str, Any] = {
        "id": hers,
        "token": "sips_" + "a" * 36,
        "last_used": ENDS,
        "last_used_from": "192.0.2.1",
        "inserted": ENDS,
    }
    token = made(service_fixture.alice, **mine)
    assert token.token != mine["token"]
    assert token.id != hers
    assert (token.last_used, token.last_used_from) == (None, None)
    assert token.inserted < ENDS


def test_a_name_and_scopes_are_stored_in_one_form(service_fixture: ServiceFixture) -> None:
    token = made(service_fixture.alice, " calls:read  accounts:read calls:read", name="  the   office ")
    assert (token.name, token.scopes) == ("the office", "accounts:read calls:read")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "  "}, "The token needs a name."),
        ({"name": "x" * 65}, "The name of a token can have at most 64 characters."),
        ({"scopes": " "}, "The token needs a scope at least."),
        ({"scopes": "accounts:read everything"}, "The token asks for a scope that does not exist."),
        ({"scopes": "tokens:write"}, "The token asks for a scope that does not exist."),
        ({"ends": datetime(2026, 11, 23, 12, tzinfo=UTC)}, "The token has to end, a year from now at the latest."),
        ({"ends": datetime(2027, 11, 25, tzinfo=UTC)}, "The token has to end, a year from now at the latest."),
        ({"ends": AccessToken().ends}, "The token has to end, a year from now at the latest."),
    ],
)
def test_a_token_that_breaks_a_rule_is_refused(
    service_fixture: ServiceFixture, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        made(service_fixture.alice, **wrong)
    assert refused.value.message == sentence
    assert service_fixture.alice.access_tokens() == []


def test_no_token_at_all_is_refused(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="A token must be given"):
        service_fixture.alice._call("AddAccessToken")


def test_a_name_is_taken_once_by_each_customer(service_fixture: ServiceFixture) -> None:
    made(service_fixture.alice)
    with pytest.raises(Conflict, match="A token with this name already exists"):
        made(service_fixture.alice)
    made(service_fixture.bob)


def test_a_customer_has_at_most_20(service_fixture: ServiceFixture) -> None:
    for number in range(20):
        made(service_fixture.alice, name=f"program {number}")
    with pytest.raises(Refused, match="There are 20 tokens"):
        made(service_fixture.alice, name="one more")
    service_fixture.alice.delete_access_token(service_fixture.alice.access_tokens()[0].id)
    made(service_fixture.alice, name="one more")


# In place of a session


def test_a_token_opens_what_its_scope_names_and_nothing_else(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    reads = program("accounts:read")
    account = next(each for each in reads.sip_accounts.page() if each.sip_username == "front-desk")
    assert reads.sip_accounts.count() == 2
    for forbidden in (
        lambda: reads.sip_accounts.update(account),
        lambda: reads.sip_accounts.delete(account),
        lambda: reads.sip_accounts.add(sip_account("back-desk")),
        lambda: reads.sip_providers.page(),
        lambda: reads.cdrs.count(),
        lambda: reads.customer("alice"),
    ):
        with pytest.raises(Refused, match=r"needs the scope .*, which this token does not have"):
            forbidden()


def test_writing_does_not_include_reading(program: Callable[..., ProvisioningClient]) -> None:
    writes = program("accounts:write")
    assert writes.sip_accounts.add(sip_account("front-desk")).owner == "alice"
    with pytest.raises(Refused, match="accounts:read"):
        writes.sip_accounts.page()


@pytest.mark.parametrize("name", SESSION_OPERATIONS)
def test_each_operation_opens_to_its_own_scope_alone(program: Callable[..., ProvisioningClient], name: str) -> None:
    scope = ALL_OPERATIONS[name].scope
    without = program(" ".join(each for each in SCOPES if each != scope), name="without")
    if scope is None:
        assert complaint(lambda: without._call(name)) == f"No token for programs can call {name}."
        return
    lacks = f"{name} needs the scope {scope}, which this token does not have."
    assert complaint(lambda: without._call(name)) == lacks
    assert complaint(lambda: program(scope, name="with")._call(name)) not in (lacks, SessionExpired().message)


@pytest.mark.parametrize(
    "name",
    [
        *("UpdateCustomer", "UpdateCustomerPassword", "DeleteCustomer", "ExtendSession"),
        *(each.name for each in EXTENSIONS.values() if each.access is Access.SESSION and each.scope is None),
    ],
)
def test_no_token_changes_who_gets_in_or_for_how_long(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient], name: str
) -> None:
    stored = service_fixture.alice.customer("alice")
    with_everything = program()
    (token,) = service_fixture.alice.access_tokens()
    arguments: dict[str, dict[str, Any]] = {
        "UpdateCustomer": {"customer": stored.with_(email_address="mallory@example.org")},
        "UpdateCustomerPassword": {"username": "alice", "old_password": PASSWORD, "new_password": "tr0ubad0ur"},
        "DeleteCustomer": {"customer_username": "alice"},
        "ExtendSession": {"minutes": 60},
        "AddAccessToken": {"access_token": AccessToken(name="more", scopes=ALL, ends=ENDS)},
        "DeleteAccessToken": {"id": token.id},
    }
    with pytest.raises(Refused, match=f"No token for programs can call {name}"):
        with_everything._call(name, **arguments.get(name, {}))
    assert service_fixture.alice.customer("alice") == stored
    assert [each.id for each in service_fixture.alice.access_tokens()] == [token.id]
    assert service_fixture.stranger.login("alice", PASSWORD)


def test_a_token_is_not_signed_out(service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]) -> None:
    it = program("customer:read")
    it.logout()
    assert it.customer("alice").customer_username == "alice"


def test_a_token_tells_its_customers_time_zone_where_it_may_read_the_customer(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]
) -> None:
    alice = service_fixture.alice
    alice.update_customer(alice.customer("alice").with_(time_zone="(GMT+04:30) Kabul"))
    assert program("customer:read")._call("GetTimeZoneOffsetMinutes") == 270
    with pytest.raises(Refused, match="customer:read"):
        program("calls:read", name="another")._call("GetTimeZoneOffsetMinutes")


# Tokens that are not good


@pytest.fixture
def no_good(service_fixture: ServiceFixture, clock: Clock) -> dict[str, str]:
    """Tokens of every kind that opens nothing."""
    good = made(service_fixture.alice, name="good").token or ""
    deleted = made(service_fixture.alice, name="deleted")
    service_fixture.alice.delete_access_token(deleted.id)
    expired = made(service_fixture.alice, name="expired", ends=clock() + timedelta(minutes=1))
    suspended = made(service_fixture.bob)
    Operators(service_fixture.service.context).suspend("bobby", None)
    clock.pass_(minutes=1)
    assert service_fixture.client(good).sip_accounts.count() == 1
    return {
        "empty": "",
        "prefix alone": "sips_",
        "wrong checksum": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "unknown": new_token(),
        "deleted": deleted.token or "",
        "expired": expired.token or "",
        "suspended": suspended.token or "",
        "doubled": good + good,
        "two in one": f"{good} {good}",
        "capitals": good.upper(),
    }


@pytest.mark.parametrize(
    "kind",
    [
        *("empty", "prefix alone", "wrong checksum", "unknown", "deleted", "expired", "suspended"),
        *("doubled", "two in one", "capitals"),
    ],
)
def test_a_token_that_is_not_good_is_nobodys(
    service_fixture: ServiceFixture, no_good: dict[str, str], kind: str
) -> None:
    visitor = service_fixture.client(no_good[kind])
    for name in SESSION_OPERATIONS:
        with pytest.raises(SessionExpired) as refused:
            visitor._call(name)
        assert refused.value.message == SessionExpired().message
    assert visitor._call("GetTimeZoneOffsetMinutes") == 0


# Two customers


def test_bob_neither_sees_nor_deletes_a_token_of_alices(service_fixture: ServiceFixture) -> None:
    token = made(service_fixture.alice)
    bob = service_fixture.bob
    assert bob.access_tokens() == []
    answers = set()
    for id in (token.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            bob.delete_access_token(id)
        answers.add(refused.value.message)
    assert answers == {"The token was not found."}
    assert service_fixture.client(token.token).sip_accounts.count() == 1


def test_bobs_token_does_not_reach_what_is_alices(service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice
    account, plan = alice.sip_accounts.add(sip_account("front-desk")), alice.dial_plans.page()[0]
    bobs = service_fixture.client(made(service_fixture.bob).token)
    assert [each.owner for each in bobs.sip_accounts.page()] == ["bobby"]
    for reach in (
        lambda: bobs.sip_accounts.update(account),
        lambda: bobs.sip_accounts.delete(account),
        lambda: bobs.dial_plans.delete(plan),
        lambda: bobs.customer("alice"),
    ):
        with pytest.raises(NotFound):
            reach()
    with pytest.raises(Conflict):
        bobs.dial_plans.add(SIPDialPlan(id=plan.id, dial_plan_name="mine"))


def test_a_token_of_an_administrator_stands_for_the_administrator_as_a_customer(
    service_fixture: ServiceFixture,
) -> None:
    alice = service_fixture.alice
    account = alice.sip_accounts.add(sip_account("front-desk"))
    token = service_fixture.client(made(service_fixture.administrator).token)
    assert service_fixture.administrator.sip_accounts.count() == 3
    assert {each.owner for each in token.sip_accounts.page()} == {"root-admin"}
    with pytest.raises(NotFound):
        token.sip_accounts.update(account.with_(is_admin_disabled=True))


def test_the_tokens_of_a_customer_who_is_deleted_open_nothing(service_fixture: ServiceFixture) -> None:
    token = made(service_fixture.bob).token
    service_fixture.bob.delete_customer("bobby")
    with pytest.raises(SessionExpired):
        service_fixture.client(token).sip_accounts.page()
    Operators(service_fixture.service.context).create_customer(person("bobby"), administrator=False)
    with pytest.raises(SessionExpired):
        service_fixture.client(token).sip_accounts.page()


# Passwords


def test_passwords_are_told_to_a_token_that_may_see_them_alone(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk", sip_password="n1ghtingale"))
    service_fixture.alice.sip_providers.add(sip_provider("northline", provider_password="bl4ckbird!"))
    without = program("accounts:read providers:read", name="without")
    for page in (without.sip_accounts.page(), without.sip_providers.page()):
        assert {getattr(each, "sip_password", None) or getattr(each, "provider_password", None) for each in page} == {
            None
        }
    sees = program("accounts:read accounts:read-passwords providers:read", name="sees")
    assert "n1ghtingale" in {each.sip_password for each in sees.sip_accounts.page()}
    assert [each.provider_password for each in sees.sip_providers.page()] == [None]


def test_what_comes_back_without_a_password_keeps_the_stored_one(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]
) -> None:
    alice, it = service_fixture.alice, program("accounts:read accounts:write providers:read providers:write")
    alice.sip_accounts.add(sip_account("front-desk", sip_password="n1ghtingale"))
    alice.sip_providers.add(sip_provider("northline", provider_password="bl4ckbird!"))
    account = next(each for each in it.sip_accounts.page() if each.sip_username == "front-desk")
    (provider,) = it.sip_providers.page()
    assert it.sip_accounts.update(account.with_(network_id="attic")).sip_password is None
    assert it.sip_providers.update(provider.with_(register_expiry=600, provider_password="")).provider_password is None
    stored = next(each for each in alice.sip_accounts.page() if each.sip_username == "front-desk")
    assert (stored.network_id, stored.sip_password) == ("attic", "n1ghtingale")
    assert [(each.register_expiry, each.provider_password) for each in alice.sip_providers.page()] == [
        (600, "bl4ckbird!")
    ]


def test_a_token_that_may_not_see_passwords_may_set_them(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]
) -> None:
    it = program("accounts:read accounts:write")
    account = it.sip_accounts.add(sip_account("front-desk", sip_password="n1ghtingale"))
    it.sip_accounts.update(account.with_(sip_password="tr0ubad0ur"))
    stored = next(each for each in service_fixture.alice.sip_accounts.page() if each.sip_username == "front-desk")
    assert (account.sip_password, stored.sip_password) == (None, "tr0ubad0ur")


ELSEWHERE = [
    ("provider_server", "sip.evil.example.com"),
    ("register_server", "sip.evil.example.com"),
    ("provider_outbound_proxy", "sip.evil.example.com"),
    ("register_realm", "evil.example.com"),
]


@pytest.mark.parametrize(("field", "value"), ELSEWHERE)
def test_a_token_that_may_not_see_a_providers_password_has_it_sent_nowhere_else(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient], field: str, value: str
) -> None:
    service_fixture.alice.sip_providers.add(sip_provider("northline", provider_password="bl4ckbird!"))
    it = program("providers:read providers:write")
    (before,) = it.sip_providers.page()
    told = "The stored password would be used elsewhere, and this token is not told it."
    for password in (None, "", " "):
        with pytest.raises(Refused, match=told):
            it.sip_providers.update(before.with_(**{field: value}, provider_password=password))
    assert it.sip_providers.page() == [before]

    it.sip_providers.update(before.with_(**{field: value}, provider_password="n1ghtingale"))
    (after,) = service_fixture.alice.sip_providers.page()
    assert (value in (getattr(after, field) or ""), after.provider_password) == (True, "n1ghtingale")


@pytest.mark.parametrize(("field", "value"), ELSEWHERE)
def test_a_token_that_may_see_a_providers_password_and_its_owner_may_move_it(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient], field: str, value: str
) -> None:
    service_fixture.alice.sip_providers.add(sip_provider("northline", provider_password="bl4ckbird!"))
    sees = program("providers:read providers:read-passwords providers:write")
    for client in (sees, service_fixture.alice):
        (provider,) = client.sip_providers.page()
        client.sip_providers.update(provider.with_(**{field: f"a.{value}"}))
        client.sip_providers.update(provider)


def test_a_provider_without_a_password_is_moved_by_any_token_that_may_write(
    service_fixture: ServiceFixture, program: Callable[..., ProvisioningClient]
) -> None:
    service_fixture.alice.sip_providers.add(sip_provider("northline", provider_password=None))
    it = program("providers:read providers:write")
    (provider,) = it.sip_providers.page()
    moved = it.sip_providers.update(provider.with_(provider_server="sip.blue.example.com"))

    assert moved.provider_server == "sip:sip.blue.example.com"


def test_a_filter_does_not_tell_a_password(program: Callable[..., ProvisioningClient]) -> None:
    with pytest.raises(BadFilter):
        program("accounts:read")._call("GetSIPAccountsCount", where_expression='SIPPassword = "n1ghtingale"')


# Use


def test_the_last_use_is_told_to_the_minute_with_the_address(service_fixture: ChannelFixture, clock: Clock) -> None:
    it = service_fixture.client(made(service_fixture.alice, "accounts:read").token)

    def last() -> datetime | None:
        return service_fixture.alice.access_tokens()[0].last_used

    first = clock()
    it.sip_accounts.count()
    assert last() == first
    clock.pass_(seconds=59)
    it.sip_accounts.count()
    assert last() == first
    clock.pass_(seconds=1)
    with pytest.raises(Refused):
        it.cdrs.count()
    assert last() == clock()
    assert service_fixture.alice.access_tokens()[0].last_used_from == HOME
