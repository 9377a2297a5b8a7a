"""The log of one execution, with its limits."""

from dataclasses import dataclass, field

from .sip_text import one_line

MOST_LINES = 1_000
MOST_BYTES = 64 * 1024


@dataclass
class LogLines:
    """Lines for the owner's console: at most 1,000 and 64 kB in all, then one that says so."""

    lines: list[str] = field(default_factory=list)
    _bytes: int = 0
    _is_full: bool = False

    def add(self, text: str) -> None:
        """Write down a text, as one line for each of its lines."""
        for line in text.splitlines() or [""]:
            if self._is_full:
                return
            self._add(one_line(line) if len(line) < MOST_BYTES else one_line(line[:MOST_BYTES]))

    def say(self, text: str) -> None:
        """Write down a line of the service itself, which comes even where the script has used up its own."""
        self.lines.append(one_line(text))

    def _add(self, line: str) -> None:
        self._bytes += len(line.encode()) + 1
        if len(self.lines) >= MOST_LINES or self._bytes > MOST_BYTES:
            self._is_full = True
            self.say(f"The log is full: a plan may write {MOST_LINES} lines and {MOST_BYTES // 1024} kB.")
        else:
            self.lines.append(line)
