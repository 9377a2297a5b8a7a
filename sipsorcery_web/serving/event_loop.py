"""The event loop of the server: waitress's own looks at every connection each time, this one at those that changed."""

import select
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from waitress import wasyncore


class EventLoop:
    """Waits for sockets, however many are idle, and lets waitress's dispatchers deal with what came."""

    def __init__(self) -> None:
        self._selector = DefaultSelector()
        self._watched: dict[int, int] = {}
        self._changed: set[Any] = set()

    def look_again(self, dispatcher: Any) -> None:
        """Ask a dispatcher what it waits for before the next wait. Not for other threads, which pull the trigger."""
        self._changed.add(dispatcher)

    def forget(self, dispatcher: Any) -> None:
        """Wait no more for a dispatcher, whose socket is about to be closed."""
        self._changed.discard(dispatcher)
        self._watch(dispatcher, 0)

    def run_once(self, seconds: float) -> None:
        """Wait at most so long for something, and deal with it."""
        for dispatcher in list(self._changed):
            if not _is_in_other_hands(dispatcher):  # first: what a thread changes after this, it pulls the trigger for
                self._changed.discard(dispatcher)
            self._watch(dispatcher, _events_of(dispatcher))
        for key, events in self._selector.select(seconds):
            if key.data._fileno == key.fd:  # not closed by one that came before it
                self._changed.add(key.data)
                wasyncore.readwrite(key.data, _flags_of(events))

    def close(self) -> None:
        """Give the selector back."""
        self._selector.close()

    def _watch(self, dispatcher: Any, events: int) -> None:
        number = dispatcher._fileno
        before = self._watched.get(number, 0)
        if number is None or events == before:
            return
        if not events:
            self._selector.unregister(number)
            del self._watched[number]
            return
        (self._selector.modify if before else self._selector.register)(number, events, dispatcher)
        self._watched[number] = events


def _events_of(dispatcher: Any) -> int:
    if dispatcher._fileno is None:
        return 0
    reads = EVENT_READ if dispatcher.readable() else 0
    return reads | (EVENT_WRITE if dispatcher.writable() and not dispatcher.accepting else 0)


def _is_in_other_hands(dispatcher: Any) -> bool:
    """Return True for a connection whose request is worked on, and once more after that: its thread has had it."""
    before = getattr(dispatcher, "was_worked_on", False)
    dispatcher.was_worked_on = bool(getattr(dispatcher, "requests", ()))
    return before or dispatcher.was_worked_on


def _flags_of(events: int) -> int:
    return (select.POLLIN if events & EVENT_READ else 0) | (select.POLLOUT if events & EVENT_WRITE else 0)
