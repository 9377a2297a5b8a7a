from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.contract.records import Customer, wire_fields
from sipsorcery_web.service.call import Parts
from sipsorcery_web.service.store.models import CustomerRow, SIPCDRRow, SIPRegistrarBindingRow
from tests.conftest import HOME, PASSWORD, Clock, Stage, person, sip_account

OTHER_PASSWORD = "closesesame8"


def stored(parts: Parts, username: str = "alice") -> CustomerRow:
    with parts.database.read() as session:
        return session.scalars(select(CustomerRow).where(CustomerRow.customer_username == username)).one()


def only(**fields: Any) -> Customer:
    """A record from the wire with these fields and alice's name in it, and no others."""
    given = {"customer_username": "alice"} | fields
    return Customer(**given, present=frozenset(given))


# Reading


def test_a_customer_reads_their_own_record_whole(stage: Stage, clock: Clock) -> None:
    alice = stage.alice.customer("alice")

    assert (alice.customer_username, alice.first_name, alice.email_address) == ("alice", "Alice", "alice@example.org")
    assert (alice.active, alice.email_address_confirmed, alice.suspended, alice.inserted) == (
        True,
        True,
        False,
        clock.now,
    )
    assert alice.max_execution_count == 5
    assert all(alice.has(entry.attribute) for entry in wire_fields(Customer))


def test_password_and_security_answer_are_not_told(stage: Stage) -> None:
    alice = stage.alice.customer("alice")

    assert (alice.customer_password, alice.security_answer) == (None, None)
    assert alice.security_question == "What is your favourite colour?"


@pytest.mark.parametrize("name", ["bobby", "nobody", "", None, "Alice", " alice", "alice' or ''='"])
def test_another_name_and_none_get_one_answer(stage: Stage, name: Any) -> None:
    assert stage.bob
    alice = stage.alice

    for verb, act in (
        ("retrieve customer", lambda: alice.customer(name)),
        ("update customer", lambda: alice.update_customer(person("x", customer_username=name))),
        ("update customer password", lambda: alice.update_customer_password(name, PASSWORD, OTHER_PASSWORD)),
        ("delete customer", lambda: alice.delete_customer(name)),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.message == f"You are not authorised to {verb} for username {name or ''}."


def test_not_even_the_administrator_reads_another_customers_record(stage: Stage) -> None:
    assert stage.alice

    with pytest.raises(NotFound):
        stage.administrator.customer("alice")
    with pytest.raises(NotFound):
        stage.administrator.delete_customer("alice")


# Changing


def test_details_are_changed_as_they_were_given(stage: Stage) -> None:
    changes = {
        "first_name": "Alison",
        "last_name": "Liddell",
        "security_question": "Which city were you born in?",
        "city": "Oxford",
        "country": "United Kingdom",
        "web_site": "https://alice.example.org",
        "time_zone": "(GMT) Monrovia, Reykjavik",
    }
    stage.alice.update_customer(replace(stage.alice.customer("alice"), **changes))  # type: ignore[arg-type]
    alice = stage.alice.customer("alice")

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
def test_nobody_changes_what_is_the_services(stage: Stage, field: str, value: Any) -> None:
    before = stage.alice.customer("alice")
    stage.alice.update_customer(replace(before, **{field: value}))

    assert stage.alice.customer("alice") == before


def test_a_password_in_the_record_is_not_the_way_to_change_it(stage: Stage) -> None:
    stage.alice.update_customer(replace(stage.alice.customer("alice"), customer_password=OTHER_PASSWORD))

    assert stage.token_of("alice")
    assert stage.stranger.login("alice", OTHER_PASSWORD) is None


def test_a_field_that_was_left_out_keeps_what_is_stored(stage: Stage) -> None:
    stage.alice.update_customer(only(city="Oxford"))
    alice = stage.alice.customer("alice")

    assert (alice.city, alice.country, alice.first_name) == ("Oxford", "Ireland", "Alice")


def test_a_nil_clears_and_an_empty_text_is_a_text(stage: Stage) -> None:
    stage.alice.update_customer(only(country=None, time_zone=None, web_site=""))
    alice = stage.alice.customer("alice")

    assert (alice.country, alice.time_zone, alice.web_site) == (None, None, "")


def test_a_nil_in_a_field_that_must_be_there_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match=r"^A first name must be specified\.$"):
        stage.alice.update_customer(only(first_name=None))


def test_a_nil_answer_keeps_the_stored_one(stage: Stage, parts: Parts) -> None:
    before = stored(parts).security_answer_hash if stage.alice else None
    stage.alice.update_customer(stage.alice.customer("alice"))
    stage.alice.update_customer(only(city="Oxford"))

    assert before is not None
    assert stored(parts).security_answer_hash == before


def test_a_new_answer_takes_the_old_ones_place_whatever_its_case(stage: Stage, parts: Parts) -> None:
    stage.alice.update_customer(only(security_answer=" Crimson "))

    assert parts.passwords.match(stored(parts).security_answer_hash, "crimson")
    assert not parts.passwords.match(stored(parts).security_answer_hash, "teal")


def test_without_a_stored_answer_one_must_be_given(stage: Stage, parts: Parts) -> None:
    alice = stage.alice
    with parts.database.write() as session:
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
def test_changed_details_keep_to_the_rules(stage: Stage, fields: dict[str, Any], message: str) -> None:
    before = stage.alice.customer("alice")

    with pytest.raises(Refused, match=message):
        stage.alice.update_customer(only(**fields))
    assert stage.alice.customer("alice") == before


def test_a_changed_address_is_stored_in_lower_case(stage: Stage) -> None:
    stage.alice.update_customer(only(email_address=" Alice@Home.Example.ORG "))

    assert stage.alice.customer("alice").email_address == "alice@home.example.org"


def test_another_customers_address_is_refused(stage: Stage) -> None:
    assert stage.bob

    with pytest.raises(Conflict, match="already associated"):
        stage.alice.update_customer(only(email_address="BOBBY@example.org"))
    assert stage.alice.customer("alice").email_address == "alice@example.org"


def test_the_own_address_is_no_conflict(stage: Stage) -> None:
    stage.alice.update_customer(only(email_address="ALICE@example.org", city="Oxford"))

    assert stage.alice.customer("alice").city == "Oxford"


def test_a_nil_customer_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="A customer must be given"):
        stage.alice._call("UpdateCustomer", customer=None)


def test_a_stranger_cannot_make_the_service_hash(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise AssertionError("An answer was hashed.")

    monkeypatch.setattr("sipsorcery_web.service.passwords.Passwords.hash", fail)
    with pytest.raises(SessionExpired):
        stage.stranger.update_customer(person("alice"))


# The password


def test_a_changed_password_is_the_one_that_signs_in(stage: Stage) -> None:
    stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)

    assert stage.stranger.login("alice", OTHER_PASSWORD)
    assert stage.stranger.login("alice", PASSWORD) is None


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(stage: Stage) -> None:
    other, bob = stage.client(stage.token_of("alice")) if stage.alice else stage.stranger, stage.bob
    stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)

    assert stage.alice.sip_accounts.count() == 1
    assert bob.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        other.sip_accounts.count()


def test_a_wrong_old_password_changes_nothing(stage: Stage) -> None:
    other = stage.client(stage.token_of("alice")) if stage.alice else stage.stranger

    for wrong in ("wrong", "", PASSWORD.upper()):
        with pytest.raises(Refused, match=r"^The existing password did not match when attempting a password update\.$"):
            stage.alice.update_customer_password("alice", wrong, OTHER_PASSWORD)
    assert stage.token_of("alice")
    assert other.sip_accounts.count() == 1


@pytest.mark.parametrize(
    ("password", "message"),
    [("short", "length"), ("p" * 21, "length"), ("", "specified"), (None, "specified"), ("      ", "specified")],
)
def test_a_new_password_keeps_to_the_rules(stage: Stage, password: Any, message: str) -> None:
    with pytest.raises(Refused, match=message):
        stage.alice.update_customer_password("alice", PASSWORD, password)
    assert stage.token_of("alice")


def test_a_wrong_old_password_is_told_before_a_bad_new_one(stage: Stage) -> None:
    with pytest.raises(Refused, match="existing password did not match"):
        stage.alice.update_customer_password("alice", "wrong", "short")


def test_wrong_old_passwords_count_as_failed_sign_ins(stage: Stage, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(Refused, match="did not match"):
            stage.alice.update_customer_password("alice", "wrong", OTHER_PASSWORD)

    with pytest.raises(TooManyAttempts):
        stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)
    with pytest.raises(TooManyAttempts):
        stage.stranger.login("alice", PASSWORD)
    clock.pass_(minutes=15)
    stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)


def test_failed_sign_ins_count_against_a_change_of_password(stage: Stage) -> None:
    assert stage.alice
    for _ in range(5):
        stage.stranger.login("alice", "wrong")

    with pytest.raises(TooManyAttempts):
        stage.alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)


def test_a_right_old_password_clears_what_failed(stage: Stage) -> None:
    for _ in range(3):
        for _ in range(3):
            assert stage.alice
            stage.client(None, HOME).login("alice", "wrong")
        stage.alice.update_customer_password("alice", PASSWORD, PASSWORD)


def test_a_session_that_is_over_changes_no_password(stage: Stage, clock: Clock) -> None:
    alice = stage.alice
    clock.pass_(minutes=60)

    with pytest.raises(SessionExpired):
        alice.update_customer_password("alice", PASSWORD, OTHER_PASSWORD)
    assert stage.token_of("alice")


# Deleting


def binding(parts: Parts, account_id: UUID) -> SIPRegistrarBindingRow:
    return SIPRegistrarBindingRow(
        id=uuid4(),
        sip_account_id=account_id,
        owner="alice",
        sip_account_name="alice@x",
        contact_uri="sip:x",
        expiry=60,
        expiry_time=parts.clock(),
        last_update=parts.clock(),
        registrar_sip_socket="x",
        remote_sip_socket="x",
    )


def cdr(parts: Parts) -> SIPCDRRow:
    return SIPCDRRow(
        id=uuid4(),
        owner="alice",
        call_direction="Out",
        call_id="1",
        created=parts.clock(),
        inserted=parts.clock(),
        dst_host="x",
        dst_uri="sip:x",
        local_socket="x",
        remote_socket="x",
    )


def test_a_deleted_customer_leaves_nothing_but_call_records(stage: Stage, parts: Parts) -> None:
    assert stage.bob
    (account,) = stage.alice.sip_accounts.page()
    with parts.database.write() as session:
        session.add_all([binding(parts, account.id), cdr(parts)])
    stage.alice._call("DeleteCustomer", customer_username="alice")

    with parts.database.read() as session:
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


def test_a_deleted_customer_is_signed_out_and_unknown(stage: Stage) -> None:
    stage.alice.delete_customer("alice")

    assert stage.stranger.login("alice", PASSWORD) is None
    with pytest.raises(SessionExpired):
        stage.alice.sip_accounts.count()


def test_the_name_and_address_of_a_deleted_customer_can_be_used_again(stage: Stage) -> None:
    stage.alice.delete_customer("alice")
    stage.stranger.create_customer(person("alice"))

    assert stage.client(stage.token_of("alice")).sip_accounts.count() == 1


@pytest.mark.parametrize("token", [None, "0" * 96])
def test_deleting_without_a_session_is_told(stage: Stage, token: str | None) -> None:
    assert stage.alice

    with pytest.raises(SessionExpired):
        stage.client(token).delete_customer("alice")
    assert stage.token_of("alice")


def test_an_account_that_an_administrator_has_locked_is_not_escaped_from(stage: Stage) -> None:
    account = stage.alice.sip_accounts.add(sip_account("alice-desk"))
    stage.administrator.sip_accounts.update(account.with_(is_admin_disabled=True, admin_disabled_reason="abuse"))

    with pytest.raises(Refused, match="An administrator has disabled one of your SIP accounts"):
        stage.alice.delete_customer("alice")
    assert stage.alice.sip_accounts.count() == 2


def test_the_last_administrator_stays(stage: Stage) -> None:
    with pytest.raises(Refused, match="You are the only administrator"):
        stage.administrator.delete_customer("root-admin")

    second = stage.someone("root-two", administrator=True)
    second.delete_customer("root-two")
    assert stage.administrator.customer("root-admin").admin_id == "*"
