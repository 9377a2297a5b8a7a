"""The ends of the chains, noted outside of the database: what is cut off at an end, or put back, is missed here.

Each commit adds a line to a file in the data directory. Several processes add to it at once; with several machines each
has the file of what it has written itself, and what one lacks another has. A line that a power failure has taken is not
missed, since the entries' seals speak for them.
"""

import fcntl
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sipsorcery_web.private_files import write_private

log = logging.getLogger(__name__)


class Head(NamedTuple):
    """The last entry of a chain that was noted."""

    number: int
    hash: str


@dataclass(frozen=True)
class Heads:
    """The file with the ends of the chains."""

    path: Path

    def note(self, chain: UUID, head: Head) -> None:
        """Add the end of a chain. What fails is logged: the entry is in the database already."""
        try:
            with self._open(fcntl.LOCK_SH) as file:
                os.write(file, _line(chain, head).encode())
        except OSError as error:
            log.warning("The end of an audit chain was not noted in %s: %s", self.path, error)

    def read(self) -> Mapping[UUID, Head]:
        """The end of each chain: the furthest one, or the first of two that are as far and differ.

        Raises OSError; there are none where there is no file.
        """
        return self._read()[0]

    def tidy(self) -> None:
        """Keep one line of each chain, and one that differs from it. Raises OSError."""
        if not self.path.exists():
            return
        with self._open(fcntl.LOCK_EX):  # whoever adds meanwhile waits, and then adds to the new file
            kept = (_line(chain, head) for heads in self._read() for chain, head in heads.items())
            write_private(self.path, "".join(kept))

    def _read(self) -> tuple[dict[UUID, Head], dict[UUID, Head]]:
        with suppress(FileNotFoundError):
            return _ends(self.path.read_text("ascii", "replace"))
        return {}, {}

    @contextmanager
    def _open(self, lock: int) -> Iterator[int]:
        """Yield the file, locked, once it is the one that has the name."""
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, lock)
                if self._is_named(file):
                    yield file
                    return
            finally:
                os.close(file)

    def _is_named(self, file: int) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(file), self.path.stat())
        return False


def _line(chain: UUID, head: Head) -> str:
    return f"{chain} {head.number} {head.hash}\n"


def _ends(text: str) -> tuple[dict[UUID, Head], dict[UUID, Head]]:
    """Return the end of each chain, and the ends that differ: such a chain was cut off, and has grown again."""
    ends: dict[UUID, Head] = {}
    differing: dict[UUID, Head] = {}
    for chain, head in _lines(text):
        known = ends.setdefault(chain, head)
        if head.number == known.number and head != known:
            differing.setdefault(chain, head)
        elif head.number > known.number and chain not in differing:
            ends[chain] = head
    return ends, differing


def _lines(text: str) -> Iterator[tuple[UUID, Head]]:
    for line in text.splitlines():
        with suppress(ValueError):  # one that a power failure has cut off
            chain, number, hash = line.split(" ")
            if len(hash) == 64:
                yield UUID(chain), Head(int(number), hash)
