from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.contract.records import Customer, wire_fields
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import NewAccounts
from tests.conftest import Clock, ServiceFixture
from tests.contract.on_every_channel.refusals import refusal
from tests.factories import PASSWORD
from tests.factories.records import person

OTHER_PASSWORD = "closesesame8"
INVITES = NewAccounts("invite", chosen=True)


# IsAlive, AreNewAccountsEnabled, CheckInviteCode, TestException


def test_the_service_is_there(service_fixture: ServiceFixture) -> None:
    assert service_fixture.stranger.is_alive() is True


def test_the_test_exception_is_a_refusal(service_fixture: ServiceFixture) -> None:
    message = refusal(Refused, lambda: service_fixture.stranger._call("TestException"))

    assert message == "Test exception message 2026-11-23T12:00:00.0000000Z."


@pytest.mark.parametrize(("policy", "enabled"), [("open", True), ("closed", False)])
def test_the_service_says_whether_it_takes_new_customers(service_fixture_with: Any, policy: str, enabled: bool) -> None:
    assert service_fixture_with(NewAccounts(policy, chosen=True)).stranger.new_accounts_enabled() is enabled


def test_an_invite_code_is_looked_at(service_fixture_with: Any) -> None:
    service_fixture = service_fixture_with(INVITES)
    assert service_fixture.administrator
    (code,) = Operators(service_fixture.service.context).make_invites(1)

    assert service_fixture.stranger.invite_complaint(code) is None
    assert service_fixture.stranger.invite_complaint("") == "No invite code was specified"
    assert service_fixture.stranger.invite_complaint("x") == "The invite code was not recognised."
    service_fixture.stranger.create_customer(person("carol", invite_code=code))
    assert service_fixture.stranger.invite_complaint(code) == "The invite code has already been used."


# CreateCustomer


def test_a_customer_is_created(service_fixture: ServiceFixture) -> None:
    service_fixture.stranger.create_customer(person("carol"))
    token = service_fixture.stranger.login("carol", PASSWORD)

    assert token is not None
    assert service_fixture.client(token).customer("carol").email_address == "carol@example.org"
    assert service_fixture.client(token).dial_plans.count() == service_fixture.client(token).sip_accounts.count() == 1


def test_a_customer_who_sends_all_rights_gets_none(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    service_fixture.stranger.create_customer(
        person(
            "carol",
            id=UUID(int=7),
            admin_id="*",
            admin_member_id="x",
            suspended=True,
            email_address_confirmed=True,
            max_execution_count=99,
            authorised_apps="*",
        )
    )
    carol = service_fixture.client(service_fixture.token_of("carol"))
    made = carol.customer("carol")

    assert (made.admin_id, made.admin_member_id, made.suspended, made.authorised_apps) == (None, None, False, None)
    assert (made.max_execution_count, made.id == UUID(int=7)) == (5, False)
    assert carol.sip_accounts.count() == 1


@pytest.mark.parametrize(
    ("customer", "kind", "message"),
    [
        (
            person("alice", email_address="x@example.org"),
            Conflict,
            "The requested username is already in use please try a different one.",
        ),
        (
            person("carol", email_address="Alice@example.org"),
            Conflict,
            "The email address is already associated with an account.",
        ),
        (person("carol", first_name=None), Refused, "A first name must be specified."),
        (person("carol", customer_password="short"), Refused, "The password length must be between 6 and 64."),
        (person("carol", customer_username="dispatcher"), Refused, "The username you have requested is not permitted."),
        (Customer(), Refused, "A first name must be specified."),
        (None, Refused, "A customer must be given."),
    ],
)
def test_a_customer_is_refused(
    service_fixture: ServiceFixture, customer: Any, kind: type[Refused], message: str
) -> None:
    assert service_fixture.alice

    assert refusal(kind, lambda: service_fixture.stranger.create_customer(customer)) == message
    assert service_fixture.stranger.login("carol", PASSWORD) is None


def test_new_customers_are_kept_out(service_fixture_with: Any) -> None:
    closed = service_fixture_with(NewAccounts("closed", chosen=True))
    assert "currently disabled" in refusal(Refused, lambda: closed.stranger.create_customer(person("carol")))

    invites = service_fixture_with(INVITES)
    assert invites.administrator
    assert "require an invite code" in refusal(Refused, lambda: invites.stranger.create_customer(person("carol")))


# Login, Logout, ExtendSession


def test_signing_in_gives_a_token_and_signing_out_ends_it(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    token = service_fixture.stranger.login("alice", PASSWORD)
    assert token is not None
    alice = service_fixture.client(token)
    assert alice.sip_accounts.count() == 1

    alice.logout()
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()


@pytest.mark.parametrize(
    ("username", "password"), [("alice", "wrong"), ("mallory", PASSWORD), ("", ""), (None, None), ("alice", None)]
)
def test_what_does_not_belong_together_gives_no_token(
    service_fixture: ServiceFixture, username: Any, password: Any
) -> None:
    assert service_fixture.alice

    assert service_fixture.stranger.login(username, password) is None


def test_a_suspended_customer_is_told(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    Operators(service_fixture.service.context).suspend("alice", None)

    assert refusal(Refused, lambda: service_fixture.stranger.login("alice", PASSWORD)) == "Your account is suspended."


def test_the_sixth_sign_in_waits(service_fixture: ServiceFixture, clock: Clock) -> None:
    assert service_fixture.alice
    for _ in range(5):
        assert service_fixture.stranger.login("alice", "wrong") is None
    clock.pass_(minutes=5)

    with pytest.raises(TooManyAttempts) as refused:
        service_fixture.stranger.login("alice", PASSWORD)
    assert refused.value.retry_after == 600
    clock.pass_(minutes=10)
    assert service_fixture.stranger.login("alice", PASSWORD)


def test_a_session_is_extended_to_ten_hours_at_the_most(service_fixture: ServiceFixture, clock: Clock) -> None:
    service_fixture.alice.extend_session(60)
    service_fixture.alice.extend_session(2**31 - 1)
    message = refusal(Refused, lambda: service_fixture.alice.extend_session(60))
    clock.pass_(minutes=599, seconds=59)

    assert message == "The session lifetime cannot be extended beyind 600 minutes."
    assert service_fixture.alice.sip_accounts.count() == 1
    clock.pass_(seconds=1)
    with pytest.raises(SessionExpired):
        service_fixture.alice.sip_accounts.count()


@pytest.mark.parametrize("minutes", [0, -60])
def test_a_session_is_not_shortened(service_fixture: ServiceFixture, minutes: int) -> None:
    assert "one minute at the least" in refusal(Refused, lambda: service_fixture.alice.extend_session(minutes))


def test_the_offset_of_the_zone_is_told(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer(
        replace(service_fixture.alice.customer("alice"), time_zone="(GMT-12:00) International Date Line West")
    )

    assert service_fixture.alice._call("GetTimeZoneOffsetMinutes") == -720


# GetCustomer, UpdateCustomer


def test_a_customer_reads_their_own_record(service_fixture: ServiceFixture, clock: Clock) -> None:
    alice = service_fixture.alice.customer("alice")

    assert (alice.customer_username, alice.first_name, alice.inserted) == ("alice", "Alice", clock.now)
    assert (alice.customer_password, alice.security_answer) == (None, None)
    assert all(alice.has(entry.attribute) for entry in wire_fields(Customer))


def test_a_customer_changes_their_details(service_fixture: ServiceFixture) -> None:
    before = service_fixture.alice.customer("alice")
    service_fixture.alice.update_customer(
        before.with_(city="Oxford", country=None, web_site="", security_answer="crimson")
    )

    after = service_fixture.alice.customer("alice")
    assert after == before.with_(city="Oxford", country=None, web_site="")


def test_what_was_left_out_is_kept(service_fixture: ServiceFixture) -> None:
    before = service_fixture.alice.customer("alice")
    changes = Customer(customer_username="alice", city="Oxford", present=frozenset({"customer_username", "city"}))
    service_fixture.alice.update_customer(changes)

    assert service_fixture.alice.customer("alice") == before.with_(city="Oxford")


def test_rights_are_not_changed_by_details(service_fixture: ServiceFixture) -> None:
    before = service_fixture.alice.customer("alice")
    service_fixture.alice.update_customer(
        before.with_(
            admin_id="*",
            suspended=True,
            email_address_confirmed=False,
            max_execution_count=99,
            authorised_apps="*",
            active=False,
            customer_password=OTHER_PASSWORD,
        )
    )

    assert service_fixture.alice.customer("alice") == before
    assert service_fixture.stranger.login("alice", PASSWORD)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"first_name": None}, Refused, "A first name must be specified."),
        ({"email_address": "bobby@example.org"}, Conflict, "The email address is already associated with an account."),
        ({"city": "c" * 65}, Refused, "The city length must be less than 64."),
    ],
)
def test_changed_details_are_refused(
    service_fixture: ServiceFixture, changes: dict[str, Any], kind: type[Refused], message: str
) -> None:
    assert service_fixture.bob
    before = service_fixture.alice.customer("alice")

    assert refusal(kind, lambda: service_fixture.alice.update_customer(before.with_(**changes))) == message
    assert service_fixture.alice.customer("alice") == before


# UpdateCustomerPassword, DeleteCustomer


def test_a_changed_password_ends_the_other_sessions(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    other = service_fixture.client(service_fixture.token_of("alice"))
    service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)

    assert service_fixture.alice.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        other.sip_accounts.count()
    assert service_fixture.stranger.login("alice", PASSWORD) is None
    assert service_fixture.stranger.login("alice", OTHER_PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("wrong", OTHER_PASSWORD, "The existing password did not match when attempting a password update."),
        (None, OTHER_PASSWORD, "The existing password did not match when attempting a password update."),
        (PASSWORD, "short", "The password length must be between 6 and 64."),
        (PASSWORD, None, "A password must be specified."),
    ],
)
def test_a_changed_password_is_refused(service_fixture: ServiceFixture, old: Any, new: Any, message: str) -> None:
    assert refusal(Refused, lambda: service_fixture.alice.update_customer_password("alice", old, new)) == message
    assert service_fixture.stranger.login("alice", PASSWORD)


def test_wrong_old_passwords_are_limited(service_fixture: ServiceFixture) -> None:
    for _ in range(5):
        refusal(Refused, lambda: service_fixture.alice.update_customer_password("alice", "wrong", OTHER_PASSWORD))

    with pytest.raises(TooManyAttempts):
        service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)


def test_a_deleted_customer_is_gone(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.delete_customer("alice")

    assert service_fixture.stranger.login("alice", PASSWORD) is None


def test_deleting_that_did_not_happen_is_told(service_fixture: ServiceFixture) -> None:
    message = refusal(Refused, lambda: service_fixture.administrator.delete_customer("root-admin"))

    assert message == "You are the only administrator. Make another one first."


@pytest.mark.parametrize("name", ["bobby", "nobody", "Alice", "", None])
def test_another_customer_and_none_get_one_answer(service_fixture: ServiceFixture, name: Any) -> None:
    assert service_fixture.bob
    alice = service_fixture.alice
    acts: dict[str, Callable[[], Any]] = {
        "retrieve customer": lambda: alice.customer(name),
        "update customer": lambda: alice.update_customer(person("x", customer_username=name, city="Oxford")),
        "update customer password": lambda: alice.update_customer_password(name, PASSWORD, OTHER_PASSWORD),
        "delete customer": lambda: alice.delete_customer(name),
    }

    for verb, act in acts.items():
        assert refusal(NotFound, act) == f"You are not authorised to {verb} for username {name or ''}."
    assert service_fixture.bob.customer("bobby").city == "Galway"
    assert service_fixture.stranger.login("bobby", PASSWORD)
