"""Calls and registrations, from Kamailio's tables as it writes them, as alice's programs are told of them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.ip_addresses import PUBLIC_ONLY
from sipsorcery_web.kamailio.programs import Programs
from sipsorcery_web.kamailio.tables import LOCATION
from sipsorcery_web.service.store.domain_events import DomainEventKind
from sipsorcery_web.service.store.models import SIPCDRRow
from sipsorcery_web.webhooks.addresses import Addresses
from sipsorcery_web.webhooks.keeping import WebhookKeeping
from sipsorcery_web.webhooks.models import WebhookMessageRow, WebhookRow
from sipsorcery_web.webhooks.outbox import Outbox
from tests.conftest import ServiceFixture
from tests.factories.records import sip_account
from tests.factories.rows import cdr_values

from .test_views import NOW, bind, service_fixture, store, talk

__all__ = ["service_fixture", "store"]

STARTED, ANSWERED, ENDED = DomainEventKind.CALL_STARTED, DomainEventKind.CALL_ANSWERED, DomainEventKind.CALL_ENDED
GAINED, LOST = DomainEventKind.REGISTRATION_GAINED, DomainEventKind.REGISTRATION_LOST


@dataclass
class Listening:
    """alice and bob, with a webhook each for everything, and what the outbox has for them."""

    store: Database
    keyring: Keyring
    customers: ServiceFixture

    def __post_init__(self) -> None:
        keeping = WebhookKeeping(self.store, self.keyring, Addresses(PUBLIC_ONLY), lambda: NOW)
        self.customers.alice.sip_accounts.add(sip_account("front-desk"))
        self.customers.bob.sip_accounts.add(sip_account("bobs-desk"))
        for owner in ("alice", "bobby"):
            keeping.add(owner, "https://hooks.example.org/", list(DomainEventKind))
        self.programs = self.begun_again()
        self.programs.look()

    def begun_again(self) -> Programs:
        """The look-out of another process, which remembers nothing."""
        return Programs(self.store, self.keyring, Outbox(self.keyring), lambda: NOW)

    def end(self, **more: Any) -> SIPCDRRow:
        """Take the record of alice's call over."""
        with self.store.write() as session:
            row = SIPCDRRow(**cdr_values("alice", NOW, **more))
            session.add(row)
            session.flush()
            self.programs.tell_ended(session, [row], NOW)
        return row

    def told(self, owner: str = "alice") -> list[dict[str, Any]]:
        """The bodies of the messages for a customer, in their order."""
        mine = select(WebhookMessageRow).join(WebhookRow, WebhookRow.id == WebhookMessageRow.webhook_id)
        with self.store.read() as session:
            rows = session.scalars(mine.where(WebhookRow.owner == owner).order_by(WebhookMessageRow.at)).all()
        return [
            json.loads(self.keyring.open_text(row.sealed, place_of(WebhookMessageRow.sealed, row.id, row.webhook_id)))
            for row in rows
        ]

    def kinds(self, owner: str = "alice") -> list[str]:
        return sorted(each["type"] for each in self.told(owner))


@pytest.fixture
def listening(store: Database, keyring: Keyring, service_fixture: ServiceFixture) -> Listening:
    return Listening(store, keyring, service_fixture)


def invite(**more: str) -> str:
    """The INVITE of alice's call to bob, as Kamailio has noted it."""
    facts = {"caller_owner": "alice", "callee_owner": "bobby", "call_id": "abc@203.0.113.1"}
    return json.dumps(facts | {"setup_time": f"{NOW.timestamp():.6f}", "dst_uri": "sip:0871550198@sip.local"} | more)


def test_a_call_is_told_when_it_rings_when_it_is_answered_and_when_it_is_over(
    listening: Listening, store: Database
) -> None:
    listening.programs.tell_ringing(invite())
    listening.programs.tell_ringing(invite())
    assert (listening.kinds(), listening.kinds("bobby")) == ([STARTED], [STARTED])

    talk(store, "alice", "bobby", setup_time=f"{NOW.timestamp():.6f}")
    listening.programs.look()
    listening.programs.look()
    assert listening.kinds() == [ANSWERED, STARTED]

    listening.end(call_id="abc@203.0.113.1", call_direction="Out")

    assert listening.kinds() == [ANSWERED, ENDED, STARTED]
    told = [(each["data"]["call_id"], each["data"].get("direction", "Out")) for each in listening.told()]
    assert set(told) == {("abc@203.0.113.1", "Out")}


@pytest.mark.parametrize("noted", ["", "no JSON", "[]", "{}"])
def test_an_invite_that_cannot_be_read_is_told_to_nobody(listening: Listening, noted: str) -> None:
    listening.programs.tell_ringing(noted)

    assert (listening.kinds(), listening.kinds("bobby")) == ([], [])


def test_a_call_that_is_tried_again_under_its_call_id_is_another_one(listening: Listening) -> None:
    listening.programs.tell_ringing(invite())
    listening.programs.tell_ringing(invite(setup_time=f"{NOW.timestamp() + 2:.6f}"))

    assert listening.kinds() == [STARTED, STARTED]


def test_what_began_and_ended_between_two_looks_is_told_with_its_record(listening: Listening) -> None:
    listening.end()

    assert [each["type"] for each in listening.told()] == [STARTED, ANSWERED, ENDED]
    assert listening.kinds("bobby") == []


def test_a_call_that_nobody_answered_was_not_answered(listening: Listening) -> None:
    listening.end(answered_status=486, answered_time=None, hungup_time=None)

    assert listening.kinds() == [ENDED, STARTED]


def test_another_process_tells_no_call_twice(listening: Listening, store: Database) -> None:
    talk(store, "alice", None)
    listening.programs.look()

    listening.begun_again().look()

    assert listening.kinds() == [ANSWERED, STARTED]


def test_a_registration_is_told_when_it_begins_and_when_it_is_gone(listening: Listening, store: Database) -> None:
    bind(store, "front-desk")
    listening.programs.look()
    listening.programs.look()
    assert (listening.kinds(), listening.kinds("bobby")) == ([GAINED], [])

    with store.write() as session:
        session.execute(delete(LOCATION))
    listening.programs.look()

    gained, lost = sorted(listening.told(), key=lambda each: each["type"])
    assert (gained["type"], lost["type"]) == (GAINED, LOST)
    assert gained["data"] == lost["data"]
    assert gained["data"]["contact_uri"] == "sip:phone@10.0.0.7:5060"


def test_a_registration_that_has_run_out_is_lost(listening: Listening, store: Database) -> None:
    bind(store, "front-desk")
    listening.programs.look()

    with store.write() as session:
        session.execute(update(LOCATION).values(expires=NOW - timedelta(seconds=1)))
    listening.programs.look()

    assert listening.kinds() == [GAINED, LOST]


def test_what_is_gained_and_lost_while_no_process_looks_is_told_by_the_next(
    listening: Listening, store: Database
) -> None:
    bind(store, "front-desk")
    listening.programs.look()
    with store.write() as session:
        session.execute(delete(LOCATION))
    bind(store, "bobs-desk")

    listening.begun_again().look()

    assert (listening.kinds(), listening.kinds("bobby")) == ([GAINED, LOST], [GAINED])


def test_what_was_registered_before_somebody_listened_is_not_told_as_new(
    store: Database, keyring: Keyring, service_fixture: ServiceFixture
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-office"))
    bind(store, "front-office")

    listening = Listening(store, keyring, service_fixture)
    listening.programs.look()

    assert listening.kinds() == []


def test_where_nobody_listens_nothing_is_written(
    store: Database, keyring: Keyring, service_fixture: ServiceFixture
) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    bind(store, "front-desk")
    talk(store, "alice", None)

    Programs(store, keyring, Outbox(keyring), lambda: NOW).look()

    with store.read() as session:
        assert session.scalars(select(WebhookMessageRow)).all() == []
