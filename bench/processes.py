"""The figures of Linux about a server's processes."""

import os
import re
from pathlib import Path

PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = [int(child) for task in PROC.glob(f"{pid}/task/*/children") for child in task.read_text().split()]
    return [pid, *(member for child in children for member in family(child))]


def megabytes(pid: int, of: str) -> float:
    """`Rss`, or `Pss`, where memory that processes share counts once, of a process and all that descend from it."""
    texts = [(PROC / str(member) / "smaps_rollup").read_text() for member in family(pid)]
    return sum(int(kilobytes) for text in texts for kilobytes in re.findall(rf"^{of}:\s+(\d+) kB", text, re.M)) / 1024


def resident(pid: int) -> float:
    """The memory of a process alone, in megabytes."""
    (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB", (PROC / str(pid) / "status").read_text(), re.M)
    return int(kilobytes) / 1024


def cpu_seconds(pid: int) -> float:
    """The processor time of a process and all that descend from it."""
    return sum(own_cpu_seconds(member) for member in family(pid))


def own_cpu_seconds(pid: int) -> float:
    """The processor time of a process alone."""
    fields = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(ticks) for ticks in fields[11:13]) / os.sysconf("SC_CLK_TCK")


def is_running(pid: int) -> bool:
    """Return True when a process is there and is no zombie."""
    try:
        return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
