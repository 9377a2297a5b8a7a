"""Kamailio as a child of the portal."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from sipsorcery_web.engine import running
from sipsorcery_web.engine.config import EngineConfig
from sipsorcery_web.engine.running import Supervisor
from sipsorcery_web.settings import SettingError
from tests.conftest import HOME

from .house import eventually
from .sipp import free_port

STAND_IN = """#!/bin/sh
# Takes Kamailio's options: -c checks, anything else runs until it is told to stop.
[ "$1" = -c ] && { grep -q wrong "$3" && { echo 'syntax error' >&2; exit 1; }; exit 0; }
while [ "$1" != -P ]; do shift; done
echo $$ > "$2"
sleep 60
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kamailio"
    path.write_text(STAND_IN)
    path.chmod(0o755)
    monkeypatch.setattr(running, "find_kamailio", lambda: str(path))
    return path


def supervisor(folder: Path, text: str = "right") -> Supervisor:
    return Supervisor(EngineConfig(text, folder / "engine"), dict(os.environ), (HOME, free_port()))


def test_a_configuration_that_is_not_accepted_stops_the_start(program: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="syntax error"):
        supervisor(tmp_path, "wrong").start()


def test_a_port_that_something_else_has_is_named(program: Path, tmp_path: Path) -> None:
    child = supervisor(tmp_path)
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(child.address)

        with pytest.raises(SettingError, match=r"cannot have port .* systemctl disable --now kamailio"):
            child.start()


def test_an_engine_that_ends_is_started_again(program: Path, tmp_path: Path) -> None:
    child = supervisor(tmp_path)
    child.start()
    first = eventually(lambda: child.process_id)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: child.process_id not in (None, first))
    child.stop()
    assert child.process_id is None


def test_an_engine_that_a_killed_portal_left_is_ended_first(program: Path, tmp_path: Path) -> None:
    left = supervisor(tmp_path)
    left.start()
    orphan = eventually(lambda: left.process_id)
    assert orphan is not None
    pid_file = tmp_path / "engine" / "pid"
    eventually(pid_file.exists)

    left._stopped.set()  # as if it were no longer there: it neither ends its engine nor starts another one
    left._run_once = lambda *_: None  # type: ignore[method-assign]
    other = supervisor(tmp_path)
    other.start()

    eventually(lambda: running._is_dead(orphan))
    eventually(lambda: other.process_id)
    other.stop()
    left.stop()


def test_a_stranger_with_a_reused_number_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        (tmp_path / "pid").write_text(str(stranger.pid))

        running._end_group_of(tmp_path / "pid")

        assert stranger.poll() is None
        stranger.kill()


def test_without_kamailio_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.shutil, "which", lambda *_, **__: None)

    with pytest.raises(SettingError, match="apt-get install"):
        running.find_kamailio()
