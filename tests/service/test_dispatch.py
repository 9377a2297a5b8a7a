import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from sipsorcery_web.contract.errors import Refused, SessionExpired, Unavailable
from sipsorcery_web.contract.extensions import ALL_OPERATIONS
from sipsorcery_web.contract.operations import Access
from sipsorcery_web.database.connection import Database
from sipsorcery_web.service.operations import HANDLERS
from tests.conftest import HOME, ServiceFixture
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account


def answer(service_fixture: ServiceFixture, name: str, token: str | None = None, **given: Any) -> Any:
    operation = ALL_OPERATIONS[name]
    return service_fixture.service.call(operation, token, HOME, operation.arguments(given))


def test_every_operation_of_the_contract_is_answered() -> None:
    assert HANDLERS.keys() == ALL_OPERATIONS.keys()


@pytest.mark.parametrize(
    "name", [operation.name for operation in ALL_OPERATIONS.values() if operation.access is Access.SESSION]
)
@pytest.mark.parametrize("token", [None, "", "0" * 96])
def test_nobody_without_a_session_gets_past_the_door(
    service_fixture: ServiceFixture, name: str, token: str | None
) -> None:
    assert service_fixture.alice

    with pytest.raises(SessionExpired):
        answer(service_fixture, name, token)


UNCARRIABLE = ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff"]


@pytest.mark.parametrize("character", UNCARRIABLE, ids=ascii)
def test_a_text_that_xml_cannot_carry_is_refused(service_fixture: ServiceFixture, character: str) -> None:
    with pytest.raises(Refused, match=f"control character U\\+{ord(character):04X} cannot be stored"):
        service_fixture.alice.sip_accounts.add(sip_account("alice-desk", network_id=f"a{character}b"))

    assert service_fixture.alice.sip_accounts.count() == 1


@pytest.mark.parametrize("text", ["Åse", "\ue000", "\ufffd", "\U0001f4de", "<&>\"'"], ids=ascii)
def test_a_text_that_xml_can_carry_is_stored_as_it_is(service_fixture: ServiceFixture, text: str) -> None:
    account = service_fixture.alice.sip_accounts.add(sip_account("alice-desk", network_id=f"a{text}b"))

    assert account.network_id == f"a{text}b"


@pytest.mark.parametrize("text", ["\t\r\n", "\u2028"], ids=ascii)
def test_a_text_of_many_lines_keeps_what_parts_them(service_fixture: ServiceFixture, text: str) -> None:
    (plan,) = service_fixture.alice.dial_plans.page()
    service_fixture.alice.dial_plans.update(plan.with_(dial_plan_script=f"a{text}b"))

    assert service_fixture.alice.dial_plans.page()[0].dial_plan_script == f"a{text}b"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Login", {"username": "alice\x00", "password": PASSWORD}),
        ("Login", {"username": "alice", "password": "\x00"}),
        ("CheckInviteCode", {"invite_code": "\x00"}),
        ("GetSIPAccounts", {"where_expression": 'NetworkId = "\x00"'}),
        ("GetCustomer", {"username": "\ud800"}),
        ("CreateCustomer", {"customer": person("carol", first_name="C\x07arol")}),
        ("CreateCustomer", {"customer": person("carol", suspended_reason="\x00")}),
        ("UpdateSIPAccount", {"sip_account": replace(sip_account("alice-desk"), admin_disabled_reason="\x00")}),
    ],
)
def test_every_text_of_every_operation_is_looked_at(
    service_fixture: ServiceFixture, name: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="control character"):
        answer(service_fixture, name, service_fixture.token_of("alice") if service_fixture.alice else None, **arguments)


@pytest.fixture
def broken_store(service_fixture: ServiceFixture, database: Database) -> Iterator[Database]:
    """A store that is there for the cast's beginnings and then no more."""
    assert service_fixture.alice

    def fail(_connection: object) -> None:
        raise OperationalError("BEGIN", None, Exception("the disk is gone"))

    event.listen(database.engine, "begin", fail)
    yield database
    event.remove(database.engine, "begin", fail)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("IsAlive", {}),
        ("Login", {"username": "alice", "password": PASSWORD}),
        ("GetSIPAccounts", {"count": 25}),
        ("AddSIPAccount", {"sip_account": sip_account("alice-desk")}),
        ("CreateCustomer", {"customer": person("carol")}),
    ],
)
def test_a_store_that_fails_is_told_as_such(
    service_fixture: ServiceFixture,
    broken_store: Database,
    caplog: pytest.LogCaptureFixture,
    name: str,
    arguments: dict[str, Any],
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(Unavailable, match="cannot reach its store") as refused:
        answer(service_fixture, name, "0" * 96, **arguments)

    assert "disk" not in refused.value.message
    assert f"{name} failed in the store" in caplog.text


def test_nothing_secret_is_logged_when_the_store_fails(
    service_fixture: ServiceFixture, broken_store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable):
        answer(service_fixture, "AddSIPAccount", "f" * 96, sip_account=sip_account("alice-desk"))

    assert "bl4ckbird!" not in caplog.text
    assert "f" * 96 not in caplog.text


def test_a_name_that_was_taken_in_between_is_a_plain_refusal(
    service_fixture: ServiceFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service_fixture.alice
    module = "sipsorcery_web.service.operations.sign_up"
    monkeypatch.setattr(f"{module}.refuse_new", lambda _session, _customer: None)

    with pytest.raises(Refused, match=r"^The requested username is already in use please try a different one\.$"):
        service_fixture.stranger.create_customer(person("alice", email_address="other@example.org"))
    with pytest.raises(Refused, match=r"^The email address is already associated with an account\.$"):
        service_fixture.stranger.create_customer(person("carol", email_address="alice@example.org"))


def test_the_test_exception_is_a_refusal(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match=r"^Test exception message 2026-11-23T12:00:00\.0000000Z\.$"):
        answer(service_fixture, "TestException")


def test_reading_operations_cannot_write(service_fixture: ServiceFixture) -> None:
    reading = {name for name, handler in HANDLERS.items() if handler.unit.name == "READ"}

    counting = {"CheckInviteCode", "GetMailedLink"}  # they count who asks
    assert reading == {
        name for name in ALL_OPERATIONS if name.startswith(("Get", "Is", "Are", "Test")) and name not in counting
    }
