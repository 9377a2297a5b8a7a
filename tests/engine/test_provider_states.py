"""Registrations with providers as the engine tells them, without an engine."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from sipsorcery_web.contract.records import SIPProvider, SIPProviderBinding
from sipsorcery_web.engine.mirror import Mirror
from sipsorcery_web.engine.provider_states import NOT_RESOLVED, REWRITTEN, SILENT, ProviderStates
from sipsorcery_web.engine.rpc import EngineAbsent, EngineRefusal
from sipsorcery_web.engine.tables import PROVIDER_ANSWER, PROVIDER_REGISTRATION
from sipsorcery_web.service.call import Parts
from sipsorcery_web.service.dispatch import Service
from tests.conftest import Stage

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
IDLE, WAITING, REGISTERED = 16, 18, 20


@dataclass
class FakeRpc:
    """An engine whose memory a test fills."""

    dump: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    refuses: bool = False
    is_absent: bool = False

    def call(self, method: str, *parameters: object) -> Any:
        if self.is_absent:
            raise EngineAbsent("away")
        if method == "uac.reg_dump":
            return self.dump
        self.asked.append((method, *parameters))
        if self.refuses:
            raise EngineRefusal(404, "Record not found")
        return {}


@dataclass
class Stand:
    parts: Parts
    rpc: FakeRpc
    states: ProviderStates
    stage: Stage
    provider: SIPProvider

    def look(self, flags: int | None, *, after: int = 0, expires_in: int = 50, **changes: Any) -> None:
        """What a look finds when the engine has these flags, so many seconds later."""
        now = NOW + timedelta(seconds=after)
        self.rpc.dump = [] if flags is None else [self.entry(flags, now, expires_in) | changes]
        self.states.look(now)

    def entry(self, flags: int, now: datetime, expires_in: int) -> dict[str, Any]:
        with self.parts.database.read() as session:
            row = session.execute(PROVIDER_REGISTRATION.select()).mappings().one_or_none()
        known = dict(row) if row else {"l_uuid": self.provider.id.hex, "auth_proxy": "sip:gone", "expires": 3600}
        return known | {"flags": flags, "timer_expires": int(now.timestamp()) + expires_in, "realm": "none"}

    def answers(self, code: int, reason: str = "", sent: int = 0, answered: int | None = 0) -> None:
        at = [int(NOW.timestamp()) + sent, 0 if answered is None else int(NOW.timestamp()) + answered]
        values = {"sent_at": at[0], "answered_at": at[1], "answer_code": code, "answer_reason": reason.encode().hex()}
        with self.parts.database.write() as session:
            session.execute(PROVIDER_ANSWER.delete())
            sent_at, answered_at = (datetime.fromtimestamp(value, UTC) for value in at)
            values |= {"sent_at": sent_at, "answered_at": answered_at}
            session.execute(insert(PROVIDER_ANSWER).values(l_uuid=self.provider.id.hex, **values))

    @property
    def binding(self) -> SIPProviderBinding | None:
        return next(iter(self.stage.alice.provider_bindings.page()), None)

    @property
    def failure(self) -> str | None:
        assert self.binding is not None
        return self.binding.registration_failure_message


@pytest.fixture
def stand(parts: Parts) -> Any:
    mirror = Mirror(parts.database, parts.keyring, lambda host: host, lambda changes: None)
    mirror.listen()
    stage, rpc = Stage(Service(parts)), FakeRpc()
    provider = stage.alice.sip_providers.add(
        SIPProvider(
            id=uuid4(),
            provider_name="northline",
            provider_username="line",
            provider_password="sw0rdfish",
            provider_server="sip:sip.northline.example",
            register_contact="sip:alice@sip.example.org",
            register_enabled=True,
        )
    )
    yield Stand(parts, rpc, ProviderStates(parts.database, rpc), stage, provider)  # type: ignore[arg-type]
    mirror.forget()


def test_what_the_engine_does_not_have_it_is_told_to_read(stand: Stand) -> None:
    stand.look(None)

    assert stand.rpc.asked == [("uac.reg_refresh", stand.provider.id.hex)]


def test_what_the_engine_has_is_left_alone(stand: Stand) -> None:
    stand.look(REGISTERED)

    assert stand.rpc.asked == []


@pytest.mark.parametrize("changed", [{"auth_password": "old"}, {"r_domain": "old.example"}])
def test_what_has_changed_is_told(stand: Stand, changed: dict[str, Any]) -> None:
    stand.look(REGISTERED, **changed)

    assert stand.rpc.asked == [("uac.reg_refresh", stand.provider.id.hex)]


def test_what_a_commit_has_changed_is_told_once(stand: Stand) -> None:
    stand.states.changed.append(stand.provider.id.hex)

    stand.look(REGISTERED, expires=60)
    stand.look(REGISTERED, expires=60)

    assert stand.rpc.asked == [("uac.reg_refresh", stand.provider.id.hex)]


def test_a_registration_is_noted_with_its_times(stand: Stand) -> None:
    stand.answers(200, sent=-2, answered=-1)

    stand.look(REGISTERED, expires_in=50)

    assert stand.binding is not None
    assert stand.binding.is_registered
    assert stand.binding.last_register_attempt == NOW - timedelta(seconds=2)
    assert stand.binding.last_register_time == NOW - timedelta(seconds=1)
    assert stand.binding.next_registration_time == NOW + timedelta(seconds=50)
    assert stand.failure is None


def test_a_registration_whose_time_is_over_is_none(stand: Stand) -> None:
    stand.answers(200)
    stand.look(REGISTERED)

    stand.look(REGISTERED, after=60, expires_in=-1)

    assert stand.binding is not None
    assert not stand.binding.is_registered


def test_a_refusal_is_told_in_the_providers_words(stand: Stand) -> None:
    stand.answers(403, "No 'business' \x07with you")

    stand.look(IDLE)

    assert stand.failure == "403 No 'business' with you"


def test_a_provider_that_does_not_answer_is_silent(stand: Stand) -> None:
    stand.answers(0, sent=0, answered=None)

    stand.look(WAITING)
    assert stand.failure is None
    stand.look(IDLE, after=6)
    assert stand.failure == SILENT


def test_while_it_is_tried_again_the_last_failure_stays(stand: Stand) -> None:
    stand.answers(503, "Busy")
    stand.look(IDLE)
    stand.answers(503, "Busy", sent=30, answered=0)

    stand.look(WAITING, after=30)

    assert stand.failure == "503 Busy"


def test_a_name_without_an_address_is_told(stand: Stand) -> None:
    stand.look(IDLE)

    assert stand.failure == NOT_RESOLVED


def test_a_name_that_has_lost_its_address_is_told(stand: Stand) -> None:
    stand.answers(200)

    stand.look(IDLE, after=600)

    assert stand.failure == NOT_RESOLVED


def test_a_contact_that_the_provider_changed_is_told(stand: Stand) -> None:
    stand.answers(200)

    stand.look(IDLE, after=1)

    assert stand.failure == REWRITTEN


def test_an_ended_registration_is_told_to_the_provider_before_it_is_forgotten(stand: Stand) -> None:
    stand.answers(200)
    stand.look(REGISTERED)
    stand.stage.alice.sip_providers.update(stand.provider.with_(register_enabled=False))
    id = stand.provider.id.hex

    stand.look(REGISTERED, after=1)
    assert stand.rpc.asked == [("uac.reg_unregister", "l_uuid", id)]
    stand.look(IDLE, after=2)
    stand.look(IDLE, after=5)
    assert stand.rpc.asked[1:] == [("uac.reg_remove", id)]
    assert stand.binding is not None
    stand.look(None, after=6)

    assert stand.binding is None
    assert stand.states.ending == {}


def test_a_refusal_of_the_engine_stops_nothing(stand: Stand) -> None:
    stand.rpc.refuses = True

    stand.look(None)

    assert stand.binding is not None


def test_what_only_the_engine_remembers_is_ended(parts: Parts) -> None:
    rpc = FakeRpc(dump=[{"l_uuid": "c0ffee", "flags": REGISTERED, "timer_expires": 0, "auth_proxy": "sip:gone"}])

    ProviderStates(parts.database, rpc).look(NOW)  # type: ignore[arg-type]

    assert rpc.asked == [("uac.reg_unregister", "l_uuid", "c0ffee")]


def test_what_an_absent_engine_was_not_told_is_told_later(stand: Stand) -> None:
    stand.states.changed.append(stand.provider.id.hex)
    stand.rpc.is_absent = True
    with pytest.raises(EngineAbsent):
        stand.look(REGISTERED)
    stand.rpc.is_absent = False

    stand.look(REGISTERED)

    assert stand.rpc.asked == [("uac.reg_refresh", stand.provider.id.hex)]
