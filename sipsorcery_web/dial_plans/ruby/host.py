"""The questions of an instance of Ruby to the one who runs it."""

from typing import Any, Protocol


class Stopped(BaseException):
    """The script ends here, and nothing of it runs any more; the message is a sentence for its log."""


class Host(Protocol):
    """The host of one instance. Each method may raise Stopped, or another exception, to end the script.

    What is raised passes by the script: no rescue, ensure or at_exit of it runs.
    """

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Answer a call of the prelude."""

    def printed(self, text: str) -> None:
        """Take what the script wrote to standard output or error."""

    def clock(self) -> int:
        """Nanoseconds since the epoch."""

    def monotonic(self) -> int:
        """Nanoseconds of a clock that only goes forward."""

    def random(self, count: int) -> bytes:
        """Return that many random bytes."""

    def sleep(self, seconds: float) -> None:
        """Wait, or end the script and go on later."""

    def tick(self) -> int:
        """Look at the limits while the script computes; in how many ticks to look again."""
