"""Telephones that people use, behind NAT and not: PJSIP and Linphone call each other, and hang up."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from sipsorcery_web.contract.records import SIPAccount
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.running import free_port

from .harness import KamailioHarness, eventually

ROOT = Path(__file__).parents[2]


class Softphone:
    """A running program, and what it has said."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log

    def has_said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def types(self, line: str) -> None:
        """A command, for those that read them."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()


@contextmanager
def running(folder: Path, command: Sequence[str], **environment: str) -> Iterator[Softphone]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{free_port()}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=said, stderr=said,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        )  # fmt: skip
        try:
            yield Softphone(process, log)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def pjsua(harness: KamailioHarness, account: SIPAccount, *options: str) -> Iterator[Softphone]:
    command = [
        sys.executable, "-m", "tests.kamailio.pjsua", "--proxy", f"{HOME}:{harness.settings.sip_port}", "--domain", DOMAIN,
        "--username", str(account.sip_username), "--password", str(account.sip_password), *options,
    ]  # fmt: skip
    with running(harness.folder / "pjsua", command) as phone:
        yield phone


@contextmanager
def linphone(harness: KamailioHarness, account: SIPAccount, *options: str) -> Iterator[Softphone]:
    folder = harness.folder / f"linphone-{free_port()}"
    for part in (".local/share/linphone", ".config/linphone"):  # it makes neither, and gives up without them
        (folder / part).mkdir(parents=True)
    server, name = f"{HOME}:{harness.settings.sip_port}", account.sip_username
    (folder / "linphonerc").write_text(
        f"[sip]\nsip_port={free_port()}\nsip_tcp_port=0\nsip_tls_port=0\ndefault_proxy=0\nbind_address={HOME}\n"
        "[sound]\nplayback_dev_id=\ncapture_dev_id=\n[video]\nenabled=0\n[net]\nmtu=1300\n"
        f"[proxy_0]\nreg_proxy=<sip:{server};transport=udp>\nreg_route=<sip:{server};transport=udp;lr>\n"
        f"reg_identity=sip:{name}@{DOMAIN}\nreg_expires=300\nreg_sendregister=1\npublish=0\n"
        f"[auth_info_0]\nusername={name}\npasswd={account.sip_password}\nrealm={DOMAIN}\ndomain={DOMAIN}\n"
    )
    with running(folder, ["linphonec", "-c", str(folder / "linphonerc"), *options]) as phone:
        yield phone


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_two_pjsip_telephones_behind_nat_talk_for_as_long_as_they_like(
    harness: KamailioHarness, transport: str
) -> None:
    hers, his = (harness.account(owner, f"pj-{transport}-{owner}") for owner in ("alice", "bobby"))
    parameter = "" if transport == "udp" else ";transport=tcp"
    private = {hers: f"sip:hers@192.168.1.44:5060{parameter}", his: f"sip:his@10.11.12.13:5060{parameter}"}

    with pjsua(harness, his, "--transport", transport, "--contact", private[his]) as answering:
        eventually(lambda: answering.has_said("registered 200"))
        number = f"sip:{his.sip_username}@{DOMAIN}"
        with pjsua(harness, hers, "--transport", transport, "--contact", private[hers], "--calls", number) as calling:
            eventually(lambda: calling.has_said("call CONFIRMED"))
            eventually(lambda: answering.has_said("call CONFIRMED"))  # the ACK came
            eventually(lambda: answering.has_said("call DISCONNECTED 200"))  # and so did the BYE
            eventually(lambda: calling.has_said("call DISCONNECTED 200"))

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.sip_username])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")
    assert cdr.duration <= 10


def test_linphone_registers_and_is_called_by_pjsip(harness: KamailioHarness) -> None:
    hers, his = harness.account("alice", "linphones-hers"), harness.account("bobby", "linphones-his")

    with linphone(harness, his, "-a") as answering:
        eventually(lambda: harness.bindings_of(his))
        with pjsua(
            harness, hers, "--calls", f"sip:linphones-his@{DOMAIN}", "--contact", "sip:h@192.168.1.45"
        ) as calling:
            eventually(lambda: calling.has_said("call CONFIRMED"))
            eventually(lambda: calling.has_said("call DISCONNECTED 200"))
            eventually(lambda: harness.legs("alice", "linphones-his") == [])
            assert answering.process.poll() is None

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == "linphones-his"])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")


def test_linphone_calls_pjsip_behind_nat_and_hangs_up(harness: KamailioHarness) -> None:
    hers, his = harness.account("alice", "linphone-calls"), harness.account("bobby", "linphone-called")

    with pjsua(harness, his, "--contact", "sip:his@10.1.2.3:5099") as answering, linphone(harness, hers) as calling:
        eventually(lambda: harness.bindings_of(his) and harness.bindings_of(hers))
        calling.types(f"call sip:linphone-called@{DOMAIN}")
        eventually(lambda: answering.has_said("call CONFIRMED"))
        calling.types("terminate")
        eventually(lambda: answering.has_said("call DISCONNECTED 200"))

    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == "linphone-called"])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")
