"""Kamailio as a child of the portal."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sipsorcery_web.kamailio import launch
from sipsorcery_web.kamailio.claim import Claim, end_leftovers, is_dead
from sipsorcery_web.kamailio.config import KamailioConfig
from sipsorcery_web.kamailio.launch import Launch
from sipsorcery_web.kamailio.memory import Memory
from sipsorcery_web.kamailio.supervisor import Supervisor
from sipsorcery_web.settings import SettingError, Settings
from tests.conftest import HOME
from tests.running import free_port

from .harness import eventually

STAND_IN = """#!/bin/sh
# Takes Kamailio's options: -c checks, anything else runs until it is told to stop.
[ "$1" = -c ] && { for file; do :; done; grep -q wrong "$file" && { echo 'syntax error' >&2; exit 1; }; exit 0; }
while [ "$1" != -P ]; do shift; done
echo $$ > "$2"
sleep 60 & wait
"""
SUPERVISOR_ALONE = """
import sys, time
from pathlib import Path
from sipsorcery_web.kamailio import launch
from tests.kamailio.test_supervisor import supervisor
launch.find_kamailio = lambda: sys.argv[1]
child = supervisor(Path(sys.argv[2]))
child.start()
while child.process_id is None: time.sleep(0.02)
print(child.process_id, flush=True)
time.sleep(60)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kamailio"
    path.write_text(STAND_IN)
    path.chmod(0o755)
    monkeypatch.setattr(launch, "find_kamailio", lambda: str(path))
    return path


def claim(folder: Path) -> Claim:
    return Claim.of(Settings(data_dir=folder, sip_host=HOME, sip_port=free_port(), sip_rpc_port=free_port()))


def supervisor(folder: Path, text: str = "right") -> Supervisor[Launch]:
    config = KamailioConfig(text, folder / "engine")
    return Supervisor(Launch(config, dict(os.environ), claim(folder), lambda: Memory(64, 8)))


def test_a_configuration_that_is_not_accepted_stops_the_start(program: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="syntax error"):
        supervisor(tmp_path, "wrong").start()


def test_an_engine_that_ends_is_started_again(program: Path, tmp_path: Path) -> None:
    child = supervisor(tmp_path)
    child.start()
    first = eventually(lambda: child.process_id)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: child.process_id not in (None, first))
    child.stop()
    assert child.process_id is None


def test_before_each_start_the_tables_are_put_in_order(program: Path, tmp_path: Path) -> None:
    starts: list[str] = []
    child = supervisor(tmp_path)

    def put_in_order() -> Memory:
        starts.append("put")
        return Memory(64, 8)

    child.launch = Launch(child.launch.config, child.launch.environment, child.launch.claim, put_in_order)
    child.start()
    first = eventually(lambda: child.process_id)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    eventually(lambda: child.process_id not in (None, first))
    child.stop()
    assert len(starts) == 2


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux's setpriv, which every Debian has")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_the_engine_never_outlives_its_supervisor(program: Path, tmp_path: Path, end: signal.Signals) -> None:
    alone = [sys.executable, "-c", SUPERVISOR_ALONE, str(program), str(tmp_path)]
    with subprocess.Popen(alone, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        kamailio = int(parent.stdout.readline())

        parent.send_signal(end)

        eventually(lambda: is_dead(kamailio))


def test_a_second_engine_for_the_same_data_is_refused_and_leaves_the_first_alone(program: Path, tmp_path: Path) -> None:
    first, second = supervisor(tmp_path), supervisor(tmp_path)
    first.start()
    running = eventually(lambda: first.process_id)

    with pytest.raises(SettingError, match=f"runs already .process {os.getpid()}.*SIPSORCERY_DATA_DIR"):
        second.start()

    assert first.process_id == running
    first.stop()
    second.start()
    eventually(lambda: second.process_id)
    second.stop()


def test_an_engine_whose_supervisor_has_gone_is_ended_first(program: Path, tmp_path: Path) -> None:
    config = tmp_path / "engine"
    config.mkdir()
    pid_file = config / "pid"
    with subprocess.Popen([program, "-DD", "-Y", config, "-P", pid_file], start_new_session=True) as orphan:
        eventually(pid_file.exists)

        claim(tmp_path).make()

        assert is_dead(orphan.pid)
        assert not pid_file.exists()


def test_others_with_the_same_program_are_left_alone(program: Path, tmp_path: Path) -> None:
    command: list[str | Path] = [program, "-DD", "-Y", tmp_path / "another", "-P", tmp_path / "pid"]
    with subprocess.Popen(command, start_new_session=True) as other:
        eventually((tmp_path / "pid").exists)

        end_leftovers(tmp_path / "engine")

        assert other.poll() is None
        os.killpg(other.pid, signal.SIGKILL)


def test_without_kamailio_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(SettingError, match="apt-get install"):
        launch.find_kamailio()
