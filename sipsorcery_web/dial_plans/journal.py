"""The answers that an execution was told, in order: run again from its beginning, a plan hears the same and goes on."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST_ENTRIES = 2_000
MOST_BYTES = 1 << 20


class Diverged(Exception):
    """The plan asked something else than before: its recorded answers belong to another text or version."""


class JournalFull(Exception):
    """The plan has asked more than an execution may."""


class Suspended(Exception):
    """The plan waits for an answer that may take long; it is run again when the answer is recorded."""


PENDING: dict[str, bool] = {"is_pending": True}
"""Stands in the journal for the answer that an execution waits for."""


LONGEST_SHOWN = 200
"""Characters of an argument that are kept to be shown."""


@dataclass(frozen=True)
class Entry:
    """One answer. `digest` is of the question's arguments, `shown` the arguments as far as people are told of them."""

    question: str
    digest: str
    answer: Any
    shown: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, question: str, arguments: list[Any], answer: Any) -> "Entry":
        """An answer to a question."""
        shown = [each[:LONGEST_SHOWN] if isinstance(each, str) else each for each in arguments]
        return cls(question, digest_of(arguments), answer, shown)


@dataclass
class Journal:
    """Recorded answers, and how many of them this run has read."""

    entries: list[Entry] = field(default_factory=list)
    position: int = 0

    def ask(self, question: str, arguments: list[Any], answer: Callable[[], Any]) -> Any:
        """The recorded answer, or `answer()` where there is none yet. Raises Diverged and JournalFull."""
        if self.position < len(self.entries):
            entry = self.entries[self.position]
            if (entry.question, entry.digest) != (question, digest_of(arguments)):
                raise Diverged(f"asked {question} where it had asked {entry.question}")
        else:
            if len(self.entries) >= MOST_ENTRIES:
                raise JournalFull
            entry = Entry.of(question, arguments, answer())
            self.entries.append(entry)
        self.position += 1
        return entry.answer

    def wait(self, question: str, arguments: list[Any]) -> Any:
        """The recorded answer. Raises Suspended where there is none yet, and notes that it is waited for."""
        found = self.ask(question, arguments, lambda: PENDING)
        if found == PENDING:
            raise Suspended
        return found


def digest_of(arguments: list[Any]) -> str:
    """A short name for the arguments of a question."""
    text = json.dumps(arguments, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
