"""Captures of tshark on the loopback interface, to compare with what the collector has kept."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sipsorcery_web.events.event import Event, EventType
from sipsorcery_web.events.ladder.pcap import capture_of

from .harness import eventually

NEEDS = pytest.mark.skipif(
    shutil.which("tshark") is None or shutil.which("sngrep") is None or os.geteuid() != 0,
    reason="needs tshark, sngrep and leave to capture",
)
FIELDS = (
    *("frame.time_epoch", "ip.src", "udp.srcport", "ip.dst", "udp.dstport"),
    *("sip.Request-Line", "sip.Status-Line", "sip.CSeq", "sip.Call-ID"),
)


@dataclass(frozen=True)
class Said:
    """A message in short; those of a capture and of the console compare."""

    source: str
    destination: str
    first_line: str
    cseq: str


@dataclass(frozen=True)
class Heard:
    """A message of a capture."""

    time: datetime
    said: Said
    call_id: str


@dataclass
class Wiretap:
    """A capture that is being made."""

    path: Path

    def of_calls(self, call_ids: Sequence[str], wanted: Callable[[Sequence[Heard]], bool]) -> Sequence[Heard]:
        """The messages with some Call-IDs, as soon as they are as wanted."""
        return eventually(lambda: [each for each in heard_in(self.path) if each.call_id in call_ids], wanted)


@contextmanager
def wiretap(folder: Path, port: int) -> Iterator[Wiretap]:
    """Capture what goes to and from a UDP port of this machine."""
    path = folder / f"wire-{port}.pcap"
    command = ["tshark", "-n", "-i", "lo", "-f", f"udp port {port}", "-w", str(path), "-F", "pcap", "-l"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        while "Capturing on" not in (line := process.stderr.readline()):
            assert line, "tshark ended"
        eventually(path.exists)
        yield Wiretap(path)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def heard_in(path: Path, *more: str) -> list[Heard]:
    """The SIP messages of a capture file, in its order; one that is being written may end within a packet."""
    fields = [part for name in FIELDS for part in ("-e", name)]
    asked = ["tshark", "-n", "-r", str(path), *more, "-Y", "sip", "-T", "fields", "-E", "occurrence=f", *fields]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False).stdout
    return [_heard(line.split("\t")) for line in told.splitlines()]


def said_in(event: Event) -> Said:
    """The message of an event in short."""
    lines = event.text.split("\r\n")
    cseq = next(line.partition(":")[2].strip() for line in lines if line.lower().startswith("cseq:"))
    return Said(event.source, event.destination, lines[0], cseq)


def messages(events: Sequence[Event]) -> list[Event]:
    """The messages among events, in order of time."""
    return sorted((each for each in events if each.type is EventType.FullSIPTrace), key=lambda each: each.time)


def warnings_of(folder: Path, events: Sequence[Event]) -> list[str]:
    """Return all that tshark and sngrep say of the capture of some events beside its messages; each is in both."""
    path = folder / "kept.pcap"
    path.write_bytes(capture_of(events))
    doubt = '_ws.malformed || _ws.expert.severity == "Warning" || _ws.expert.severity == "Error"'
    tshark = subprocess.run(["tshark", "-n", "-r", str(path), "-Y", doubt], capture_output=True, text=True, check=True)
    again = folder / "again.pcap"
    sngrep = subprocess.run(
        ["sngrep", "-N", "-q", "-I", str(path), "-O", str(again)],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm"},
        timeout=60,
    )
    assert len(heard_in(path)) == len(heard_in(again)) == len(messages(events))
    told = [*tshark.stdout.splitlines(), *tshark.stderr.splitlines(), *sngrep.stderr.splitlines()]
    return [line for line in told if "Running as user" not in line]


def _heard(values: Sequence[str]) -> Heard:
    moment, source, source_port, destination, port, request, status, cseq, call_id = values
    said = Said(f"{source}:{source_port}", f"{destination}:{port}", request or status, cseq)
    return Heard(datetime.fromtimestamp(float(moment), UTC), said, call_id)
