"""The portal as a process of its own: `python app.py`, in a directory of the test."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from sipsorcery_web import create_app
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.factories.records import person
from tests.running import free_port
from tests.shared_cache import share

APP = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE = 30.0


@dataclass
class Portal:
    """`python app.py`, run in an empty directory."""

    folder: Path
    port: int
    more: Mapping[str, str] = field(default_factory=dict)
    arguments: str = ""
    app: Path = APP
    output: str = ""
    errors: str = ""

    def __post_init__(self) -> None:
        share(self.folder / "instance")
        rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
        self.process = subprocess.Popen(
            [sys.executable, str(self.app), *self.arguments.split()],
            cwd=self.folder,
            env={**rest, "SIPSORCERY_PORT": str(self.port), **self.more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def address(self) -> str:
        return f"http://{HOME}:{self.port}"

    def until(self, words: str) -> None:
        """Read its output up to a line with these words."""
        assert self.process.stdout is not None
        while words not in self.output:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.process.communicate()}"
            self.output += line

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code; what it had to say is in `output` and `errors` then."""
        self.process.send_signal(number)
        return self.end()

    def end(self) -> int:
        output, self.errors = self.process.communicate(timeout=PATIENCE)
        self.output += output
        return self.process.returncode


def descendants(process: int) -> Iterator[int]:
    """The processes that one has started, and those that they have."""
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from descendants(child)


@pytest.fixture
def portal_process(tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    """Starts portals in one directory, and leaves none behind."""
    started: list[Portal] = []
    port = free_port()

    def start(arguments: str = "", **more: str) -> Portal:
        started.append(Portal(tmp_path, port, more, arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def with_customer(folder: Path, username: str, *, administrator: bool = False, database_url: str = "") -> None:
    """A data directory where the portal looks for one, with somebody in it."""
    app = create_app(Settings(data_dir=folder / "instance", database_url=database_url))
    Operators(app.extensions["service"].context).create_customer(person(username), administrator)
    app.extensions["database"].close()


def sign_in(browser: requests.Session, running: Portal, username: str) -> str:
    """Sign in with a browser; its token against forged requests."""
    page = browser.get(f"{running.address}/login", timeout=PATIENCE).text
    token: str
    token, *_ = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    values = {"username": username, "password": PASSWORD, "csrf_token": token}
    assert browser.post(f"{running.address}/login", values, timeout=PATIENCE).url.endswith("/sip-accounts")
    return token
