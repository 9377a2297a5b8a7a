"""Random streams against a model in memory: everybody reads what is theirs, in order, and bob sees no line of alice."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sipsorcery_web.events.event import BEYOND_ALL, Event, NumberedEvent, Stretch
from sipsorcery_web.events.store import NAME, SqliteEvents
from tests.conftest import Clock

from .wire import event

CUSTOMERS = ["alice", "bobby", "carol"]
OWNERS = st.sets(st.sampled_from(CUSTOMERS))
READERS = st.sampled_from([None, *CUSTOMERS])
CALL_IDS = st.sampled_from(["", "a", "b", "c"])
STREAMS = st.lists(st.tuples(OWNERS, CALL_IDS, st.integers(0, 2)), min_size=1, max_size=8)


@dataclass
class Model:
    """All events that were ever added, and when."""

    events: list[Event] = field(default_factory=list)

    def of(self, owner: str | None, clock: Clock) -> list[Event]:
        """The events that an owner reads now."""
        return [
            each
            for each in self.events
            if (owner is None or owner in each.owners) and (clock.now - each.time).total_seconds() <= 86_400
        ]


class EventsMachine(RuleBasedStateMachine):
    """The store, and the model beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = Clock()
        self.model = Model()
        self.newest = 0
        self.open()

    @rule()
    def open(self) -> None:
        """Go on in another process."""
        self.events = SqliteEvents(Path(self.folder.name) / NAME, self.clock, patience=60)

    @rule(stream=STREAMS)
    def add(self, stream: list[tuple[set[str], str, int]]) -> None:
        first = len(self.model.events)
        added = [
            event(f"{number} {kind} of {' and '.join(sorted(owners))}", *owners, call_id=call_id, time=self.clock.now)
            for number, (owners, call_id, kind) in enumerate(stream, first)
        ]
        self.events.add(added)
        self.model.events += added

    @rule(hours=st.integers(1, 13))
    def time_passes(self, hours: int) -> None:
        self.clock.pass_(hours=hours)

    @rule(owner=READERS, kind=st.integers(0, 2), at_most=st.integers(1, 5), look_at=st.integers(1, 9))
    def read_on(self, owner: str | None, kind: int, at_most: int, look_at: int) -> None:
        def wanted(each: Event) -> bool:
            return f" {kind} of" in each.text

        expected = [each for each in self.model.of(owner, self.clock) if wanted(each)]
        found: list[NumberedEvent] = []
        number, piece = 0, Stretch(is_all=False)
        while not piece.is_all:
            piece = self.events.after(number, wanted, owner, at_most, look_at)
            assert len(piece.events) <= at_most
            assert piece.looked_at <= look_at
            found += piece.events
            number = piece.end.number if piece.end else number
        assert [each.event for each in found] == expected
        last = self.events.before(BEYOND_ALL, wanted, owner, at_most)
        assert [each.event for each in last.events] == expected[-at_most:]

    @rule(owner=READERS, call_ids=st.sets(CALL_IDS))
    def look_at_calls(self, owner: str | None, call_ids: set[str]) -> None:
        expected = [each for each in self.model.of(owner, self.clock) if each.call_id and each.call_id in call_ids]

        assert [each.event for each in self.events.of_calls(call_ids, owner)] == expected

    @invariant()
    def bob_sees_no_line_of_alice(self) -> None:
        found = self.events.after(0, lambda _event: True, "bobby", 1000).events

        assert all("bobby" in each.event.owners for each in found)

    @invariant()
    def numbers_do_not_go_back(self) -> None:
        before, self.newest = self.newest, self.events.newest()

        assert self.newest >= before

    def teardown(self) -> None:
        self.folder.cleanup()


EventsMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestEvents = EventsMachine.TestCase
