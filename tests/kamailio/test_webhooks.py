"""Real calls and registrations, through real Kamailio, as alice's program is posted them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.service.store.domain_events import DomainEventKind
from sipsorcery_web.serving.companions import run_webhooks, start_call_control
from sipsorcery_web.webhooks.keeping import WebhookKeeping
from sipsorcery_web.webhooks.models import WatchedRegistrationsRow
from tests.factories import DOMAIN
from tests.webhooks.receiver import Receiver, at_work

from .harness import KamailioHarness, eventually
from .user_agent import UserAgent

MakeAgent = Callable[..., UserAgent]


@pytest.fixture
def program(harness: KamailioHarness) -> Iterator[Receiver]:
    """A program of alice's that is told of everything."""
    harness.client("alice")
    kept: WebhookKeeping = parts_of(harness.app)[WebhookKeeping]
    with at_work(Receiver()) as receiver:
        hook, _ = kept.add("alice", receiver.url, list(DomainEventKind))
        (companion,) = run_webhooks(harness.app)
        end = companion.start()
        end_calls = start_call_control(harness.app)
        eventually(lambda: is_watched(harness))
        yield receiver
        end_calls()
        end()
        kept.delete("alice", hook.id)


def is_watched(harness: KamailioHarness) -> bool:
    """Return whether it is known which phones of alice's were registered before."""
    with harness.kamailio.database.read() as session:
        return session.get(WatchedRegistrationsRow, "alice") is not None


def told(program: Receiver, kind: str) -> list[dict[str, Any]]:
    """The data that the program was posted of a kind."""
    bodies = [json.loads(each.body) for each in program.posted]
    return [body["data"] for body in bodies if body["type"] == kind]


def test_a_phone_that_comes_and_goes_is_told(harness: KamailioHarness, agent: MakeAgent, program: Receiver) -> None:
    phone = agent("alice", "hooked-phone")
    phone.registers()
    (gained,) = eventually(lambda: told(program, "registration.gained"))

    phone.registers(expires=0)
    (lost,) = eventually(lambda: told(program, "registration.lost"))

    assert gained["sip_account_name"] == f"hooked-phone@{DOMAIN}"
    assert gained == lost


def test_a_call_is_told_when_it_rings_is_answered_and_is_over(
    harness: KamailioHarness, agent: MakeAgent, program: Receiver
) -> None:
    hers, his = agent("alice", "hers-hooked"), agent("bobby", "his-hooked")
    his.registers()

    hers.starts_a_call(f"his-hooked@{DOMAIN}")
    invite = his.hears("INVITE")
    his.replies(invite, 180)
    (started,) = eventually(lambda: told(program, "call.started"))
    assert told(program, "call.answered") == []

    his.answers(invite)
    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    (answered,) = eventually(lambda: told(program, "call.answered"))

    leg.says("BYE")
    his.replies(his.hears("BYE"), 200)
    (ended,) = eventually(lambda: told(program, "call.ended"))

    assert started["call_id"] == answered["call_id"] == ended["call_id"]
    assert (started["owner"], started["direction"]) == ("alice", "Out")
    assert ended["answered_status"] == 200
    assert len(told(program, "call.started")) == 1
