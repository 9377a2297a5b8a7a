"""Failures that many requests meet: said once a minute, with how many lines were left out.

A store that is away fails every request, and every part of it that asks the store, with a traceback each.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PAUSE = 60.0
"""Seconds in which one failure has one line."""
MOST_FAILURES = 20
"""How many are told from each other; all others count as one."""
OTHERS = "others"
LEFT_OUT = "Left out in the last minute: {} lines about the same failure. The first was: {}"

After = Callable[[float, Callable[[], None]], None]
"""Has something done so many seconds later."""


def later(seconds: float, work: Callable[[], None]) -> None:
    """Do it in a thread, unless the process has ended by then."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()


@dataclass
class _Said:
    """A failure that was said within the last minute, and the lines about it that were left out since."""

    line: logging.LogRecord
    left_out: int = 0


class OnceAMinute(logging.Handler):
    """A handler that hands lines on, those about some kinds of failures once a minute each and without traceback."""

    def __init__(
        self, handler: logging.Handler, is_failure: Callable[[BaseException], bool], after: After = later
    ) -> None:
        super().__init__()
        self._handler, self._is_failure, self._after = handler, is_failure, after
        self._said: dict[str, _Said] = {}
        os.register_at_fork(after_in_child=self._said.clear)  # a child has none of the threads that end a minute

    def emit(self, record: logging.LogRecord) -> None:
        about = [error for error in _errors_in(record) if self._is_failure(error)]
        if not about:
            self._handler.handle(record)
            return
        reason = _reason(about[-1])
        line = _in_a_line(record, reason)
        if self._is_first(reason, line):
            self._handler.handle(line)

    def _is_first(self, reason: str, line: logging.LogRecord) -> bool:
        """Return True for the first line about a failure in a minute; any other is counted."""
        key = reason if reason in self._said or len(self._said) < MOST_FAILURES else OTHERS
        if key in self._said:
            self._said[key].left_out += 1
            return False
        self._begin_minute(key, line)
        return True

    def _begin_minute(self, key: str, line: logging.LogRecord) -> None:
        self._said[key] = _Said(line)
        self._after(PAUSE, lambda: self._end_minute(key))

    def _end_minute(self, key: str) -> None:
        """Say what was left out; that is the line of the next minute then."""
        self.acquire()
        try:
            said = self._said.pop(key)
            if said.left_out:
                self._begin_minute(key, said.line)
        finally:
            self.release()
        if said.left_out:
            self._handler.handle(_copy(said.line, LEFT_OUT.format(said.left_out, said.line.getMessage())))


def _in_a_line(record: logging.LogRecord, reason: str) -> logging.LogRecord:
    said = record.getMessage()
    return _copy(record, said if reason in said else f"{said}: {reason}")


def _copy(record: logging.LogRecord, message: str) -> logging.LogRecord:
    """Return a line of the same origin with another message, and nothing behind it."""
    return logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, "%s", (message,), None)


def _errors_in(record: logging.LogRecord) -> Iterator[BaseException]:
    """Yield the errors that a line is about, and what each of them came from."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    found = [record.exc_info[1] if record.exc_info else None, *arguments]
    for error in found:
        while isinstance(error, BaseException):
            yield error
            error = error.__cause__ or error.__context__


def _reason(failure: BaseException) -> str:
    """Return the error's own words in one line, those of the driver where it is a database's."""
    said = str(getattr(failure, "orig", None) or failure).strip()
    return said.splitlines()[0] if said else type(failure).__name__
