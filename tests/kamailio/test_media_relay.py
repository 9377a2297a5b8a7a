"""rtpengine beside Kamailio: when there is one, and how it runs."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sipsorcery_web.contract.sip_engine import PhoneServer
from sipsorcery_web.kamailio import media_relay
from sipsorcery_web.kamailio.assembly import phone_server
from sipsorcery_web.kamailio.claim import is_dead
from sipsorcery_web.kamailio.config import kamailio_config
from sipsorcery_web.kamailio.media_relay import MediaLaunch, find_rtpengine, relays_media
from sipsorcery_web.kamailio.supervisor import Supervisor
from sipsorcery_web.serving.companions import start_media_relay
from sipsorcery_web.settings import PortRange, SettingError, Settings
from tests.conftest import HOME
from tests.running import free_port

from .harness import MEDIA_PORTS, eventually

NEEDS_RTPENGINE = pytest.mark.skipif(find_rtpengine() is None, reason="needs Debian's rtpengine-daemon")
PARENT_ALONE = """
import sys, time
from pathlib import Path
from tests.kamailio.test_media_relay import settings
from sipsorcery_web.kamailio.media_relay import MediaLaunch
from sipsorcery_web.kamailio.supervisor import Supervisor
child = Supervisor(MediaLaunch.of(settings(Path(sys.argv[1]))))
child.start()
while child.process_id is None: time.sleep(0.02)
print(child.process_id, flush=True)
time.sleep(60)
"""


def settings(folder: Path, **more: Any) -> Settings:
    usual: dict[str, Any] = {
        "data_dir": folder,
        "sip_host": HOME,
        "media_ports": MEDIA_PORTS,
        "media_control_port": free_port(),
    }
    return Settings(**usual | more)


@contextmanager
def running(launch: MediaLaunch) -> Iterator[tuple[Supervisor[MediaLaunch], int]]:
    """The supervisor of a relay, and the relay's process."""
    child = Supervisor(launch)
    child.start()
    try:
        process = eventually(lambda: child.process_id)
        assert process is not None
        eventually(launch.claim.pid_file.exists)
        yield child, process
    finally:
        child.stop()


def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_relay, "find_rtpengine", lambda: None)


# Whether there is one


@NEEDS_RTPENGINE
def test_there_is_one_with_an_engine_unless_it_is_left_out(tmp_path: Path) -> None:
    assert relays_media(settings(tmp_path))
    assert not relays_media(settings(tmp_path, media=False))
    assert not relays_media(settings(tmp_path, sip_host=""))


@pytest.mark.parametrize("relays", [True, False])
def test_kamailio_knows_of_it_only_where_there_is_one(tmp_path: Path, relays: bool) -> None:
    text = kamailio_config(settings(tmp_path), ["sip.local"], relays).text

    assert ("rtpengine" in text) is relays
    assert ("RELAY" in text) is relays


def test_where_it_is_not_installed_a_sentence_says_so_and_the_engine_starts_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    missing(monkeypatch)

    assert start_media_relay(MediaLaunch.of(settings(tmp_path))) is None

    (said,) = caplog.messages
    assert "apt-get install rtpengine-daemon" in said


def test_where_it_is_left_out_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert start_media_relay(MediaLaunch.of(settings(tmp_path, media=False))) is None
    assert caplog.messages == []


@NEEDS_RTPENGINE
def test_a_control_port_that_something_else_has_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = settings(tmp_path / "first"), tmp_path / "second"
    with running(MediaLaunch.of(first)):
        taken = MediaLaunch.of(settings(second, media_control_port=first.media_control_port))

        assert start_media_relay(taken) is None

    assert "SIPSORCERY_MEDIA_CONTROL_PORT" in caplog.messages[-1]


def test_phones_are_told_of_it_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ports() -> str:
        server: PhoneServer = phone_server(settings(tmp_path))
        return server.media_ports

    monkeypatch.setattr(media_relay, "find_rtpengine", lambda: "/usr/bin/rtpengine")
    assert ports() == f"{MEDIA_PORTS}"
    missing(monkeypatch)
    assert ports() == ""


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"media_ports": PortRange(5000, 5100)}, "SIPSORCERY_MEDIA_PORTS"),
        ({"media_control_port": 5060}, "SIPSORCERY_MEDIA_CONTROL_PORT"),
        ({"media_control_port": 16_001}, "SIPSORCERY_MEDIA_CONTROL_PORT"),
    ],
)
def test_ports_that_do_not_go_together_stop_the_start(tmp_path: Path, wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        settings(tmp_path, **wrong).check_engine()


# How it runs


def test_it_is_told_the_outer_address_and_never_to_believe_a_body(tmp_path: Path) -> None:
    command = MediaLaunch.of(settings(tmp_path, sip_host="10.0.0.5", sip_advertise="203.0.113.5")).command()

    assert "--interface=10.0.0.5!203.0.113.5" in command
    assert "--sip-source" in command
    assert "--table=-1" in command
    assert any(word.startswith("--listen-ng=127.0.0.1:") for word in command)
    assert f"--port-min={MEDIA_PORTS.first}" in command
    assert f"--port-max={MEDIA_PORTS.last}" in command


@NEEDS_RTPENGINE
def test_it_inherits_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPSORCERY_SECRET_KEY", "precious")
    monkeypatch.setenv("PGPASSWORD", "precious")
    with running(MediaLaunch.of(settings(tmp_path))) as (_, process):
        seen = Path(f"/proc/{process}/environ").read_bytes() + Path(f"/proc/{process}/cmdline").read_bytes()
        files = [str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()]

    assert b"precious" not in seen
    assert [name for name in files if str(tmp_path) in name and not name.endswith("/media/log")] == []


@NEEDS_RTPENGINE
def test_it_is_started_again_when_it_ends(tmp_path: Path) -> None:
    with running(MediaLaunch.of(settings(tmp_path))) as (child, first):
        os.kill(first, signal.SIGKILL)

        assert eventually(lambda: child.process_id not in (None, first))
    assert child.process_id is None


@NEEDS_RTPENGINE
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux's setpriv, which every Debian has")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_never_outlives_its_supervisor(tmp_path: Path, end: signal.Signals) -> None:
    alone = [sys.executable, "-c", PARENT_ALONE, str(tmp_path)]
    with subprocess.Popen(alone, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        relay = int(parent.stdout.readline())

        parent.send_signal(end)

        eventually(lambda: is_dead(relay))


@NEEDS_RTPENGINE
def test_what_a_killed_parent_left_is_ended_first_and_another_installations_is_not(tmp_path: Path) -> None:
    mine, other = MediaLaunch.of(settings(tmp_path / "mine")), MediaLaunch.of(settings(tmp_path / "other"))
    for launch in (mine, other):
        launch.claim.folder.mkdir(parents=True)
    orphan, stranger = (
        subprocess.Popen(launch.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for launch in (mine, other)
    )
    eventually(lambda: mine.claim.pid_file.exists() and other.claim.pid_file.exists())

    with running(MediaLaunch.of(mine.settings)):
        assert is_dead(orphan.pid)
        assert stranger.poll() is None

    stranger.kill()
    for process in (orphan, stranger):
        process.wait()
