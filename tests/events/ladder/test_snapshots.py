"""Events of a call as a text to keep."""

from dataclasses import replace

from sipsorcery_web.events.ladder.snapshots import Snapshot, read, written
from tests.factories.events import SERVICE, refused_call


def test_a_snapshot_is_read_as_it_was_but_for_whose_it_is() -> None:
    kept = read(written(Snapshot(refused_call(), {SERVICE: "This service"})))

    assert kept.events == [replace(event, owners=frozenset()) for event in refused_call()]
    assert (kept.name_of(SERVICE), kept.name_of("203.0.113.41:5060")) == ("This service", "")
