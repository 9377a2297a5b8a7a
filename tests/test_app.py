"""The real server, as a process of its own."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.factories.records import person
from tests.running import free_port

APP = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE = 30.0
LINK = re.compile(r"http://\S+/setup/[\w-]{43}")
AUTHID = re.compile(r"[0-9a-f]{96}")
LOGIN = (
    f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body><Login xmlns="{names.SVC}">'
    f"<username>alice</username><password>{PASSWORD}</password></Login></s:Body></s:Envelope>"
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.fixture
def port() -> int:
    return free_port()


@dataclass
class Portal:
    """`python app.py`, run in an empty directory."""

    folder: Path
    port: int
    more: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    errors: str = ""

    def __post_init__(self) -> None:
        rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
        self.process = subprocess.Popen(
            [sys.executable, str(APP)],
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


@pytest.fixture
def portal(tmp_path: Path, port: int) -> Iterator[Callable[..., Portal]]:
    """Starts portals in one directory, and leaves none behind."""
    started: list[Portal] = []

    def start(**more: str) -> Portal:
        started.append(Portal(tmp_path, port, more))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def with_customer(folder: Path, username: str, *, administrator: bool = False) -> None:
    """A data directory where the portal looks for one, with somebody in it."""
    app = create_app(Settings(data_dir=folder / "instance"))
    Operators(app.extensions["service"].context).create_customer(person(username), administrator)
    app.extensions["database"].close()


def test_a_first_start_tells_the_address_and_one_set_up_link_and_serves(portal: Callable[..., Portal]) -> None:
    running = portal()
    running.until("/setup/")
    with requests.get(f"{running.address}/healthz", timeout=PATIENCE) as health:
        assert (health.status_code, health.json()) == (200, {"status": "ok"})
        assert "Server" not in health.headers
    (link,) = LINK.findall(running.output)
    assert requests.get(link, timeout=PATIENCE).status_code == 200
    assert running.stop() == 0
    assert running.output.splitlines() == [
        f"SIPSorcery Web: {running.address}",
        "There is no administrator yet. Create one within 30 minutes at",
        f"  {link}",
    ]
    assert running.errors == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_where_there_is_an_administrator_it_only_tells_the_address_and_stops_without_a_word(
    portal: Callable[..., Portal], tmp_path: Path, number: signal.Signals
) -> None:
    with_customer(tmp_path, "root-admin", administrator=True)
    running = portal()
    running.until("SIPSorcery Web: ")
    with requests.Session() as browser:  # it keeps its connection
        assert browser.get(f"{running.address}/login", timeout=PATIENCE).status_code == 200
        assert running.stop(number) == 0
    assert (running.output, running.errors) == (f"SIPSorcery Web: {running.address}\n", "")
    assert not list((tmp_path / "instance").glob("*-wal"))


def sign_in(browser: requests.Session, running: Portal, username: str) -> str:
    """Sign in with a browser; its token against forged requests."""
    page = browser.get(f"{running.address}/login", timeout=PATIENCE).text
    token: str
    (token,) = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))
    values = {"username": username, "password": PASSWORD, "csrf_token": token}
    assert browser.post(f"{running.address}/login", values, timeout=PATIENCE).url.endswith("/sip-accounts")
    return token


def test_nothing_that_would_let_its_reader_in_is_put_out(portal: Callable[..., Portal], tmp_path: Path) -> None:
    with_customer(tmp_path, "alice")
    running = portal()
    running.until("/setup/")
    with requests.Session() as browser:
        token = sign_in(browser, running, "alice")
        cookies = [cookie.value or "" for cookie in browser.cookies]
    soap = {"Content-Type": "text/xml", "SOAPAction": f'"{names.ACTION_PREFIX}Login"'}
    answer = requests.post(f"{running.address}/provisioning.svc", LOGIN, headers=soap, timeout=PATIENCE).text
    (authid,) = AUTHID.findall(answer)
    assert requests.get(f"{running.address}/setup/{authid}", timeout=PATIENCE).status_code == 404
    running.stop()
    said = running.output + running.errors
    assert len(LINK.findall(said)) == 1
    assert cookies
    assert not [secret for secret in (authid, PASSWORD, token, *cookies) if secret in said]


def test_a_taken_port_is_told_in_a_sentence_and_the_set_up_link_of_the_first_stays_good(
    portal: Callable[..., Portal],
) -> None:
    first = portal()
    first.until("/setup/")
    second = portal()
    assert second.end() == 1
    assert (second.output, second.errors) == (
        "",
        f"SIPSorcery Web does not start: port {second.port} of {HOME} is taken. Set SIPSORCERY_PORT to another one.\n",
    )
    assert requests.get(LINK.findall(first.output)[0], timeout=PATIENCE).status_code == 200


def test_a_database_of_a_newer_version_is_told_in_a_sentence(portal: Callable[..., Portal]) -> None:
    first = portal()
    first.until("/setup/")
    first.stop()
    with closing(sqlite3.connect(first.folder / "instance" / "sipsorcery.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.commit()
    second = portal()
    assert second.end() == 1
    assert re.fullmatch(
        "SIPSorcery Web does not start: The database .* was made by a newer version .*\n", second.errors
    )
