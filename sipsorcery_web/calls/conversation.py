"""The conversation with the engine about one call: what is said when it waits, and said again if lost."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .messages import Channel, Command, Ring

Make = Callable[[str], Command]
"""Makes a command for a transaction."""


@dataclass
class Conversation:
    """A call's transactions, one after the other; of each the engine takes one command, and then asks again."""

    channel: Channel
    transaction: str
    """The one that waits, or waited last, for a command."""
    is_waited_for: bool = True
    _to_say: deque[Make] = field(default_factory=deque)
    _said: Make | None = None
    """What the engine has not confirmed by its next question."""
    _was_provisional: bool = False

    def say(self, make: Make) -> None:
        """Send a command, now or when the engine waits for it."""
        self._to_say.append(make)
        self._say_next()

    def has_said(self, make: Make) -> None:
        """Note what another process has said, or was about to say."""
        self._said, self.is_waited_for = make, False

    def is_asked_again(self, transaction: str) -> None:
        """Say again what has not reached the engine, if anything was said."""
        self.transaction, self.is_waited_for = transaction, True
        if self._said is not None:
            self._to_say.appendleft(self._said)
        self._say_next()

    def is_rung(self, transaction: str) -> None:
        """Go on behind a provisional answer."""
        if self._was_provisional:
            self.goes_on(transaction)
        else:
            self.is_asked_again(transaction)

    def goes_on(self, transaction: str) -> None:
        """Note that the last command was carried out, and that the engine waits for the next one."""
        self.transaction, self.is_waited_for, self._said, self._was_provisional = transaction, True, None, False
        self._say_next()

    def forget(self) -> None:
        """Say nothing more: nobody is there to hear it."""
        self._to_say.clear()

    def _say_next(self) -> None:
        if not self.is_waited_for or not self._to_say:
            return
        make = self._to_say.popleft()
        command = make(self.transaction)
        self._said, self._was_provisional, self.is_waited_for = make, isinstance(command, Ring), False
        self.channel.send(command)
