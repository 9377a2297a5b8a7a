"""A portal that is killed while it writes: what it had acknowledged is there, whole, at the next start."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.service.store.models import SIPAccountRow
from sipsorcery_web.service.store.rows import secret_of
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.factories import PASSWORD, SIP_PASSWORD
from tests.factories.records import sip_account
from tests.portal_process import Portal, descendants, with_customer
from tests.repetition import examples

WRITERS = 3
ACKNOWLEDGED_BETWEEN_KILLS = (15, 60)
PATIENCE = 60.0


@dataclass
class Writers:
    """Clients that add accounts over SOAP, each one after the other, until the service is gone."""

    address: str
    acknowledged: list[str] = field(default_factory=list)
    written: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        return threads

    def _write(self, number: int) -> None:
        channel = SoapChannel(f"{self.address}/provisioning.svc", 10.0)
        try:
            token = ProvisioningClient(channel, ClientIdentity(None, HOME)).login("alice", PASSWORD)
            client = ProvisioningClient(channel, ClientIdentity(token, HOME))
            while True:
                name = f"phone-{number}-{len(self.acknowledged)}-{os.urandom(3).hex()}"
                client.sip_accounts.add(sip_account(name, sip_domain="sip.local"))
                self.acknowledged.append(name)
                self.written.release()
        except Unavailable:
            return


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of the store; empty for SQLite's in the data directory."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@examples(1_000, sample=60)
def test_what_was_acknowledged_before_a_kill_is_there_after_it(
    portal_process: Callable[..., Portal], tmp_path: Path, database_url: str, count: int
) -> None:
    with_customer(tmp_path, "alice", database_url=database_url)
    acknowledged: list[str] = []
    kills, chance = 0, Random(count)
    while len(acknowledged) < count:
        running = portal_process(
            SIPSORCERY_DATABASE_URL=database_url, SIPSORCERY_WORKERS="2", SIPSORCERY_MAX_ACCOUNTS="0"
        )
        running.until("SIPSorcery Web: ")
        writers = Writers(running.address)
        threads = writers.start()
        for _ in range(chance.randint(*ACKNOWLEDGED_BETWEEN_KILLS)):
            assert writers.written.acquire(timeout=PATIENCE)
        kill(running)
        kills += 1
        for thread in threads:
            thread.join()
        acknowledged += writers.acknowledged

    passwords = stored(tmp_path, database_url)
    assert set(acknowledged) <= set(passwords)
    assert len(passwords) - 1 - len(acknowledged) <= kills * WRITERS  # what was under way, and alice's first account
    assert {passwords[name] for name in acknowledged} == {SIP_PASSWORD}
    if not database_url:
        assert all(is_whole(file) for file in (tmp_path / "instance").glob("*.db"))


def kill(running: Portal) -> None:
    """End every process of a portal at once, as a power failure does to all of them."""
    family = [running.process.pid, *descendants(running.process.pid)]
    for process in family:
        os.kill(process, signal.SIGKILL)
    running.process.communicate()


def stored(folder: Path, database_url: str) -> dict[str, str | None]:
    """Return the password of each account in the store."""
    database, keyring = open_store(Settings(data_dir=folder / "instance", database_url=database_url))
    with database.read() as session:
        rows = session.query(SIPAccountRow).all()
        found = {row.sip_username: secret_of(row, "sip_password", keyring) for row in rows}
    database.close()
    return found


def is_whole(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as store:
        return bool(store.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
