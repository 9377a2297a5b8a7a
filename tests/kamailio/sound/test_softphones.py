"""baresip behind one NAT talks with baresip behind another: real telephones, and the packets that they count."""

import re
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sipsorcery_web.contract.records import SIPAccount
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness, eventually
from tests.running import free_port

from .namespaces import SERVER, Machine, Network

CONFIG = """\
sip_listen 0.0.0.0:5060
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
audio_source aufile,{folder}/said.wav
audio_player aufile,{folder}/heard.wav
audio_alert aufile,{folder}/ring.wav
rtp_stats yes
"""
FEWEST = 50
"""Packets: a second of sound."""
SNMP = Path("/proc/thread-self/net/snmp")


@contextmanager
def baresip(
    harness: KamailioHarness, machine: Machine, account: SIPAccount, *commands: str, more: str = ""
) -> Iterator[Path]:
    """A running baresip on a machine; its log."""
    folder = harness.folder / f"baresip-{free_port()}"
    folder.mkdir()
    with wave.open(str(folder / "said.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(640_000))
    (folder / "config").write_text(CONFIG.format(folder=folder))
    server = f'outbound="sip:{SERVER}:{harness.settings.sip_port};transport=udp"'
    line = f"<sip:{account.sip_username}@{DOMAIN};transport=udp>;auth_pass={account.sip_password};{server};regint=600"
    (folder / "accounts").write_text(f"{line};ptime=20{more}\n")
    options = [part for command in commands for part in ("-e", command)]
    log = folder / "log"
    with log.open("wb") as said:
        command = [*machine.command, "baresip", "-f", str(folder), "-v", *options]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            yield log
        finally:
            process.terminate()
            process.wait(10)


def heard(machine: Machine) -> int:
    """Return how many datagrams have reached programs on a machine."""
    with machine.at_work():
        names, values = (line.split() for line in SNMP.read_text().splitlines() if line.startswith("Udp:"))
    return int(values[names.index("InDatagrams")])


def counted(log: Path) -> tuple[int, int]:
    """Return the packets that a phone sent and heard, as it says at the end of a call; 0 before."""
    found = re.search(r"packets:\s+(\d+)\s+(\d+)", log.read_text(errors="replace"))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def test_both_count_what_they_heard_of_each_other(harness: KamailioHarness, internet: Network) -> None:
    her_machine, his_machine = internet.machines["home-a"], internet.machines["home-b"]
    hers, his = harness.account("alice", "baresip-hers"), harness.account("bobby", "baresip-his")
    with baresip(harness, his_machine, his, more=";answermode=auto") as his_log:
        eventually(lambda: harness.bindings_of(his))
        before = {machine: heard(machine) for machine in (her_machine, his_machine)}
        with baresip(harness, her_machine, hers, f"/dial sip:baresip-his@{DOMAIN}") as her_log:
            for machine, count in before.items():
                eventually(partial(heard, machine), (count + 2 * FEWEST).__lt__)
            assert harness.kamailio.control.hang_up(harness.legs("alice", "baresip-his")[0].id)
            for log in (her_log, his_log):
                sent, received = eventually(partial(counted, log), lambda found: found[1] > 0)
                assert min(sent, received) >= FEWEST
