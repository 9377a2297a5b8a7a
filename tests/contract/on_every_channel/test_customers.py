from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.contract.records import Customer, wire_fields
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import NewAccounts
from tests.conftest import PASSWORD, Clock, Stage, person

OTHER_PASSWORD = "closesesame8"
INVITES = NewAccounts("invite", chosen=True)


def refusal(kind: type[Refused], act: Callable[[], Any]) -> str:
    """The sentence of a refusal, which must be of this kind exactly."""
    with pytest.raises(Refused) as refused:
        act()
    assert type(refused.value) is kind
    return refused.value.message


# IsAlive, AreNewAccountsEnabled, CheckInviteCode, TestException


def test_the_service_is_there(stage: Stage) -> None:
    assert stage.stranger.is_alive() is True


def test_the_test_exception_is_a_refusal(stage: Stage) -> None:
    message = refusal(Refused, lambda: stage.stranger._call("TestException"))

    assert message == "Test exception message 2026-11-23T12:00:00.0000000Z."


@pytest.mark.parametrize(("policy", "enabled"), [("open", True), ("closed", False)])
def test_the_service_says_whether_it_takes_new_customers(stage_with: Any, policy: str, enabled: bool) -> None:
    assert stage_with(NewAccounts(policy, chosen=True)).stranger.new_accounts_enabled() is enabled


def test_an_invite_code_is_looked_at(stage_with: Any) -> None:
    stage = stage_with(INVITES)
    assert stage.administrator
    (code,) = Operators(stage.service.parts).make_invites(1)

    assert stage.stranger.invite_complaint(code) is None
    assert stage.stranger.invite_complaint("") == "No invite code was specified"
    assert stage.stranger.invite_complaint("x") == "The invite code was not recognised."
    stage.stranger.create_customer(person("carol", invite_code=code))
    assert stage.stranger.invite_complaint(code) == "The invite code has already been used."


# CreateCustomer


def test_a_customer_is_created(stage: Stage) -> None:
    stage.stranger.create_customer(person("carol"))
    token = stage.stranger.login("carol", PASSWORD)

    assert token is not None
    assert stage.client(token).customer("carol").email_address == "carol@example.org"
    assert stage.client(token).dial_plans.count() == stage.client(token).sip_accounts.count() == 1


def test_a_customer_who_sends_all_rights_gets_none(stage: Stage) -> None:
    assert stage.alice
    stage.stranger.create_customer(
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
    carol = stage.client(stage.token_of("carol"))
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
        (person("carol", customer_password="short"), Refused, "The password length must be between 6 and 20."),
        (person("carol", customer_username="dispatcher"), Refused, "The username you have requested is not permitted."),
        (Customer(), Refused, "A first name must be specified."),
        (None, Refused, "A customer must be given."),
    ],
)
def test_a_customer_is_refused(stage: Stage, customer: Any, kind: type[Refused], message: str) -> None:
    assert stage.alice

    assert refusal(kind, lambda: stage.stranger.create_customer(customer)) == message
    assert stage.stranger.login("carol", PASSWORD) is None


def test_new_customers_are_kept_out(stage_with: Any) -> None:
    closed = stage_with(NewAccounts("closed", chosen=True))
    assert "currently disabled" in refusal(Refused, lambda: closed.stranger.create_customer(person("carol")))

    invites = stage_with(INVITES)
    assert invites.administrator
    assert "require an invite code" in refusal(Refused, lambda: invites.stranger.create_customer(person("carol")))


# Login, Logout, ExtendSession


def test_signing_in_gives_a_token_and_signing_out_ends_it(stage: Stage) -> None:
    assert stage.alice
    token = stage.stranger.login("alice", PASSWORD)
    assert token is not None
    alice = stage.client(token)
    assert alice.sip_accounts.count() == 1

    alice.logout()
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()


@pytest.mark.parametrize(
    ("username", "password"), [("alice", "wrong"), ("mallory", PASSWORD), ("", ""), (None, None), ("alice", None)]
)
def test_what_does_not_belong_together_gives_no_token(stage: Stage, username: Any, password: Any) -> None:
    assert stage.alice

    assert stage.stranger.login(username, password) is None


def test_a_suspended_customer_is_told(stage: Stage) -> None:
    assert stage.alice
    Operators(stage.service.parts).suspend("alice", None)

    assert refusal(Refused, lambda: stage.stranger.login("alice", PASSWORD)) == "Your account is suspended."


def test_the_sixth_sign_in_waits(stage: Stage, clock: Clock) -> None:
    assert stage.alice
    for _ in range(5):
        assert stage.stranger.login("alice", "wrong") is None
    clock.pass_(minutes=5)

    with pytest.raises(TooManyAttempts) as refused:
        stage.stranger.login("alice", PASSWORD)
    assert refused.value.retry_after == 600
    clock.pass_(minutes=10)
    assert stage.stranger.login("alice", PASSWORD)


def test_a_session_is_extended_to_ten_hours_at_the_most(stage: Stage, clock: Clock) -> None:
    stage.alice.extend_session(60)
    stage.alice.extend_session(2**31 - 1)
    message = refusal(Refused, lambda: stage.alice.extend_session(60))
    clock.pass_(minutes=599, seconds=59)

    assert message == "The session lifetime cannot be extended beyind 600 minutes."
    assert stage.alice.sip_accounts.count() == 1
    clock.pass_(seconds=1)
    with pytest.raises(SessionExpired):
        stage.alice.sip_accounts.count()


@pytest.mark.parametrize("minutes", [0, -60])
def test_a_session_is_not_shortened(stage: Stage, minutes: int) -> None:
    assert "one minute at the least" in refusal(Refused, lambda: stage.alice.extend_session(minutes))


def test_the_offset_of_the_zone_is_told(stage: Stage) -> None:
    stage.alice.update_customer(
        replace(stage.alice.customer("alice"), time_zone="(GMT-12:00) International Date Line West")
    )

    assert stage.alice._call("GetTimeZoneOffsetMinutes") == -720


# GetCustomer, UpdateCustomer


def test_a_customer_reads_their_own_record(stage: Stage, clock: Clock) -> None:
    alice = stage.alice.customer("alice")

    assert (alice.customer_username, alice.first_name, alice.inserted) == ("alice", "Alice", clock.now)
    assert (alice.customer_password, alice.security_answer) == (None, None)
    assert all(alice.has(entry.attribute) for entry in wire_fields(Customer))


def test_a_customer_changes_their_details(stage: Stage) -> None:
    before = stage.alice.customer("alice")
    stage.alice.update_customer(before.with_(city="Oxford", country=None, web_site="", security_answer="crimson"))

    after = stage.alice.customer("alice")
    assert after == before.with_(city="Oxford", country=None, web_site="")


def test_what_was_left_out_is_kept(stage: Stage) -> None:
    before = stage.alice.customer("alice")
    changes = Customer(customer_username="alice", city="Oxford", present=frozenset({"customer_username", "city"}))
    stage.alice.update_customer(changes)

    assert stage.alice.customer("alice") == before.with_(city="Oxford")


def test_rights_are_not_changed_by_details(stage: Stage) -> None:
    before = stage.alice.customer("alice")
    stage.alice.update_customer(
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

    assert stage.alice.customer("alice") == before
    assert stage.stranger.login("alice", PASSWORD)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"first_name": None}, Refused, "A first name must be specified."),
        ({"email_address": "bobby@example.org"}, Conflict, "The email address is already associated with an account."),
        ({"city": "c" * 65}, Refused, "The city length must be less than 64."),
    ],
)
def test_changed_details_are_refused(stage: Stage, changes: dict[str, Any], kind: type[Refused], message: str) -> None:
    assert stage.bob
    before = stage.alice.customer("alice")

    assert refusal(kind, lambda: stage.alice.update_customer(before.with_(**changes))) == message
    assert stage.alice.customer("alice") == before


# UpdateCustomerPassword, DeleteCustomer


def test_a_changed_password_ends_the_other_sessions(stage: Stage) -> None:
    assert stage.alice
    other = stage.client(stage.token_of("alice"))
    stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)

    assert stage.alice.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        other.sip_accounts.count()
    assert stage.stranger.login("alice", PASSWORD) is None
    assert stage.stranger.login("alice", OTHER_PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("wrong", OTHER_PASSWORD, "The existing password did not match when attempting a password update."),
        (None, OTHER_PASSWORD, "The existing password did not match when attempting a password update."),
        (PASSWORD, "short", "The password length must be between 6 and 20."),
        (PASSWORD, None, "A password must be specified."),
    ],
)
def test_a_changed_password_is_refused(stage: Stage, old: Any, new: Any, message: str) -> None:
    assert refusal(Refused, lambda: stage.alice.update_customer_password("alice", old, new)) == message
    assert stage.stranger.login("alice", PASSWORD)


def test_wrong_old_passwords_are_limited(stage: Stage) -> None:
    for _ in range(5):
        refusal(Refused, lambda: stage.alice.update_customer_password("alice", "wrong", OTHER_PASSWORD))

    with pytest.raises(TooManyAttempts):
        stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)


def test_a_deleted_customer_is_gone(stage: Stage) -> None:
    stage.alice.delete_customer("alice")

    assert stage.stranger.login("alice", PASSWORD) is None


def test_deleting_that_did_not_happen_is_told(stage: Stage) -> None:
    message = refusal(Refused, lambda: stage.administrator.delete_customer("root-admin"))

    assert message == "You are the only administrator. Make another one first."


@pytest.mark.parametrize("name", ["bobby", "nobody", "Alice", "", None])
def test_another_customer_and_none_get_one_answer(stage: Stage, name: Any) -> None:
    assert stage.bob
    alice = stage.alice
    acts: dict[str, Callable[[], Any]] = {
        "retrieve customer": lambda: alice.customer(name),
        "update customer": lambda: alice.update_customer(person("x", customer_username=name, city="Oxford")),
        "update customer password": lambda: alice.update_customer_password(name, PASSWORD, OTHER_PASSWORD),
        "delete customer": lambda: alice.delete_customer(name),
    }

    for verb, act in acts.items():
        assert refusal(NotFound, act) == f"You are not authorised to {verb} for username {name or ''}."
    assert stage.bob.customer("bobby").city == "Galway"
    assert stage.stranger.login("bobby", PASSWORD)
