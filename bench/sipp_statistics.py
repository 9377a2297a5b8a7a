"""The statistics of sipp."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Statistics:
    """The figures of a whole run: scenarios that came to their end, and messages that were sent again."""

    successful: int
    repeated: int

    @classmethod
    def read(cls, path: Path) -> "Statistics":
        """Read the last line of the file that sipp writes with -trace_stat."""
        head, *_, last = (line.split(";") for line in path.read_text().splitlines())
        found = dict(zip(head, last, strict=False))
        return cls(int(found["SuccessfulCall(C)"]), int(found["Retransmissions(C)"]))
