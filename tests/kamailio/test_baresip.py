"""A softphone that people use: baresip registers with the values that the README tells to type, and is called."""

import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sipsorcery_web.contract.records import SIPAccount
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.running import free_port

from .harness import KamailioHarness, eventually

CONFIG = """\
sip_listen {host}:{port}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
audio_source aufile,{folder}/said.wav
net_interface {host}
audio_player aufile,{folder}/heard.wav
audio_alert aufile,{folder}/ring.wav
call_local_timeout 60
"""


@contextmanager
def baresip(harness: KamailioHarness, account: SIPAccount, *commands: str, more: str = "") -> Iterator[Path]:
    """A running baresip; its folder has a log."""
    port = free_port()
    folder = harness.folder / f"baresip-{port}"
    folder.mkdir()
    _write_silence(folder / "said.wav")
    (folder / "config").write_text(CONFIG.format(host=HOME, port=port, folder=folder))
    outbound = f'outbound="sip:{HOME}:{harness.settings.sip_port};transport=udp"'
    password = f"auth_pass={account.sip_password}"
    line = f"<sip:{account.sip_username}@{DOMAIN};transport=udp>;{password};{outbound};regint=600;ptime=20{more}\n"
    (folder / "accounts").write_text(line)
    options = [part for command in commands for part in ("-e", command)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["baresip", "-f", str(folder), "-v", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            yield folder
        finally:
            process.terminate()
            process.wait(10)


def _write_silence(path: Path) -> None:
    """Ten seconds of it, since a headless machine has no microphone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(160_000))


def hears_something(folder: Path) -> bool:
    """Return True when sound has come to a baresip."""
    return b"incoming rtp for 'audio' established" in (folder / "log").read_bytes()


def test_a_softphone_registers_and_calls_another_one(harness: KamailioHarness) -> None:
    hers, his = harness.account("alice", "soft-hers"), harness.account("bobby", "soft-his")

    with baresip(harness, his, more=";answermode=auto"):
        eventually(lambda: harness.bindings_of(his))
        assert "baresip" in " ".join(harness.page("bobby", "/registrations?q=soft-his").rows)

        with baresip(harness, hers, f"/dial sip:soft-his@{DOMAIN}") as folder:
            eventually(lambda: harness.legs("alice", "soft-his"))
            assert "soft-his" in " ".join(harness.page("alice", "/calls").rows)
            assert harness.kamailio.control.hang_up(harness.legs("alice", "soft-his")[0].id)
            eventually(lambda: b"session closed" in (folder / "log").read_bytes())

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == "soft-his"])
    assert cdr.answered_status == 200
