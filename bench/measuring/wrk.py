"""Load by wrk: as many browsers as there are connections, each of them a thread with its own cookie."""

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measuring.measures import Measure
from bench.peers.running import Processes

from .requests import HOST, UNIQUE, Script


class WrkFailed(Exception):
    """The load could not be made."""


LUA = Path(__file__).with_name("load.lua")


def wrk(port: int, scripts: Sequence[Script], seconds: int, processes: Processes) -> Measure:
    """Return what so many connections, one for each script, measured; `processes` are those that answer."""
    with tempfile.TemporaryDirectory() as folder:
        for number, script in enumerate(scripts, 1):
            (Path(folder) / f"{number}.lua").write_bytes(_lua(script, port, number))
        count = str(len(scripts))
        command = ["wrk", "-t", count, "-c", count, "-d", f"{seconds}s", "--timeout", "30s", "-s", str(LUA)]
        before = processes.cpu_seconds()
        run = subprocess.run(
            [*command, f"http://{HOST}:{port}/", "--", folder], capture_output=True, text=True, check=False
        )
    spent = processes.cpu_seconds() - before
    if run.returncode:
        raise WrkFailed(f"wrk failed: {run.stderr}{run.stdout}")
    return read(run.stdout, spent)


def read(printed: str, cpu_seconds: float) -> Measure:
    """Return the figures that load.lua prints at the end, with the processor time that the server spent.

    WrkFailed where nothing was answered: its times would seem to be the best.
    """
    found = json.loads(printed.strip().splitlines()[-1])
    requests = int(found["requests"])
    if not requests:
        raise WrkFailed("nothing was answered in time")
    return Measure(
        per_second=requests / (found["microseconds"] / 1e6),
        p50=found["p50"] / 1000,
        p95=found["p95"] / 1000,
        p99=found["p99"] / 1000,
        cpu_ms=cpu_seconds * 1000 / requests,
        errors=found["failed"] + found["wrong"],
        first_error=found["first"].strip(),
        bytes_each=found["bytes"] / requests,
    )


def _lua(script: Script, port: int, number: int) -> bytes:
    raw = [step.request.raw(port) for step in script.steps]
    marker = UNIQUE if any(UNIQUE.encode() in request for request in raw) else ""
    steps = [
        _table(
            request=quoted(request),
            status=str(step.expected.status).encode(),
            location=quoted(step.expected.location.encode()),
        )
        for request, step in zip(raw, script.steps, strict=True)
    ]
    return b"return " + _table(
        steps=b"{" + b",\n".join(steps) + b"}",
        once=b"true" if script.is_sent_once else b"false",
        marker=quoted(marker.encode()),
        unique=str(int(time.time()) % 100_000 * 100_000 + number * 5_000).encode(),
    )


def _table(**values: bytes) -> bytes:
    return b"{" + b", ".join(name.encode() + b" = " + value for name, value in values.items()) + b"}"


def quoted(text: bytes) -> bytes:
    """Return a string of Lua: what is no letter or digit stands as its number."""
    plain = [bytes([byte]) if bytes([byte]).isalnum() else b"\\%03d" % byte for byte in text]
    return b'"' + b"".join(plain) + b'"'
