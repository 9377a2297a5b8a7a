from uuid import uuid4

import pytest
from sqlalchemy import text, update

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.dial_plans.live.stored_values import NoRoom, StoredValues
from sipsorcery_web.service.store.models import DialPlanValueRow
from tests.conftest import ServiceFixture
from tests.database.conftest import postgres_url
from tests.service.conftest import at_once, busy_database

__all__ = ["busy_database", "postgres_url"]


@pytest.fixture
def values(service_fixture: ServiceFixture) -> StoredValues:
    """The values of alice and bobby, who are customers."""
    for name in ("alice", "bobby"):
        service_fixture.someone(name)
    return StoredValues(service_fixture.service.context.database, service_fixture.service.context.keyring)


def test_a_value_is_read_again_until_it_is_deleted(values: StoredValues) -> None:
    values.write("alice", "mode", "night")
    values.write("alice", "mode", "day")
    values.write("alice", "", "an empty key")

    assert values.read("alice", "mode") == "day"
    assert values.keys("alice") == ["", "mode"]
    values.delete("alice", "mode")
    values.delete("alice", "mode")
    assert values.read("alice", "mode") is None


@pytest.mark.parametrize("odd", ["", "ü" * 100, "\x00", "\ud800", "a\nb", "'; DROP TABLE customers; --"])
def test_any_text_can_be_kept(values: StoredValues, odd: str) -> None:
    values.write("alice", odd, odd)

    assert (values.read("alice", odd), values.keys("alice")) == (odd, [odd])


def test_bob_never_sees_alices_values(values: StoredValues) -> None:
    values.write("alice", "pin", "1234")
    values.write("bobby", "pin", "9999")
    values.delete("bobby", "pin")

    assert values.read("bobby", "pin") is None
    assert values.keys("bobby") == []
    assert values.read("alice", "pin") == "1234"


def test_a_row_that_is_given_to_bob_opens_for_nobody(values: StoredValues) -> None:
    values.write("alice", "pin", "1234")
    with values.database.write() as session:
        session.execute(update(DialPlanValueRow).values(owner="bobby"))

    assert values.keys("bobby") == []
    assert values.read("bobby", "pin") is None


def test_neither_keys_nor_values_can_be_read_in_the_database(values: StoredValues) -> None:
    values.write("alice", "number of my mother", "0123456789")
    with values.database.read() as session:
        rows = str(session.execute(text("SELECT * FROM dialplanvalues")).all())

    assert "mother" not in rows
    assert "0123456789" not in rows


def test_an_owner_has_200_keys_and_may_still_change_them(values: StoredValues) -> None:
    for number in range(200):
        values.write("alice", str(number), "")
    values.write("alice", "0", "changed")

    with pytest.raises(NoRoom, match="200 stored values"):
        values.write("alice", "one more", "")
    values.write("bobby", "first", "")
    values.delete("alice", "0")
    values.write("alice", "one more", "")


def test_an_owner_has_64_kb_for_keys_and_values_together(values: StoredValues) -> None:
    values.write("alice", "a", "x" * (32 * 1024 - 1))
    values.write("alice", "b", "ü" * (16 * 1024 - 1) + "x")

    with pytest.raises(NoRoom, match="64 kB"):
        values.write("alice", "c", "")
    values.write("alice", "b", "")
    values.write("alice", "c", "x" * 32_000)


def test_values_go_with_their_customer(values: StoredValues, service_fixture: ServiceFixture) -> None:
    values.write("alice", "mode", "night")
    with values.database.write() as session:
        session.execute(text("DELETE FROM customers WHERE customer_username = 'alice'"))
    values.write("alice", "mode", "day")

    assert values.keys("alice") == []


def test_the_limit_holds_against_plans_that_run_at_the_same_time(busy_database: Database, keyring: Keyring) -> None:
    values = StoredValues(busy_database, keyring)
    with busy_database.write() as session:
        columns = "id, customer_username, email_address, password_hash, active, email_address_confirmed"
        facts = f"'{uuid4().hex}', 'alice', 'a@example.org', '', true, true, 0, '2026-11-23', 5, false"
        more = "execution_count, inserted, max_execution_count, suspended"
        session.execute(text(f"INSERT INTO customers ({columns}, {more}) VALUES ({facts})"))
    for number in range(198):
        values.write("alice", str(number), "")

    errors = at_once(*(lambda number=number: values.write("alice", f"new {number}", "") for number in range(6)))

    assert [type(error) for error in errors] == [NoRoom] * 4
    assert len(values.keys("alice")) == 200
