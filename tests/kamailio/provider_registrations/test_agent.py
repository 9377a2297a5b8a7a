"""The order in which providers are registered with, and the notes about it, without an engine."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from sipsorcery_web.contract.records import SIPProvider, SIPProviderBinding
from sipsorcery_web.events.event import EventServer, EventType
from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.kamailio.mirror import Changes, Mirror
from sipsorcery_web.kamailio.provider_registrations import RegistrationAgent
from sipsorcery_web.kamailio.provider_registrations.messages import Binding, Reply
from sipsorcery_web.kamailio.provider_registrations.pace import Pace
from sipsorcery_web.kamailio.provider_registrations.servers import Address, Resolver
from sipsorcery_web.kamailio.rpc import KamailioAbsent
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind
from sipsorcery_web.service.store.models import SIPProviderBindingRow
from tests.conftest import ServiceFixture
from tests.events.wire import Console
from tests.factories.records import sip_provider

OK, FORBIDDEN = Reply(200, "OK"), Reply(403, "Forbidden")
RESOLVER = Resolver(
    4, frozenset({"udp"}), ContactPolicy(), lambda name: ["198.41.0.4"], lambda name: [], lambda name, seconds: []
)


@dataclass
class FakeProvider:
    """Answers each REGISTER as it is told to, and keeps what came."""

    answer: Any = OK
    sent: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def send(self, binding: Binding, address: Address, headers: str) -> Reply | None:
        self.sent.append(headers)
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        reply: Reply | None = self.answer
        return reply

    @property
    def expires(self) -> list[str]:
        return [
            line.partition(": ")[2]
            for headers in self.sent
            for line in headers.split("\r\n")
            if line.startswith("Expires")
        ]


@dataclass
class Stand:
    """A provider of alice's that is to be registered with, and the agent that does it."""

    parts: ServiceContext
    service_fixture: ServiceFixture
    far: FakeProvider
    record: SIPProvider
    now: datetime
    console: Console = field(default_factory=Console)
    told: list[DomainEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.agent = self.another_agent()

    def another_agent(self, **more: Any) -> RegistrationAgent:
        """An agent of another process, or of one that was started again."""
        usual: dict[str, Any] = {
            "resolver": RESOLVER,
            "pace": Pace(timedelta(seconds=60)),
            "contact_hosts": {"udp": "192.0.2.1:5060"},
            "clock": lambda: self.now,
            "start": lambda work: work(),
            "events": self.console,
            "outbox": Mock(put=lambda session, *events: self.told.extend(events)),
        }
        return RegistrationAgent(self.parts.database, self.parts.keyring, self.far, **(usual | more))

    def look(self, after: int = 0) -> SIPProviderBinding | None:
        """The binding after a look, so many seconds later."""
        self.now += timedelta(seconds=after)
        self.agent.look(self.now)
        return self.binding

    @property
    def binding(self) -> SIPProviderBinding | None:
        return next(iter(self.service_fixture.alice.provider_bindings.page()), None)

    def change(self, **more: Any) -> None:
        self.record = self.service_fixture.alice.sip_providers.update(self.record.with_(**more))


@pytest.fixture
def stand(service_context: ServiceContext) -> Stand:
    service_fixture = ServiceFixture(Service(service_context))
    record = service_fixture.alice.sip_providers.add(
        sip_provider(
            provider_username="line",
            provider_password="sw0rdfish",
            provider_server="sip:sip.northline.example",
            register_contact="sip:alice@sip.example.org",
            register_enabled=True,
            register_expiry=600,
        )
    )
    return Stand(
        service_context,
        service_fixture,
        FakeProvider(),
        record,
        max(service_context.clock(), datetime(2026, 11, 29, tzinfo=UTC)),
    )


def told(binding: SIPProviderBinding | None) -> SIPProviderBinding:
    assert binding is not None
    return binding


def test_a_provider_is_registered_with_at_once_and_its_times_are_noted(stand: Stand) -> None:
    found = told(stand.look())

    assert found.is_registered
    assert (found.last_register_attempt, found.last_register_time) == (stand.now, stand.now)
    assert found.next_registration_time == stand.now + timedelta(seconds=540)
    assert (found.binding_expiry, found.registrar_sip_socket) == (600, "198.41.0.4:5060")
    assert found.registration_failure_message is None


def test_what_is_not_due_is_left_alone(stand: Stand) -> None:
    stand.look()

    stand.look(after=500)
    assert len(stand.far.sent) == 1
    stand.look(after=41)
    assert len(stand.far.sent) == 2


def test_numbers_go_up_over_restarts_and_changes(stand: Stand) -> None:
    numbers = []
    for _ in range(3):
        stand.change(register_expiry=600)
        stand.agent = stand.another_agent()
        stand.look(after=11)
        numbers.append(int(stand.far.sent[-1].partition("CSeq: ")[2].split()[0]))

    assert numbers == sorted(set(numbers))


def test_a_restart_keeps_the_pause(stand: Stand) -> None:
    stand.far.answer = FORBIDDEN
    stand.look()

    stand.agent = stand.another_agent()
    stand.look(after=300)

    assert len(stand.far.sent) == 1


def test_refusals_come_less_often_until_something_is_changed(stand: Stand) -> None:
    stand.far.answer = FORBIDDEN
    first = told(stand.look())
    second = told(stand.look(after=600))
    assert second.next_registration_time - stand.now == 2 * (
        first.next_registration_time - stand.now + timedelta(seconds=600)
    )
    assert (second.is_registered, second.registration_failure_message) == (False, "403 Forbidden")

    stand.change(provider_password="n3w")
    third = told(stand.look(after=11))
    assert third.next_registration_time - stand.now == timedelta(minutes=10)


def test_changes_one_after_the_other_are_held_to_the_pace(stand: Stand) -> None:
    stand.look()
    for _ in range(9):
        stand.change(register_expiry=700)
        stand.look(after=1)

    assert len(stand.far.sent) == 1
    stand.look(after=1)
    assert len(stand.far.sent) == 2


def test_a_raised_expiry_is_asked_for_from_then_on(stand: Stand) -> None:
    def at_least_900(headers: list[str] = stand.far.sent) -> None:
        is_brief = "Expires: 600" in headers[-1]
        stand.far.answer = Reply(423, "Brief", [("min-expires", "900")]) if is_brief else OK

    stand.far.meanwhile = at_least_900
    stand.look()

    stand.look(after=900)

    assert stand.far.expires == ["600", "900", "900"]


def test_a_registration_that_nobody_renews_is_over_at_its_end(stand: Stand) -> None:
    stand.look()
    stand.far.answer = KamailioAbsent("away")

    assert told(stand.look(after=590)).is_registered
    assert not told(stand.look(after=11)).is_registered


def test_an_engine_that_is_away_costs_nothing(stand: Stand) -> None:
    stand.far.answer = KamailioAbsent("away")
    found = told(stand.look())
    assert (found.last_register_attempt, found.registration_failure_message) == (None, None)

    stand.far.answer = OK
    assert told(stand.look(after=5)).is_registered


def test_switched_off_the_provider_is_told_and_then_it_is_forgotten(stand: Stand) -> None:
    stand.look()
    stand.change(register_enabled=False)

    assert stand.look(after=11) is None
    assert stand.far.expires == ["600", "0"]


def test_switched_off_and_on_again_it_stays_registered(stand: Stand) -> None:
    stand.look()
    stand.change(register_enabled=False)
    stand.change(register_enabled=True)

    assert told(stand.look(after=11)).is_registered
    assert stand.far.expires == ["600", "600"]


def test_a_provider_that_is_deleted_while_it_answers_is_told_that_it_is_over(stand: Stand) -> None:
    def delete() -> None:
        stand.far.meanwhile = lambda: None
        stand.service_fixture.alice.sip_providers.delete(stand.record)

    stand.far.meanwhile = delete

    assert stand.look() is None
    assert stand.far.expires == ["600", "0"]


def test_a_change_while_the_provider_answers_is_followed_by_another_attempt(stand: Stand) -> None:
    def change() -> None:
        stand.far.meanwhile = lambda: None
        stand.change(register_expiry=700)

    stand.far.meanwhile = change
    stand.look()

    stand.look(after=11)

    assert stand.far.expires == ["600", "700"]


def test_a_provider_that_was_registered_with_is_told_when_it_is_deleted(stand: Stand) -> None:
    def carry_out(changes: Changes) -> None:
        for provider in changes.deleted_providers:
            stand.agent.end(provider)

    mirror = Mirror(stand.parts.database, stand.parts.keyring, lambda host: host, carry_out)
    mirror.listen()
    stand.look()

    stand.service_fixture.alice.sip_providers.delete(stand.record)
    mirror.forget()

    assert stand.far.expires == ["600", "0"]


def test_two_portals_do_not_try_the_same_provider(stand: Stand) -> None:
    other = stand.another_agent()
    stand.far.meanwhile = lambda: other.look(stand.now)

    stand.look()

    assert len(stand.far.sent) == 1


def test_an_attempt_that_died_is_made_again(stand: Stand) -> None:
    stand.agent.start = lambda work: None  # its process ends
    stand.look()
    stand.agent = stand.another_agent()

    stand.look(after=60)
    assert stand.far.sent == []
    assert told(stand.look(after=61)).is_registered


def test_an_attempt_that_breaks_is_made_again_and_stops_no_other(stand: Stand) -> None:
    stand.far.answer = ValueError("a bug")
    stand.look()
    stand.far.answer = OK

    assert told(stand.look(after=121)).is_registered


def test_another_address_of_the_engine_is_told_at_once(stand: Stand) -> None:
    stand.look()

    stand.agent = stand.another_agent(contact_hosts={"udp": "192.0.2.99:5060"})
    stand.look(after=11)

    assert "@192.0.2.99:5060>" in stand.far.sent[-1]
    assert len(stand.far.sent) == 2


def test_headers_of_the_provider_are_sent(stand: Stand) -> None:
    stand.change(custom_headers="X-A: 1|X-B: 2")

    stand.look()

    assert stand.far.sent[-1].endswith("X-A: 1\r\nX-B: 2\r\n")


def test_an_attempt_keeps_nobody_waiting(stand: Stand) -> None:
    answered = threading.Event()
    stand.far.meanwhile = lambda: answered.wait(10)
    stand.agent = RegistrationAgent(
        **{
            name: getattr(stand.agent, name)
            for name in ("database", "keyring", "sender", "resolver", "pace", "contact_hosts", "clock")
        }
    )

    found = told(stand.look())

    assert not found.is_registered
    answered.set()
    for thread in threading.enumerate():
        if thread.name == "provider-registration":
            thread.join(10)
    assert told(stand.binding).is_registered


def test_what_is_still_under_way_at_the_end_is_not_noted(stand: Stand) -> None:
    stand.far.meanwhile = lambda: stand.agent.stop(0.01)

    assert not told(stand.look()).is_registered


@pytest.mark.parametrize(
    ("changed", "server"),
    [
        ({"provider_outbound_proxy": "sip:edge.example", "register_server": "sip:reg.example"}, "sip:edge.example"),
        ({"register_server": "sip:reg.example"}, "sip:reg.example"),
        ({}, "sip:sip.northline.example"),
    ],
)
def test_a_registration_is_sent_where_the_provider_says(stand: Stand, changed: dict[str, Any], server: str) -> None:
    asked: list[str] = []

    def addresses(name: str) -> list[str]:
        asked.append(name)
        return ["198.41.0.4"]

    stand.agent = stand.another_agent(resolver=replace(stand.agent.resolver, addresses=addresses))
    stand.change(**changed)

    stand.look()

    assert asked == [server.removeprefix("sip:")]
    assert "To: <sip:line@sip.northline.example>" in stand.far.sent[-1]


def test_the_password_may_have_a_name_and_a_realm_of_its_own(stand: Stand) -> None:
    stand.change(provider_auth_username="line-auth", register_realm="r")

    def asks() -> None:
        is_first = "Authorization" not in stand.far.sent[-1]
        challenge = ("www-authenticate", 'Digest realm="r", nonce="n"')
        stand.far.answer = Reply(401, "Unauthorized", [challenge]) if is_first else OK

    stand.far.meanwhile = asks

    assert told(stand.look()).is_registered
    assert 'username="line-auth", realm="r"' in stand.far.sent[-1]


def test_the_row_is_what_another_process_reads(stand: Stand) -> None:
    stand.far.answer = FORBIDDEN
    stand.look()

    with stand.parts.database.read() as session:
        row = session.query(SIPProviderBindingRow).one()
    assert (row.failures, row.registered_until, row.registered_from) == (1, None, None)


def test_what_comes_of_an_attempt_is_told_to_the_owner(stand: Stand) -> None:
    stand.look()
    stand.far.answer = FORBIDDEN
    stand.look(after=541)
    stand.far.answer = KamailioAbsent("away")
    stand.look(after=3600)

    good, bad = stand.console.events
    assert (good.type, good.server) == (EventType.ContactRegistered, EventServer.RegisterAgent)
    assert good.owners == bad.owners == {"alice"}
    assert bad.type is EventType.ContactRegisterFailed
    assert bad.text == f"{stand.record.provider_name} at sip:sip.northline.example is not registered: 403 Forbidden"
    assert f"Call-ID: {good.call_id}\r\n" in stand.far.sent[0]


def test_programs_are_told_of_the_first_attempt_that_fails_and_of_the_first_that_does_not(stand: Stand) -> None:
    failed, recovered = DomainEventKind.PROVIDER_REGISTRATION_FAILED, DomainEventKind.PROVIDER_REGISTRATION_RECOVERED

    for answer in (OK, FORBIDDEN, FORBIDDEN, None, OK, OK, FORBIDDEN):
        stand.far.answer = answer
        stand.look(after=24 * 3600)

    assert [(each.kind, each.owner) for each in stand.told] == [(kind, "alice") for kind in (failed, recovered, failed)]
    assert [each.record.is_registered for each in stand.told] == [False, True, False]  # type: ignore[attr-defined]


def test_a_registration_that_is_ended_on_purpose_has_not_failed(stand: Stand) -> None:
    stand.look()
    stand.change(register_enabled=False)
    stand.look(after=120)

    assert stand.told == []
