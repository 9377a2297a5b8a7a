"""`app.py --with-engine`, as a process of its own with a real Kamailio beneath it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sipsorcery_web.kamailio.claim import is_dead
from tests.conftest import HOME
from tests.running import free_port
from tests.shared_cache import share

from .conftest import NEEDED
from .harness import eventually

APP = Path(__file__).resolve().parents[2] / "app.py"
WITH_ENGINE = (str(APP), "--with-engine")
ENGINE_ALONE = ("-m", "flask", "--app", str(APP), "engine", "run")
PATIENCE = 60.0
OPTIONS = (
    "OPTIONS sip:{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{mine};branch=z9hG4bKoptions\r\nFrom: <sip:a@b>;tag=1\r\n"
    "To: <sip:{host}>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n"
)

pytestmark = pytest.mark.skipif(
    not Path("/usr/sbin/kamailio").exists(), reason=f"needs Debian's {NEEDED['/usr/sbin/kamailio']}"
)


@dataclass
class Copy:
    """A portal with its engine, in a directory that others may have too."""

    folder: Path
    host: str = HOME
    sip_port: int = field(default_factory=free_port)
    prefix: tuple[str, ...] = ()
    program: tuple[str, ...] = WITH_ENGINE

    def __post_init__(self) -> None:
        share(self.folder / "instance")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
        ports = {
            "PORT": free_port(),
            "SIP_PORT": self.sip_port,
            "SIP_TLS_PORT": free_port(),
            "SIP_RPC_PORT": free_port(),
            "MEDIA_CONTROL_PORT": free_port(),
            "SIP_THIRD_PARTY_PORT": free_port(),
        }
        variables = {f"SIPSORCERY_{name}": str(port) for name, port in ports.items()}
        self.process = subprocess.Popen(
            [*self.prefix, sys.executable, *self.program], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**kept, **variables, "SIPSORCERY_SIP_HOST": self.host},
        )  # fmt: skip

    @property
    def kamailio(self) -> int:
        """The number of Kamailio's main process, as soon as there is one."""
        file = self.folder / "instance" / "engine" / "pid"
        return int(eventually(lambda: file.read_text().strip() if file.exists() else "", seconds=PATIENCE))

    def answers(self) -> bool:
        """Return True when the engine answers OPTIONS."""
        with socket.socket(type=socket.SOCK_DGRAM) as phone:
            phone.bind((HOME, 0))
            phone.settimeout(0.5)
            question = OPTIONS.format(host=HOME, port=self.sip_port, mine=phone.getsockname()[1])
            phone.sendto(question.encode(), (HOME, self.sip_port))
            try:
                return phone.recv(4096).startswith(b"SIP/2.0 200")
            except OSError:
                return False

    def words(self) -> str:
        """Return the output of the end."""
        return self.process.communicate(timeout=PATIENCE)[1]


def starts(copy: Copy) -> None:
    """Wait until the engine answers."""
    eventually(copy.answers, seconds=PATIENCE)


Copies = Callable[..., Copy]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copies]:
    """Starts copies in one directory, and leaves none behind."""
    started: list[Copy] = []

    def start(**more: object) -> Copy:
        started.append(Copy(tmp_path, **more))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.process.terminate()
        if one.process.stdout is not None and not one.process.stdout.closed:
            one.process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_portal_and_engine_end_in_order(copy: Copies, number: signal.Signals) -> None:
    running = copy()
    starts(running)
    kamailio = running.kamailio

    running.process.send_signal(number)

    assert running.words() == ""
    assert running.process.returncode == 0
    assert is_dead(kamailio)


def test_who_asks_for_it_with_nohup_keeps_both_after_the_terminal(copy: Copies) -> None:
    running = copy(prefix=("nohup",))
    starts(running)

    running.process.send_signal(signal.SIGHUP)
    running.process.send_signal(signal.SIGHUP)

    assert running.answers()
    assert running.process.poll() is None


def test_the_engine_ends_with_a_portal_that_is_killed_and_the_next_one_starts(copy: Copies) -> None:
    running = copy()
    starts(running)
    kamailio = running.kamailio

    running.process.kill()

    eventually(lambda: is_dead(kamailio), seconds=PATIENCE)
    starts(copy())


def test_a_second_copy_says_why_it_does_not_start_and_leaves_the_first_alone(copy: Copies) -> None:
    first = copy()
    starts(first)
    kamailio = first.kamailio

    second = copy()

    words = second.words()
    assert words.count("\n") == 1
    assert words.startswith("SIPSorcery Web does not start: the SIP engine of ")
    assert f"runs already (process {first.process.pid})" in words
    assert second.process.returncode == 1
    assert first.answers()
    assert first.kamailio == kamailio


def test_another_machines_address_is_named_before_anything_is_made(copy: Copies, tmp_path: Path) -> None:
    elsewhere = copy(host="192.0.2.77")

    assert "SIPSORCERY_SIP_HOST=192.0.2.77 is no address of this machine" in elsewhere.words()
    assert not (tmp_path / "instance" / "sipsorcery.db").exists()


def test_whatever_else_supervises_the_engine_has_it_in_its_own_process(copy: Copies) -> None:
    alone = copy(program=ENGINE_ALONE)
    starts(alone)

    assert alone.kamailio == alone.process.pid
    for other in (copy(), copy(program=ENGINE_ALONE)):
        assert f"runs already (process {alone.kamailio})" in other.words()
    alone.process.terminate()
    alone.words()
    starts(copy(program=ENGINE_ALONE))
