"""The port through which any part of the application tells what has happened."""

from typing import Protocol

from .event import Event


class EventSink(Protocol):
    """A taker of events. What it cannot keep is lost: to tell of an action never fails the action."""

    def note(self, *events: Event) -> None:
        """Keep events, and return soon."""

    def forget(self, owner: str) -> None:
        """Have events belong no more to a customer who is deleted: another one may take the name."""


class NoEvents:
    """A sink where there is no console, which keeps nothing."""

    def note(self, *events: Event) -> None:
        """Do nothing."""

    def forget(self, owner: str) -> None:
        """Do nothing."""
