"""Sign-ins and changes are told to those whom they are about, once they are committed."""

from dataclasses import replace

import pytest

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.events.event import EventServer, EventType
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from tests.conftest import HOME, ServiceFixture
from tests.events.wire import Console
from tests.factories import PASSWORD
from tests.factories.records import sip_account


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture
def told(service_context: ServiceContext, console: Console) -> ServiceFixture:
    """A service with a console, where alice and bob have signed in."""
    found = ServiceFixture(Service(replace(service_context, events=console)))
    assert found.alice
    assert found.bob
    console.events.clear()
    return found


def test_a_wrong_password_is_told_to_the_customer(told: ServiceFixture, console: Console) -> None:
    told.client(None, "192.0.2.7").login("alice", "closesesame8", browser="Firefox")

    (event,) = console.events
    assert (event.type, event.server, set(event.owners)) == (EventType.Warn, EventServer.Authoriser, {"alice"})
    assert event.text == "alice was refused: the password is wrong, at the sign-in page, from 192.0.2.7."
    assert event.source == "192.0.2.7"


def test_a_name_that_nobody_has_is_told_to_no_customer(told: ServiceFixture, console: Console) -> None:
    told.client(None, "192.0.2.7").login("mallory", "closesesame8")

    (event,) = console.events
    assert event.owners == frozenset()


def test_who_signs_in_is_told(told: ServiceFixture, console: Console) -> None:
    told.client(None, HOME).login("alice", PASSWORD)

    (event,) = (each for each in console.events if each.server is EventServer.Authoriser)
    assert event.type is EventType.Monitor
    assert event.text == f"alice signed in, with a program, from {HOME}."


def test_a_change_is_told_to_its_owner_without_its_values(told: ServiceFixture, console: Console) -> None:
    account = told.alice.sip_accounts.add(sip_account("desk-one", sip_password="sesameopen8"))
    told.alice.sip_accounts.update(account.with_(network_id="office", sip_password="sesameshut9"))

    made, changed = (each for each in console.events if each.server is EventServer.AppServer)
    assert (made.type, set(made.owners), set(changed.owners)) == (EventType.Monitor, {"alice"}, {"alice"})
    assert made.text.startswith("AddSIPAccount: ")
    assert "NetworkId" in changed.text
    assert "desk-one" in changed.text
    assert "sesame" not in made.text + changed.text


def test_of_a_deleted_customer_nothing_is_left(told: ServiceFixture, console: Console) -> None:
    told.bob.sip_accounts.add(sip_account("desk-one"))
    told.bob.delete_customer("bobby")

    assert [each for each in console.events if "bobby" in each.owners] == []


def test_what_is_refused_is_not_told(told: ServiceFixture, console: Console) -> None:
    told.alice.sip_accounts.add(sip_account("desk-two"))
    console.events.clear()

    with pytest.raises(ProvisioningError):
        told.bob.sip_accounts.add(sip_account("desk-two"))

    assert console.events == []
