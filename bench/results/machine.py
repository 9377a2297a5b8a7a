"""The machine that was measured on, without its names and places."""

import os
import platform
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """A machine, as far as figures depend on it."""

    date: str
    processor: str
    cores: int
    gigabytes: float
    load: float
    """The mean number of processes that wanted to run in the minute before: what else the machine did."""

    @classmethod
    def here(cls) -> "Machine":
        """Return this machine, now."""
        model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        total = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.M)
        return cls(
            datetime.now(UTC).date().isoformat(),
            model[1].strip() if model else platform.machine(),
            os.cpu_count() or 1,
            int(total[1]) / 1024**2 if total else 0,
            os.getloadavg()[0],
        )

    def rows(self) -> Iterator[tuple[str, str]]:
        """Return what is told of it."""
        yield "date", self.date
        yield "processor", f"{self.cores} cores, {self.processor}, {self.gigabytes:.0f} GiB"
        yield (
            "software",
            f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}, "
            f"SQLite {sqlite3.sqlite_version}",
        )
        yield "load before the run", f"{self.load:.1f}"
