"""Messages as alice's program gets them, and what becomes of those that it does not take."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from sipsorcery_web.jobs.queue import KEEPS_TRYING, LEASE
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind
from sipsorcery_web.webhooks.delivery import FAILS_FOR
from sipsorcery_web.webhooks.distribution import JOB_IS_LOST_AFTER, KEPT, QUEUED_AT_MOST, WAITING_AT_MOST
from sipsorcery_web.webhooks.keeping import IS_FAILING_AFTER, OLD_SECRET_SIGNS_FOR
from sipsorcery_web.webhooks.models import MessageState, WebhookRow
from tests.conftest import Clock
from tests.factories.records import sip_account, sip_provider

from .conftest import ALL_KINDS, PostRoom
from .receiver import Posted, Receiver, at_work


def verified(secret: str, posted: Posted, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The contents of a message, once the library of Standard Webhooks has verified it at the room's time."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return clock.now

    monkeypatch.setattr("standardwebhooks.webhooks.datetime", Now)
    return Verifier(secret).verify(posted.body, dict(posted.headers))


@pytest.fixture
def another() -> Iterator[Receiver]:
    with at_work(Receiver()) as another:
        yield another


def test_a_change_is_told_with_the_record_and_a_signature_that_others_verify(
    room: PostRoom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = room.add(receiver)
    account = room.customers.alice.sip_accounts.add(sip_account("front-desk", sip_password="t0p.Secret"))

    assert room.deliver() == 1

    (posted,) = receiver.posted
    told = verified(secret, posted, room.clock, monkeypatch)
    assert (told["type"], told["timestamp"]) == ("record.changed", "2026-11-23T12:00:00Z")
    data = told["data"]
    assert (data["resource"], data["change"], data["fields"], data["actor"]) == ("sip-accounts", "added", [], "alice")
    assert (data["record"]["id"], data["record"]["sip_username"]) == (str(account.id), "front-desk")
    assert posted.headers["Content-Type"] == "application/json"
    assert b"t0p.Secret" not in posted.body
    assert "sip_password" not in data["record"]


def test_a_message_that_somebody_else_signed_or_altered_is_seen_to_be(
    room: PostRoom, receiver: Receiver, another: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = room.add(receiver)
    _, others = room.add(another, "bobby")
    room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.deliver()
    (posted,) = receiver.posted

    with pytest.raises(WebhookVerificationError):
        verified(others, posted, room.clock, monkeypatch)
    altered = Posted(posted.path, posted.headers, posted.body.replace(b"added", b"other"))
    with pytest.raises(WebhookVerificationError):
        verified(secret, altered, room.clock, monkeypatch)


def test_a_changed_record_names_its_fields_and_a_deleted_one_is_told_as_it_was(
    room: PostRoom, receiver: Receiver
) -> None:
    room.add(receiver)
    provider = room.customers.alice.sip_providers.add(sip_provider(provider_password="bl4ckbird!"))
    room.clock.pass_(seconds=1)
    changed = room.customers.alice.sip_providers.update(provider.with_(provider_name="southline"))
    room.clock.pass_(seconds=1)
    room.customers.alice.sip_providers.delete(changed)

    room.deliver()

    told = [json.loads(each.body)["data"] for each in receiver.posted]
    assert [(data["change"], data["fields"]) for data in told] == [
        ("added", []),
        ("changed", ["provider_name"]),
        ("deleted", []),
    ]
    assert [data["record"]["provider_name"] for data in told[1:]] == ["southline", "southline"]
    assert b"bl4ckbird!" not in b"".join(each.body for each in receiver.posted)


def test_nobody_is_told_of_others_and_of_what_was_not_asked_for(
    room: PostRoom, receiver: Receiver, another: Receiver
) -> None:
    room.add(receiver)
    room.add(another, "bobby")
    room.add(receiver, kinds=[DomainEventKind.CALL_ENDED])

    room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.deliver()

    assert len(receiver.posted) == 1
    assert another.posted == []


def test_what_an_administrator_changes_is_told_to_its_owner(room: PostRoom, receiver: Receiver) -> None:
    room.add(receiver)
    account = room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.clock.pass_(seconds=1)
    room.customers.administrator.sip_accounts.update(account.with_(is_admin_disabled=True))

    room.deliver()

    told = json.loads(receiver.posted[-1].body)["data"]
    assert (told["actor"], told["change"], told["record"]["owner"]) == ("root-admin", "changed", "alice")


def test_a_change_that_is_refused_is_not_told(room: PostRoom, receiver: Receiver) -> None:
    room.add(receiver)

    with pytest.raises(Exception, match="least 5"):
        room.customers.alice.sip_accounts.add(sip_account("abc"))

    assert room.deliver() == 0


def test_what_is_not_taken_is_tried_for_a_day_at_growing_distances(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status = 500
    room.customers.alice.sip_accounts.add(sip_account("reception"))
    began, moments = room.clock.now, []

    while room.clock.now - began < KEEPS_TRYING + timedelta(hours=2):
        if room.deliver():
            moments.append(room.clock.now - began)
        room.clock.pass_(seconds=30)

    gaps = [later - sooner for sooner, later in pairwise(moments)]
    assert gaps[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(gaps) == timedelta(hours=1)
    assert KEEPS_TRYING - timedelta(hours=1) <= moments[-1] <= KEEPS_TRYING
    assert len(set(receiver.ids)) == 1
    (message,) = room.messages(hook)
    assert (message.state, message.attempts, message.status) == (MessageState.FAILED, len(moments), 500)
    assert room.hook(hook.id).is_failing(room.clock.now)


def test_a_message_that_is_taken_late_ends_the_failing(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status = 503
    room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.deliver()
    room.clock.now += IS_FAILING_AFTER - timedelta(hours=2)
    room.deliver()

    receiver.status = 200
    room.clock.now += timedelta(hours=1)
    room.deliver()

    assert room.messages(hook)[0].state is MessageState.DELIVERED
    assert room.hook(hook.id).failing_since is None


def test_a_webhook_that_fails_for_days_is_switched_off_and_no_longer_asked(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status = 500
    for _ in range(FAILS_FOR.days + 1):
        room.keeping.test("alice", hook.id)
        room.deliver()
        room.clock.pass_(days=1)
    room.deliver()
    asked = len(receiver.posted)

    with room.context.database.write() as session:
        told = DomainEvent(DomainEventKind.RECORD_CHANGED, "alice", room.clock.now, sip_account("reception"))
        room.context.outbox.put(session, told)

    assert not room.hook(hook.id).is_on
    assert room.deliver() == 0
    assert len(receiver.posted) == asked
    assert {message.state for message in room.messages(hook)} == {MessageState.FAILED}


def test_to_a_suspended_customer_nothing_is_posted_until_they_are_let_in_again(
    room: PostRoom, receiver: Receiver
) -> None:
    hook, _ = room.add(receiver)
    operators = Operators(room.context)
    receiver.status = 500
    alice = room.customers.alice
    account = alice.sip_accounts.add(sip_account("front-desk"))
    room.deliver()
    alice.sip_accounts.update(account.with_(is_incoming_only=True))

    operators.suspend("alice", "unpaid")
    receiver.status = 204
    room.customers.administrator.sip_accounts.update(account.with_(is_user_disabled=True))
    room.clock.now += timedelta(minutes=30)
    room.deliver()
    assert len(receiver.posted) == 1
    assert [message.state for message in room.messages(hook)] == [MessageState.FAILED] * 2
    with room.context.database.read() as session:
        assert not room.context.outbox.listeners(session, ALL_KINDS)

    operators.resume("alice")
    room.customers.administrator.sip_accounts.update(account.with_(is_user_disabled=False))
    room.deliver()
    assert len(receiver.posted) == 2


def test_an_address_that_is_gone_is_switched_off_at_once(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status = 410
    room.customers.alice.sip_accounts.add(sip_account("reception"))

    room.deliver()

    assert not room.hook(hook.id).is_on


def test_no_redirect_is_followed(room: PostRoom, receiver: Receiver, another: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status, receiver.headers = 307, {"Location": another.url}
    room.customers.alice.sip_accounts.add(sip_account("reception"))

    room.deliver()

    assert another.posted == []
    assert (room.messages(hook)[0].state, room.messages(hook)[0].status) == (MessageState.QUEUED, 307)


def test_of_an_answer_the_beginning_is_kept(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status, receiver.answer = 400, b"<script>" + b"x" * 100_000

    room.keeping.test("alice", hook.id)
    room.deliver()

    (message,) = room.messages(hook)
    assert message.answer == "<script>" + "x" * 492
    assert message.milliseconds is not None


def test_a_message_is_sent_again_under_its_id_and_once_for_each_time_that_it_is_asked_for(
    room: PostRoom, receiver: Receiver
) -> None:
    hook, _ = room.add(receiver)
    room.keeping.test("alice", hook.id)
    room.deliver()
    (message,) = room.messages(hook)

    room.clock.pass_(hours=3)
    room.keeping.replay("alice", hook.id, message.id)
    room.keeping.replay("alice", hook.id, message.id)
    assert room.deliver() == 1

    assert receiver.ids == [f"msg_{message.id.hex}"] * 2
    assert receiver.posted[0].body == receiver.posted[1].body
    moments = [int(each.headers["webhook-timestamp"]) for each in receiver.posted]
    assert moments[1] - moments[0] == 3 * 3600


def test_after_a_rotation_both_secrets_sign_for_a_day(
    room: PostRoom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, old = room.add(receiver)
    new = room.keeping.rotate("alice", hook.id)

    room.keeping.test("alice", hook.id)
    room.deliver()
    for secret in (old, new):
        verified(secret, receiver.posted[0], room.clock, monkeypatch)

    room.clock.now += OLD_SECRET_SIGNS_FOR
    room.keeping.test("alice", hook.id)
    room.deliver()
    verified(new, receiver.posted[1], room.clock, monkeypatch)
    with pytest.raises(WebhookVerificationError):
        verified(old, receiver.posted[1], room.clock, monkeypatch)


def test_what_waits_survives_the_process_that_was_to_post_it(room: PostRoom, receiver: Receiver) -> None:
    room.add(receiver)
    room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.distribution.distribute()
    room.queue.take(["webhook"])  # and is killed

    room.clock.now += LEASE

    assert room.deliver() == 1
    assert len(receiver.posted) == 1


def test_a_message_whose_job_is_lost_is_handed_over_again(room: PostRoom, receiver: Receiver) -> None:
    room.add(receiver)
    room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.distribution.distribute()
    room.queue.give_up(room.queue.take(["webhook"])[0])
    assert room.deliver() == 0

    room.clock.now += JOB_IS_LOST_AFTER + timedelta(seconds=1)

    assert room.deliver() == 1
    assert len(receiver.posted) == 1


def test_a_dead_address_has_few_messages_in_the_queue_and_others_do_not_wait_for_it(
    room: PostRoom, receiver: Receiver, another: Receiver
) -> None:
    hook, _ = room.add(receiver)
    room.add(another, "bobby")
    receiver.status = 500
    for _ in range(3 * QUEUED_AT_MOST):
        room.keeping.test("alice", hook.id)
    room.deliver()
    room.deliver()
    assert room.queue.waiting("webhook") == QUEUED_AT_MOST

    room.customers.bob.sip_accounts.add(sip_account("reception"))
    room.deliver()

    assert len(another.posted) == 1


def test_one_message_of_a_customer_is_under_way_at_a_time(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    others, _ = room.add(receiver, "bobby")
    for _ in range(3):
        room.keeping.test("alice", hook.id)
    room.keeping.test("bobby", others.id)
    room.distribution.distribute()

    taken = [job.owner for _ in range(4) for job in room.queue.take(["webhook"])]

    assert sorted(taken) == ["alice", "bobby"]


def test_all_that_waited_is_told_once_the_address_is_back(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    receiver.status = 500
    for _ in range(3 * QUEUED_AT_MOST):
        room.keeping.test("alice", hook.id)
    room.deliver()

    receiver.status, receiver.posted = 200, []
    for _ in range(10):
        room.clock.pass_(minutes=30)
        room.deliver()

    assert len(set(receiver.ids)) == 3 * QUEUED_AT_MOST


def test_what_there_is_no_room_for_is_counted_and_what_is_over_is_forgotten(
    room: PostRoom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sipsorcery_web.webhooks import distribution

    assert (WAITING_AT_MOST, KEPT) == (1_000, 100)
    monkeypatch.setattr(distribution, "WAITING_AT_MOST", 5)
    monkeypatch.setattr(distribution, "KEPT", 2)
    hook, _ = room.add(receiver)
    for _ in range(7):
        room.keeping.test("alice", hook.id)
        room.clock.pass_(seconds=1)

    room.deliver()
    assert room.hook(hook.id).lost == 2
    assert len(receiver.posted) == 5
    room.keeping.test("alice", hook.id)
    room.deliver()

    assert len(room.messages(hook)) == 3


def test_with_a_deleted_webhook_or_customer_go_its_messages(room: PostRoom, receiver: Receiver) -> None:
    hook, _ = room.add(receiver)
    room.add(receiver, "bobby")
    room.customers.alice.sip_accounts.add(sip_account("reception"))
    room.customers.bob.sip_accounts.add(sip_account("bobbys"))
    room.distribution.distribute()

    room.keeping.delete("alice", hook.id)
    room.customers.bob.delete_customer("bobby")
    room.deliver()

    assert receiver.posted == []


def test_the_secret_stands_sealed_in_the_store(room: PostRoom, receiver: Receiver) -> None:
    _, secret = room.add(receiver)

    with room.context.database.write() as session:
        session.execute(update(WebhookRow).values(lost=0))
        row = session.query(WebhookRow).one()

    assert secret.startswith("whsec_")
    assert secret not in row.sealed_secret
