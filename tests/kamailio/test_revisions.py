"""Revision numbers: what Kamailio writes raises those of whom it is shown to, and no others."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.kamailio.leftovers import sweep
from sipsorcery_web.kamailio.mirror import Mirror
from sipsorcery_web.kamailio.tables import DIALOG, DIALOG_VARS, LOCATION
from sipsorcery_web.service.store.models import SIPAccountRow
from tests.conftest import ServiceFixture
from tests.factories.records import sip_account
from tests.revisions import numbers, raised

from .test_views import NOW, bind, service_fixture, store, talk

__all__ = ["service_fixture", "store"]

OF_ALICE = {"owner:alice", "*"}


@pytest.fixture(autouse=True)
def front_desk(service_fixture: ServiceFixture, store: Database, keyring: Keyring) -> None:
    """An account of alice, which is mirrored as all are."""
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    Mirror(store, keyring, str, lambda _: None).rebuild()


def change(store: Database, **values: Any) -> set[str]:
    """Change Kamailio's row of the phone, and return what that raises."""
    with raised(store) as changing, store.write() as session:
        session.execute(update(LOCATION).values(values))
    return changing


# Registrations


def test_a_phone_that_comes_and_goes_raises_the_number_of_its_accounts_owner(store: Database) -> None:
    with raised(store) as coming:
        bind(store, "front-desk")
    with raised(store) as going, store.write() as session:
        session.execute(delete(LOCATION))
    assert coming == going == OF_ALICE


@pytest.mark.parametrize("passed", [timedelta(minutes=30), timedelta(hours=1, minutes=59)])
def test_a_registration_that_is_only_renewed_raises_nothing(store: Database, passed: timedelta) -> None:
    bind(store, "front-desk")
    renewed = NOW + passed
    assert change(store, last_modified=renewed, expires=renewed + timedelta(hours=2)) == set()


@pytest.mark.parametrize(
    "values",
    [
        {"contact": "sip:phone@10.0.0.8:5060"},
        {"received": "sip:203.0.113.42:5060"},
        {"received": None},
        {"user_agent": "Snom/11"},
        {"socket": "tcp:192.0.2.1:5060"},
        {"q": 0.5},
        {"expires": NOW + timedelta(hours=1)},
    ],
)
def test_a_phone_that_registers_otherwise_raises_the_number(store: Database, values: dict[str, Any]) -> None:
    bind(store, "front-desk")
    assert change(store, **values) == OF_ALICE


def test_a_phone_that_comes_back_after_its_time_raises_the_number(store: Database) -> None:
    bind(store, "front-desk")
    late = NOW + timedelta(hours=3)
    assert change(store, last_modified=late, expires=late + timedelta(hours=2)) == OF_ALICE


def test_a_phone_of_a_members_account_raises_the_number_of_its_admin_member_id(
    service_fixture: ServiceFixture, store: Database, keyring: Keyring
) -> None:
    mirror = Mirror(store, keyring, str, lambda _: None)
    with store.write() as session:
        session.execute(update(SIPAccountRow).values(admin_member_id="partner"))
    mirror.rebuild()
    with raised(store) as coming:
        bind(store, "front-desk")
    assert coming == {*OF_ALICE, "member:partner"}


def test_a_phone_of_nobodys_account_raises_no_owners_number(store: Database) -> None:
    with raised(store) as coming:
        bind(store, "ghost")
    assert coming == {"*"}


def test_what_is_mirrored_raises_nothing_by_itself(store: Database, keyring: Keyring) -> None:
    with raised(store) as mirroring:
        Mirror(store, keyring, str, lambda _: None).rebuild()
    assert mirroring == set()


# Calls


def test_a_call_raises_the_numbers_of_both_owners(store: Database) -> None:
    with raised(store) as coming:
        talk(store, "alice", "bobby")
    with raised(store) as going, store.write() as session:
        session.execute(delete(DIALOG))
    assert coming == going == {*OF_ALICE, "owner:bobby"}


def test_a_call_is_shown_once_it_is_answered_and_no_longer_when_it_is_over(store: Database) -> None:
    with raised(store) as ringing:
        talk(store, "alice", "bobby", state=1)
    states = {}
    for state in (2, 3, 4, 5):
        with raised(store) as states[state], store.write() as session:
            session.execute(update(DIALOG).values(state=state))
    both = {*OF_ALICE, "owner:bobby"}
    assert ringing == set()
    assert states == {2: set(), 3: both, 4: set(), 5: both}


def test_requests_within_a_call_raise_nothing(store: Database) -> None:
    talk(store, "alice", "bobby")
    with raised(store) as going_on, store.write() as session:
        session.execute(update(DIALOG).values(caller_cseq="3", callee_contact="sip:b@203.0.113.9"))
        noted = {"hash_entry": 7, "hash_id": 11, "dialog_key": "hangup", "dialog_value": "1 Client hungup"}
        session.execute(insert(DIALOG_VARS).values(noted))
    assert going_on == set()


def test_facts_that_are_noted_before_their_call_count_as_well(store: Database) -> None:
    talk(store, "alice", None, state=1)
    with raised(store) as answered, store.write() as session:
        session.execute(update(DIALOG).values(state=4))
    with raised(store) as forgotten, store.write() as session:
        session.execute(delete(DIALOG_VARS))
    assert answered == forgotten == OF_ALICE


@pytest.mark.parametrize("noted", ["", "{", '{"caller_owner": ', "caller_owner", '["alice"]', "null", "[" * 2000])
def test_whatever_is_noted_kamailio_can_write_it(store: Database, noted: str) -> None:
    talk(store, "alice", None)
    with raised(store) as changing, store.write() as session:
        session.execute(update(DIALOG_VARS).values(dialog_value=noted))
        session.execute(update(DIALOG).values(state=5))
        session.execute(delete(DIALOG_VARS))
    assert "owner:alice" in changing


def test_a_strangers_name_cannot_pass_for_an_owners(store: Database) -> None:
    talk(store, "alice", None)
    forged = '{"from_header": "\\"caller_owner\\": \\"bobby\\"", "caller_owner": "alice"}'
    with raised(store) as changing, store.write() as session:
        session.execute(update(DIALOG_VARS).values(dialog_value=forged))
    assert changing == OF_ALICE


# What the power takes


def test_before_a_start_of_the_engine_the_numbers_jump_over_those_that_a_power_failure_may_have_taken(
    store: Database,
) -> None:
    bind(store, "front-desk")
    before = numbers(store)
    sweep(store, NOW)
    assert all(number - before[scope] >= 10_000 for scope, number in numbers(store).items() if before[scope])
