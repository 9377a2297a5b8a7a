"""The differences between two texts, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from .lines import lines_of

AROUND = 3
"""The unchanged lines that are shown around a change."""
MOST_COMPARED = 4_000_000
"""Pairs of lines; beyond, what lies between the common beginning and end counts as wholly replaced."""

Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Line:
    """A line and its number, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class DiffRow:
    """Lines that stand beside each other; None where the other side has no such line. `skipped` lines are left out."""

    old: Line | None = None
    new: Line | None = None
    is_same: bool = False
    skipped: int = 0


def counts(old: str, new: str) -> tuple[int, int]:
    """Return how many lines were added and removed."""
    changes = [each for each in _opcodes(lines_of(old), lines_of(new)) if each[0] != "equal"]
    return sum(end - start for *_, start, end in changes), sum(end - start for _, start, end, *_ in changes)


def rows(old: str, new: str) -> list[DiffRow]:
    """Return both texts beside each other, without what is far from every change."""
    before, after = lines_of(old), lines_of(new)
    opcodes = _opcodes(before, after)
    last = len(opcodes) - 1
    shown: list[DiffRow] = []
    for place, (tag, start, end, new_start, new_end) in enumerate(opcodes):
        pairs = zip_longest(_numbered(before, start, end), _numbered(after, new_start, new_end))
        together = [DiffRow(left, right, tag == "equal") for left, right in pairs]
        shown += _near_changes(together, place == 0, place == last) if tag == "equal" else together
    return shown


def _near_changes(same: Sequence[DiffRow], is_first: bool, is_last: bool) -> Sequence[DiffRow]:
    head, tail = 0 if is_first else AROUND, 0 if is_last else AROUND
    left_out = len(same) - head - tail
    if left_out <= 1:
        return same
    return [*same[:head], DiffRow(skipped=left_out), *same[len(same) - tail :]]


def _numbered(lines: Sequence[str], start: int, end: int) -> Iterator[Line]:
    return (Line(number, lines[number - 1]) for number in range(start + 1, end + 1))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[Opcode]:
    """Return the opcodes of difflib, but in bounded time."""
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    most = shorter - head
    tail = next((place for place in range(most) if old[-1 - place] != new[-1 - place]), most)
    old_end, new_end = len(old) - tail, len(new) - tail
    found: list[Opcode] = [("equal", 0, head, 0, head)]
    if (old_end - head) * (new_end - head) > MOST_COMPARED:
        found.append(("replace", head, old_end, head, new_end))
    else:
        matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=True)
        found += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matcher.get_opcodes()]
    found.append(("equal", old_end, len(old), new_end, len(new)))
    return [each for each in found if each[1] != each[2] or each[3] != each[4]]
