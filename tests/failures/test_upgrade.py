"""An upgrade from the version before keys were known to the database, and the way back from it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from tests.conftest import HOME
from tests.factories import PASSWORD, SIP_PASSWORD
from tests.factories.records import sip_account
from tests.portal_process import APP, Portal
from tests.running import free_port

BEFORE = "00598ca"
ROOT = APP.parent
ADDED_BEFORE, ADDED_SINCE = "before", "since-then"


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The version of then, taken from the history of the repository."""
    folder = tmp_path_factory.mktemp("older")
    packed = folder / "older.tar"
    command = ["git", "-C", str(ROOT), "archive", f"--output={packed}", BEFORE, "app.py", "sipsorcery_web", "samples"]
    taken = subprocess.run([*command, "static", "templates"], capture_output=True, check=False)
    if taken.returncode != 0:
        pytest.skip(f"the history has no {BEFORE}")
    shutil.unpack_archive(packed, folder, filter="data")
    return folder / "app.py"


Start = Callable[..., Portal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts portals of either version, each with a data directory of a name."""
    started: list[Portal] = []

    def start(app: Path, data_dir: str = "data", **more: str) -> Portal:
        folder = tmp_path / f"folder-{len(started)}"
        folder.mkdir()
        more |= {"SIPSORCERY_DATA_DIR": str(tmp_path / data_dir), "SIPSORCERY_NEW_ACCOUNTS": "open"}
        started.append(Portal(folder, free_port(), more, app=app))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def make_alice(app: Path, data_dir: Path, **more: str) -> None:
    details = ["--email", "alice@example.org", "--first-name", "A", "--last-name", "B", "--city", "Galway"]
    words = ["customers", "create", "alice", *details, "--security-answer", "teal", "--password", PASSWORD]
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(app), *words],
        env={"PATH": "/usr/bin:/bin", "SIPSORCERY_DATA_DIR": str(data_dir), **more},
        cwd=app.parent,
        check=True,
        capture_output=True,
        timeout=120,
    )


def alice_at(portal: Portal) -> ProvisioningClient:
    portal.until("SIPSorcery Web: ")
    channel = SoapChannel(f"{portal.address}/provisioning.svc", 20.0)
    token = ProvisioningClient(channel, ClientIdentity(None, HOME)).login("alice", PASSWORD)
    return ProvisioningClient(channel, ClientIdentity(token, HOME))


def add(alice: ProvisioningClient, name: str) -> None:
    alice.sip_accounts.add(sip_account(name, sip_domain="sip.local"))


def passwords(alice: ProvisioningClient) -> dict[str | None, str | None]:
    """The passwords of the accounts that were added; the first one's is chance."""
    return {each.sip_username: each.sip_password for each in alice.sip_accounts.page() if each.sip_username != "alice"}


def test_everything_is_there_after_an_upgrade_and_after_the_way_back(older: Path, start: Start, tmp_path: Path) -> None:
    make_alice(older, tmp_path / "data")
    before = start(older)
    add(alice_at(before), ADDED_BEFORE)
    assert before.stop() == 0
    shutil.copytree(tmp_path / "data", tmp_path / "copy", symlinks=True)

    now = start(APP)
    alice = alice_at(now)
    assert passwords(alice) == {ADDED_BEFORE: SIP_PASSWORD}
    add(alice, ADDED_SINCE)
    assert now.stop() == 0
    upgraded = (tmp_path / "data" / "sipsorcery.db").read_bytes()

    refused = start(older)
    assert refused.end() == 1
    assert "was made by a newer version of SIPSorcery Web" in refused.errors
    assert "Nothing in it was changed" in refused.errors
    assert (tmp_path / "data" / "sipsorcery.db").read_bytes() == upgraded

    back = start(older, "copy")
    assert passwords(alice_at(back)) == {ADDED_BEFORE: SIP_PASSWORD}
    assert back.stop() == 0


def test_with_wrong_keys_an_older_database_is_not_taken(older: Path, start: Start, tmp_path: Path) -> None:
    make_alice(older, tmp_path / "data")
    (tmp_path / "data" / "keys").unlink()

    refused = start(APP)
    assert refused.end() == 1
    assert "There is no key file" in refused.errors


def test_on_one_postgresql_the_older_version_serves_on_while_the_newer_one_starts(
    older: Path, start: Start, tmp_path: Path, postgres_url: str
) -> None:
    on_postgresql = {"SIPSORCERY_DATABASE_URL": postgres_url.replace("+psycopg", "")}
    make_alice(older, tmp_path / "first", **on_postgresql)
    (tmp_path / "second").mkdir(mode=0o700)
    shutil.copy2(tmp_path / "first" / "keys", tmp_path / "second" / "keys")
    before = start(older, "first", **on_postgresql)
    there = alice_at(before)
    add(there, ADDED_BEFORE)

    now = start(APP, "second", **on_postgresql)
    here = alice_at(now)
    add(there, "there")
    add(here, "right-here")

    both = {ADDED_BEFORE: SIP_PASSWORD, "there": SIP_PASSWORD, "right-here": SIP_PASSWORD}
    assert passwords(here) == passwords(there) == both
    assert before.stop() == now.stop() == 0
