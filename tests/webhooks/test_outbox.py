"""Random streams of events against a model in memory: nothing is lost, and nothing goes astray."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from sipsorcery_web.service.store.domain_events import DomainEvent, DomainEventKind
from sipsorcery_web.webhooks.models import MessageState, WebhookMessageRow, WebhookRow
from tests.factories.records import sip_account
from tests.service.conftest import at_once
from tests.statements import counted_statements

from .conftest import PostRoom
from .receiver import Receiver

OWNERS = ("alice", "bobby")
KINDS = (DomainEventKind.CALL_STARTED, DomainEventKind.CALL_ENDED, DomainEventKind.RECORD_CHANGED)
MOST_STEPS = 40

_owners = st.sampled_from(OWNERS)
_kinds = st.sampled_from(KINDS)
STEPS = st.one_of(
    st.tuples(st.just("add"), _owners, st.sets(_kinds, min_size=1)),
    st.tuples(st.just("happen"), _owners, _kinds, st.integers(0, 5)),
    st.tuples(st.just("roll back"), _owners, _kinds),
    st.tuples(st.just("switch"), _owners, st.booleans()),
    st.tuples(st.just("delete"), _owners),
    st.tuples(st.just("deliver"), st.sampled_from([200, 500])),
    st.tuples(
        st.just("be killed"),
    ),
    st.tuples(st.just("wait"), st.integers(1, 90)),
)


@dataclass
class Model:
    """The messages that each webhook is owed: the owner's events of its kinds since it was made, those with a key once."""

    kinds: dict[UUID, tuple[str, frozenset[str]]] = field(default_factory=dict)
    owed: dict[UUID, Counter[str]] = field(default_factory=dict)
    told: set[tuple[UUID, str, int]] = field(default_factory=set)

    def happen(self, owner: str, kind: str, key: int) -> None:
        for id, (whose, kinds) in self.kinds.items():
            if whose == owner and kind in kinds and not (key and (id, kind, key) in self.told):
                self.owed[id][kind] += 1
                self.told.add((id, kind, key))


def told_of(room: PostRoom) -> dict[UUID, Counter[str]]:
    """The messages that the outbox has for each webhook, whatever became of them."""
    with room.context.database.read() as session:
        found: dict[UUID, Counter[str]] = {id: Counter() for id in session.scalars(select(WebhookRow.id))}
        for row in session.scalars(select(WebhookMessageRow)):
            found[row.webhook_id][row.kind] += 1
    return found


@dataclass
class Play:
    """A stream of events over a room, beside the model of it."""

    room: PostRoom
    receiver: Receiver
    model: Model = field(default_factory=Model)
    off: set[UUID] = field(default_factory=set)

    def do(self, step: tuple[Any, ...]) -> None:
        verb, *more = step
        getattr(self, f"do_{verb.replace(' ', '_')}")(*more)

    def do_add(self, owner: str, kinds: set[str]) -> None:
        if len(self.room.keeping.of_owner(owner)) < 4:
            hook, _ = self.room.keeping.add(owner, self.receiver.url, kinds)
            self.model.kinds[hook.id], self.model.owed[hook.id] = (owner, frozenset(kinds)), Counter()

    def do_happen(self, owner: str, kind: DomainEventKind, key: int) -> None:
        self.put(owner, kind, key)
        self.model.happen(owner, kind, key)

    def do_roll_back(self, owner: str, kind: DomainEventKind) -> None:
        with suppress(ZeroDivisionError):
            self.put(owner, kind, 0, ends_well=False)

    def put(self, owner: str, kind: DomainEventKind, key: int, ends_well: bool = True) -> None:
        record = sip_account("reception", owner=owner)
        with self.room.context.database.write() as session:
            told = DomainEvent(kind, owner, self.room.clock.now, record, key=str(key or ""))
            self.room.context.outbox.put(session, told)
            assert ends_well or 1 / 0

    def do_switch(self, owner: str, is_on: bool) -> None:
        for hook in self.room.keeping.of_owner(owner)[:1]:
            self.room.keeping.change(owner, hook.id, hook.url, hook.kinds, is_on)
            (self.off.discard if is_on else self.off.add)(hook.id)
            self.model.kinds[hook.id] = (owner if is_on else "", frozenset(hook.kinds))

    def do_delete(self, owner: str) -> None:
        for hook in self.room.keeping.of_owner(owner)[-1:]:
            self.room.keeping.delete(owner, hook.id)
            del self.model.kinds[hook.id], self.model.owed[hook.id]

    def do_deliver(self, status: int) -> None:
        self.receiver.status = status
        self.room.deliver()

    def do_be_killed(self) -> None:
        self.room.distribution.distribute()
        self.room.queue.take(["webhook"])

    def do_wait(self, minutes: int) -> None:
        self.room.clock.now += timedelta(minutes=minutes)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=MOST_STEPS))
def test_each_webhook_gets_what_it_is_owed_and_nothing_else(
    room: PostRoom, receiver: Receiver, steps: list[tuple[Any, ...]]
) -> None:
    for owner in OWNERS:
        room.customers.someone(owner)
    with room.context.database.write() as session:
        session.execute(delete(WebhookRow))
    play = Play(room, receiver)

    for step in steps:
        play.do(step)

    assert told_of(room) == play.model.owed


def test_where_nobody_listens_a_change_asks_one_statement_more(room: PostRoom) -> None:
    alice = room.customers.alice
    with counted_statements() as statements:
        alice.sip_accounts.add(sip_account("reception"))

    assert len([each for each in statements if "webhook" in each.lower()]) == 1


def test_changes_made_at_once_with_deliveries_are_all_told_once(busy_room: PostRoom, receiver: Receiver) -> None:
    room = busy_room
    hook, _ = room.add(receiver)
    alice = room.customers.alice

    def change(number: int) -> None:
        alice.sip_accounts.add(sip_account(f"desk-{number}", id=uuid4()))

    def deliver() -> None:
        for _ in range(5):
            room.deliver()

    errors = at_once(*(partial(change, number) for number in range(6)), deliver, deliver)
    room.deliver()

    assert errors == []
    assert len(receiver.ids) == len(set(receiver.ids)) == 6
    assert {message.state for message in room.messages(hook)} == {MessageState.DELIVERED}
