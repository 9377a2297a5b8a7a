"""The real server, as a process of its own."""

import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from sipsorcery_web.contract import names
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.portal_process import APP, PATIENCE, Portal, sign_in, with_customer
from tests.running import free_port

LINK = re.compile(r"http://\S+/setup/[\w-]{43}")
AUTHID = re.compile(r"[0-9a-f]{96}")
LOGIN = (
    f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body><Login xmlns="{names.SVC}">'
    f"<username>alice</username><password>{PASSWORD}</password></Login></s:Body></s:Envelope>"
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def test_a_first_start_tells_the_address_and_one_set_up_link_and_serves(portal_process: Callable[..., Portal]) -> None:
    running = portal_process()
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
    portal_process: Callable[..., Portal], tmp_path: Path, number: signal.Signals
) -> None:
    with_customer(tmp_path, "root-admin", administrator=True)
    running = portal_process()
    running.until("SIPSorcery Web: ")
    with requests.Session() as browser:  # it keeps its connection
        assert browser.get(f"{running.address}/login", timeout=PATIENCE).status_code == 200
        assert running.stop(number) == 0
    assert (running.output, running.errors) == (f"SIPSorcery Web: {running.address}\n", "")
    assert not list((tmp_path / "instance").glob("*-wal"))


def test_nothing_that_would_let_its_reader_in_is_put_out(portal_process: Callable[..., Portal], tmp_path: Path) -> None:
    with_customer(tmp_path, "alice")
    running = portal_process()
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
    portal_process: Callable[..., Portal],
) -> None:
    first = portal_process()
    first.until("/setup/")
    second = portal_process()
    assert second.end() == 1
    assert (second.output, second.errors) == (
        "",
        f"SIPSorcery Web does not start: port {second.port} of {HOME} is taken. Set SIPSORCERY_PORT to another one.\n",
    )
    assert requests.get(LINK.findall(first.output)[0], timeout=PATIENCE).status_code == 200


def test_a_database_of_a_newer_version_is_told_in_a_sentence(portal_process: Callable[..., Portal]) -> None:
    first = portal_process()
    first.until("/setup/")
    first.stop()
    with closing(sqlite3.connect(first.folder / "instance" / "sipsorcery.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.commit()
    second = portal_process()
    assert second.end() == 1
    assert re.fullmatch(
        "SIPSorcery Web does not start: The database .* was made by a newer version .*\n", second.errors
    )


@pytest.mark.parametrize(
    ("largest", "sentence"),
    [
        (10, "SIPSorcery Web does not start: instance/secret_key cannot be written: File too large.\n"),
        (
            20_000,
            "SIPSorcery Web does not start: The database sqlite:.*/sipsorcery.db cannot be (opened|.*up to date): .*\n",
        ),
    ],
)
def test_a_full_disk_is_told_in_a_sentence_with_the_file(tmp_path: Path, largest: int, sentence: str) -> None:
    done = refused(tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)))
    assert re.fullmatch(sentence, done), done
    if largest == 10:
        assert not (tmp_path / "instance" / "secret_key").exists()


@pytest.mark.parametrize("file", ["sipsorcery.db", "sipsorcery-engine.db"])
def test_a_file_that_is_no_database_is_told_in_a_sentence_with_its_name(tmp_path: Path, file: str) -> None:
    with_customer(tmp_path, "alice")
    (tmp_path / "instance" / file).write_bytes(b"nothing of the kind, but long enough to be looked at" * 100)
    done = refused(tmp_path)
    assert re.fullmatch(f"SIPSorcery Web does not start: The database .*{file}.* not a database\\. .*\n", done), done


def test_an_empty_secret_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "secret_key").touch()
    assert re.search("instance/secret_key is empty. Delete it, and another secret is made.\n$", refused(tmp_path))


def refused(folder: Path, **more: Any) -> str:
    """Return what a portal says that does not start."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
    environment["SIPSORCERY_PORT"] = str(free_port())
    done = subprocess.run(
        [sys.executable, str(APP)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **more,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return str(done.stderr)
