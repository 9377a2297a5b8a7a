from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.contract.records import Customer, wire_fields
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.models import CustomerRow, SIPCDRRow, SIPRegistrarBindingRow
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account
from tests.factories.rows import attempt_values, binding_values

OTHER_PASSWORD = "closesesame8"


def stored(service_context: ServiceContext, username: str = "alice") -> CustomerRow:
    with service_context.database.read() as session:
        return session.scalars(select(CustomerRow).where(CustomerRow.customer_username == username)).one()


def only(**fields: Any) -> Customer:
    """A record from the wire with these fields and alice's name in it, and no others."""
    given = {"customer_username": "alice"} | fields
    return Customer(**given, present=frozenset(given))


# Reading


def test_a_customer_reads_their_own_record_whole(service_fixture: ServiceFixture, clock: Clock) -> None:
    alice = service_fixture.alice.customer("alice")

    assert (alice.customer_username, alice.first_name, alice.email_address) == ("alice", "Alice", "alice@example.org")
    assert (alice.active, alice.email_address_confirmed, alice.suspended, alice.inserted) == (
        True,
        True,
        False,
        clock.now,
    )
    assert alice.max_execution_count == 5
    assert all(alice.has(entry.attribute) for entry in wire_fields(Customer))


def test_password_and_security_answer_are_not_told(service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice.customer("alice")

    assert (alice.customer_password, alice.security_answer) == (None, None)
    assert alice.security_question == "What is your favourite colour?"


@pytest.mark.parametrize("name", ["bobby", "nobody", "", None, "Alice", " alice", "alice' or ''='"])
def test_another_name_and_none_get_one_answer(service_fixture: ServiceFixture, name: Any) -> None:
    assert service_fixture.bob
    alice = service_fixture.alice

    for verb, act in (
        ("retrieve customer", lambda: alice.customer(name)),
        ("update customer", lambda: alice.update_customer(person("x", customer_username=name))),
        ("update customer password", lambda: alice.update_customer_password(name, PASSWORD, OTHER_PASSWORD)),
        ("delete customer", lambda: alice.delete_customer(name)),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.message == f"You are not authorised to {verb} for username {name or ''}."


def test_not_even_the_administrator_reads_another_customers_record(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice

    with pytest.raises(NotFound):
        service_fixture.administrator.customer("alice")
    with pytest.raises(NotFound):
        service_fixture.administrator.delete_customer("alice")


# Changing


def test_details_are_changed_as_they_were_given(service_fixture: ServiceFixture) -> None:
    changes = {
        "first_name": "Alison",
        "last_name": "Liddell",
        "security_question": "Which city were you born in?",
        "city": "Oxford",
        "country": "United Kingdom",
        "web_site": "https://alice.example.org",
        "time_zone": "(GMT) Monrovia, Reykjavik",
    }
    service_fixture.alice.update_customer(replace(service_fixture.alice.customer("alice"), **changes))  # type: ignore[arg-type]
    alice = service_fixture.alice.customer("alice")

    assert {name: getattr(alice, name) for name in changes} == changes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("admin_id", "*"),
        ("admin_member_id", "club"),
        ("authorised_apps", "*"),
        ("max_execution_count", 99),
        ("execution_count", 99),
        ("email_address_confirmed", False),
        ("suspended", True),
        ("suspended_reason", "x"),
        ("active", False),
        ("id", UUID(int=7)),
        ("created_from_ip_address", "10.0.0.1"),
        ("invite_code", "x"),
    ],
)
def test_nobody_changes_what_is_the_services(service_fixture: ServiceFixture, field: str, value: Any) -> None:
    before = service_fixture.alice.customer("alice")
    service_fixture.alice.update_customer(replace(before, **{field: value}))

    assert service_fixture.alice.customer("alice") == before


def test_a_password_in_the_record_is_not_the_way_to_change_it(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer(
        replace(service_fixture.alice.customer("alice"), customer_password=OTHER_PASSWORD)
    )

    assert service_fixture.token_of("alice")
    assert service_fixture.stranger.login("alice", OTHER_PASSWORD) is None


def test_a_field_that_was_left_out_keeps_what_is_stored(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer(only(city="Oxford"))
    alice = service_fixture.alice.customer("alice")

    assert (alice.city, alice.country, alice.first_name) == ("Oxford", "Ireland", "Alice")


def test_a_nil_clears_and_an_empty_text_is_a_text(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer(only(country=None, time_zone=None, web_site=""))
    alice = service_fixture.alice.customer("alice")

    assert (alice.country, alice.time_zone, alice.web_site) == (None, None, "")


def test_a_nil_in_a_field_that_must_be_there_is_refused(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match=r"^A first name must be specified\.$"):
        service_fixture.alice.update_customer(only(first_name=None))


def test_a_nil_answer_keeps_the_stored_one(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    before = stored(service_context).security_answer_hash if service_fixture.alice else None
    service_fixture.alice.update_customer(service_fixture.alice.customer("alice"))
    service_fixture.alice.update_customer(only(city="Oxford"))

    assert before is not None
    assert stored(service_context).security_answer_hash == before


def test_a_new_answer_takes_the_old_ones_place_whatever_its_case(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    service_fixture.alice.update_customer(only(security_answer=" Crimson "))

    assert service_context.passwords.match(stored(service_context).security_answer_hash, "crimson")
    assert not service_context.passwords.match(stored(service_context).security_answer_hash, "teal")


def test_without_a_stored_answer_one_must_be_given(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    alice = service_fixture.alice
    with service_context.database.write() as session:
        session.execute(text("UPDATE customers SET security_answer_hash = NULL"))

    with pytest.raises(Refused, match=r"^The answer to the security question must be specified\.$"):
        alice.update_customer(only(city="Oxford"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email_address": "alice"}, "invalid format"),
        ({"city": "c" * 65}, "city length"),
        ({"security_answer": "a" * 65}, "security question answer length"),
        ({"country": "c" * 65}, "country can have at most 64"),
    ],
)
def test_changed_details_keep_to_the_rules(
    service_fixture: ServiceFixture, fields: dict[str, Any], message: str
) -> None:
    before = service_fixture.alice.customer("alice")

    with pytest.raises(Refused, match=message):
        service_fixture.alice.update_customer(only(**fields))
    assert service_fixture.alice.customer("alice") == before


def test_a_changed_address_is_stored_in_lower_case(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer(only(email_address=" Alice@Home.Example.ORG "))

    assert service_fixture.alice.customer("alice").email_address == "alice@home.example.org"


def test_another_customers_address_is_refused(service_fixture: ServiceFixture) -> None:
    assert service_fixture.bob

    with pytest.raises(Conflict, match="already associated"):
        service_fixture.alice.update_customer(only(email_address="BOBBY@example.org"))
    assert service_fixture.alice.customer("alice").email_address == "alice@example.org"


def test_the_own_address_is_no_conflict(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer(only(email_address="ALICE@example.org", city="Oxford"))

    assert service_fixture.alice.customer("alice").city == "Oxford"


def test_a_nil_customer_is_refused(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="A customer must be given"):
        service_fixture.alice._call("UpdateCustomer", customer=None)


def test_a_stranger_cannot_make_the_service_hash(
    service_fixture: ServiceFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise AssertionError("An answer was hashed.")

    monkeypatch.setattr("sipsorcery_web.service.passwords.Passwords.hash", fail)
    with pytest.raises(SessionExpired):
        service_fixture.stranger.update_customer(person("alice"))


# The password


def test_a_changed_password_is_the_one_that_signs_in(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)

    assert service_fixture.stranger.login("alice", OTHER_PASSWORD)
    assert service_fixture.stranger.login("alice", PASSWORD) is None


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(service_fixture: ServiceFixture) -> None:
    other, bob = (
        service_fixture.client(service_fixture.token_of("alice"))
        if service_fixture.alice
        else service_fixture.stranger,
        service_fixture.bob,
    )
    service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)

    assert service_fixture.alice.sip_accounts.count() == 1
    assert bob.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        other.sip_accounts.count()


def test_a_wrong_old_password_changes_nothing(service_fixture: ServiceFixture) -> None:
    other = (
        service_fixture.client(service_fixture.token_of("alice")) if service_fixture.alice else service_fixture.stranger
    )

    for wrong in ("wrong", "", PASSWORD.upper()):
        with pytest.raises(Refused, match=r"^The existing password did not match when attempting a password update\.$"):
            service_fixture.alice.update_customer_password("alice", wrong, OTHER_PASSWORD)
    assert service_fixture.token_of("alice")
    assert other.sip_accounts.count() == 1


@pytest.mark.parametrize(
    ("password", "message"),
    [("short", "length"), ("p" * 65, "length"), ("", "specified"), (None, "specified"), ("      ", "specified")],
)
def test_a_new_password_keeps_to_the_rules(service_fixture: ServiceFixture, password: Any, message: str) -> None:
    with pytest.raises(Refused, match=message):
        service_fixture.alice.update_customer_password("alice", PASSWORD, password)
    assert service_fixture.token_of("alice")


def test_a_wrong_old_password_is_told_before_a_bad_new_one(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="existing password did not match"):
        service_fixture.alice.update_customer_password("alice", "wrong", "short")


def test_wrong_old_passwords_count_in_their_session_and_nowhere_else(service_fixture: ServiceFixture) -> None:
    for _ in range(5):
        with pytest.raises(Refused, match="did not match"):
            service_fixture.alice.update_customer_password("alice", "wrong", OTHER_PASSWORD)

    with pytest.raises(TooManyAttempts):
        service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)
    assert service_fixture.stranger.login("alice", "wrong") is None
    service_fixture.client(service_fixture.token_of("alice")).update_customer_password("alice", PASSWORD, PASSWORD)


def test_what_strangers_guess_keeps_nobody_from_changing_a_password(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    for number in range(50):
        service_fixture.client(None, f"192.0.2.{number // 5}").login("alice", "wrong")
    for number in range(15):
        service_fixture.client(None, HOME).login(f"guess-{number}", "wrong")
    with pytest.raises(TooManyAttempts):
        service_fixture.stranger.login("alice", PASSWORD)

    service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)


def test_wrong_old_passwords_are_possible_again_after_fifteen_minutes(
    service_fixture: ServiceFixture, clock: Clock
) -> None:
    for _ in range(5):
        with pytest.raises(Refused, match="did not match"):
            service_fixture.alice.update_customer_password("alice", "wrong", OTHER_PASSWORD)
    clock.pass_(minutes=15)

    service_fixture.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)


def test_a_right_old_password_clears_what_failed(service_fixture: ServiceFixture) -> None:
    for _ in range(3):
        for _ in range(3):
            with pytest.raises(Refused, match="did not match"):
                service_fixture.alice.update_customer_password("alice", "wrong", OTHER_PASSWORD)
        service_fixture.alice.update_customer_password("alice", PASSWORD, PASSWORD)


def test_a_session_that_is_over_changes_no_password(service_fixture: ServiceFixture, clock: Clock) -> None:
    alice = service_fixture.alice
    clock.pass_(minutes=60)

    with pytest.raises(SessionExpired):
        alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)
    assert service_fixture.token_of("alice")


# Deleting


def binding(service_context: ServiceContext, account_id: UUID) -> SIPRegistrarBindingRow:
    values = binding_values(account_id, "alice", service_context.clock())
    return SIPRegistrarBindingRow(**values)


def cdr(service_context: ServiceContext) -> SIPCDRRow:
    return SIPCDRRow(**attempt_values("alice", service_context.clock()))


def test_a_deleted_customer_leaves_nothing_but_call_records(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    assert service_fixture.bob
    (account,) = service_fixture.alice.sip_accounts.page()
    with service_context.database.write() as session:
        session.add_all([binding(service_context, account.id), cdr(service_context)])
    service_fixture.alice._call("DeleteCustomer", customer_username="alice")

    with service_context.database.read() as session:
        tables = ("customers", "sipaccounts", "sipdialplans", "customersessions", "sipregistrarbindings")
        left = {name: session.scalars(text(f"SELECT count(*) FROM {name}")).one() for name in tables}
        cdrs = session.scalars(text("SELECT owner FROM cdr")).all()
    assert left == {
        "customers": 1,
        "sipaccounts": 1,
        "sipdialplans": 1,
        "customersessions": 1,
        "sipregistrarbindings": 0,
    }
    assert cdrs == ["alice"]


def test_a_deleted_customer_is_signed_out_and_unknown(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.delete_customer("alice")

    assert service_fixture.stranger.login("alice", PASSWORD) is None
    with pytest.raises(SessionExpired):
        service_fixture.alice.sip_accounts.count()


def test_the_name_and_address_of_a_deleted_customer_can_be_used_again(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.delete_customer("alice")
    service_fixture.stranger.create_customer(person("alice"))

    assert service_fixture.client(service_fixture.token_of("alice")).sip_accounts.count() == 1


@pytest.mark.parametrize("token", [None, "0" * 96])
def test_deleting_without_a_session_is_told(service_fixture: ServiceFixture, token: str | None) -> None:
    assert service_fixture.alice

    with pytest.raises(SessionExpired):
        service_fixture.client(token).delete_customer("alice")
    assert service_fixture.token_of("alice")


def test_an_account_that_an_administrator_has_locked_is_not_escaped_from(service_fixture: ServiceFixture) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    service_fixture.administrator.sip_accounts.update(
        account.with_(is_admin_disabled=True, admin_disabled_reason="abuse")
    )

    with pytest.raises(Refused, match="An administrator has disabled one of your SIP accounts"):
        service_fixture.alice.delete_customer("alice")
    assert service_fixture.alice.sip_accounts.count() == 2
