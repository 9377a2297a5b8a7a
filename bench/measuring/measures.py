"""Measurements, and the median of those of several rounds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median


@dataclass(frozen=True)
class Measure:
    """The figures of one round: requests a second, milliseconds, and processor time in milliseconds a request."""

    per_second: float
    p50: float
    p95: float
    p99: float
    cpu_ms: float = 0.0
    errors: int = 0
    first_error: str = ""
    bytes_each: float = 0.0


@dataclass(frozen=True)
class Key:
    """The place of a measurement: a case, of whom, with what in the store, and how many connections."""

    case: str
    peer: str
    store: str = ""
    connections: int = 0


@dataclass
class Measures:
    """All measurements of a run, and the single numbers that are no answers to requests."""

    rounds: dict[Key, list[Measure]] = field(default_factory=dict)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """What could not be measured, and why."""
    versions: dict[str, str] = field(default_factory=dict)
    """The versions of who was measured."""

    def add(self, key: Key, measure: Measure) -> None:
        """Note one round."""
        self.rounds.setdefault(key, []).append(measure)

    def note(self, name: str, number: float) -> None:
        """Note a number of one round."""
        self.numbers.setdefault(name, []).append(number)

    def of(self, case: str, peer: str, store: str = "", connections: int = 4) -> Measure | None:
        """Return the median of the rounds; None where it was not measured."""
        rounds = self.rounds.get(Key(case, peer, store, connections))
        return middle(rounds) if rounds else None

    def number(self, name: str) -> float | None:
        """Return the median of a number; None where it was not measured."""
        found = self.numbers.get(name)
        return median(found) if found else None

    def medians(self) -> Iterator[tuple[Key, Measure]]:
        """Return all that was measured, in the order in which it was."""
        return ((key, middle(rounds)) for key, rounds in self.rounds.items())


def middle(rounds: Sequence[Measure]) -> Measure:
    """Return the median of each figure; errors of all rounds count."""
    names = [name for name in asdict(rounds[0]) if name not in ("errors", "first_error")]
    figures = {name: median(getattr(each, name) for each in rounds) for name in names}
    first = next((each.first_error for each in rounds if each.first_error), "")
    return Measure(**figures, errors=sum(each.errors for each in rounds), first_error=first)


def percentiles(milliseconds: Iterable[float]) -> tuple[float, float, float]:
    """Return the times within which 50, 95 and 99 of a hundred were answered."""
    ordered = sorted(milliseconds)
    last = len(ordered) - 1
    p50, p95, p99 = (ordered[min(int(len(ordered) * share), last)] for share in (0.5, 0.95, 0.99))
    return p50, p95, p99
