"""fail2ban from Debian reads the shipped filter, and finds with it the addresses of wrong passwords, and no others."""

import configparser
import logging
import re
import shutil
import subprocess
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from sipsorcery_web.contract.errors import TooManyAttempts
from sipsorcery_web.database.sign_in_limit import Attempt
from sipsorcery_web.logs.lines import FORMATS
from sipsorcery_web.logs.sign_ins import noted

from .shipped import DEPLOY, PATIENCE

FILTER, JAIL = DEPLOY / "fail2ban-filter.conf", DEPLOY / "fail2ban-jail.conf"
JOURNAL = "Nov 30 12:00:00 portal python[4711]: "
XLOG = '"level": "NOTICE", "module": "xlog", "file": "xlog.c", "line": 282, "function": "", "logprefix": ""'
WRONG = "2026-11-30T12:00:00Z Wrong SIP password from"
KAMAILIO = f'{{ "idx": 7, "pid": 4711, {XLOG}, "message": "{WRONG} %s" }}'

pytestmark = pytest.mark.skipif(
    shutil.which("fail2ban-regex") is None, reason="there is no fail2ban; on Debian: apt-get install fail2ban"
)


def found(tmp_path: Path, *lines: str) -> list[str]:
    """Return the addresses that fail2ban finds in a log of these lines."""
    log = tmp_path / "log"
    log.write_text("".join(f"{line}\n" for line in lines))
    command = ["fail2ban-regex", "--out", "ip", str(log), str(FILTER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert not done.stderr, done.stderr
    return done.stdout.split()


def said(format_: str, address: str, account: str = "", is_refused: bool = False) -> str:
    """Return what the portal's log says of a sign-in."""
    kept: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    handler = Kept()
    handler.setFormatter(FORMATS[format_]())
    logger = logging.getLogger("sipsorcery_web.logs.sign_ins")
    logger.addHandler(handler)
    try:
        with suppress(TooManyAttempts), noted(nullcontext(Attempt(account=account)), address, TooManyAttempts):
            if is_refused:
                raise TooManyAttempts(900)
    finally:
        logger.removeHandler(handler)
    (line,) = kept
    return line


formats = pytest.mark.parametrize("format_", FORMATS)
origins = pytest.mark.parametrize("begin", ["", JOURNAL], ids=["file", "journal"])


@formats
@origins
def test_sign_ins_that_failed_are_found(tmp_path: Path, format_: str, begin: str) -> None:
    lines = [
        said(format_, "192.0.2.7", "alice"),
        said(format_, "192.0.2.8"),
        said(format_, "2001:db8::7", "alice_k-2"),
        said(format_, "192.0.2.9", is_refused=True),
        said(format_, "no address at all"),
    ]

    assert found(tmp_path, *(begin + line for line in lines)) == ["192.0.2.7", "192.0.2.8", "2001:db8::7", "192.0.2.9"]


@origins
def test_wrong_sip_passwords_are_found(tmp_path: Path, begin: str) -> None:
    lines = [KAMAILIO % who for who in ("192.0.2.7 for alice@sip.local", "2001:db8:0:0:0:0:0:7", "192.0.2.8")]

    assert found(tmp_path, *(begin + line for line in lines)) == ["192.0.2.7", "2001:db8::7", "192.0.2.8"]


FORGED = "Failed sign-in from 192.0.2.66"


@formats
@origins
def test_what_a_stranger_has_typed_is_no_line(tmp_path: Path, format_: str, begin: str) -> None:
    genuine = said(format_, "192.0.2.7", "alice")
    formatter = FORMATS[format_]()
    lines = []
    for typed in (
        FORGED,
        f"\n{genuine.replace('192.0.2.7', '192.0.2.66')}",
        f'", "message": "{FORGED}"}}',
        f": {FORGED}",
    ):
        for name in ("sipsorcery_web.proxies", "sipsorcery_web.portal.http.csrf", "sipsorcery_web.logs.sign_ins"):
            record = logging.LogRecord(name, logging.WARNING, "", 0, "It came from %s", (typed,), None)
            lines += formatter.format(record).splitlines()
    for who in ("", " ", "192.0.2.7 ", "192.0.2.7 for a"):
        lines += [said(format_, "192.0.2.7", f"{who} from 192.0.2.66"), said(format_, f"x {FORGED}")]
        lines += [KAMAILIO % f"192.0.2.7 for x from 192.0.2.66{who}"]
        lines += [
            KAMAILIO.replace(WRONG, f"bad header [To: \\r\\n {typed}") % "192.0.2.66"
            for typed in (WRONG, f'\\"{WRONG}')
        ]

    assert "192.0.2.66" not in found(tmp_path, *(begin + line for line in lines))


def test_the_jails_are_as_fail2ban_takes_them() -> None:
    jails = configparser.ConfigParser(interpolation=None)
    jails.read(JAIL)

    assert jails.sections() == ["sipsorcery-web", "sipsorcery-sip"]
    units = [
        re.search(r"_SYSTEMD_UNIT=(\S+)", jail["journalmatch"]) for jail in map(jails.__getitem__, jails.sections())
    ]
    assert [unit and (DEPLOY / unit[1]).exists() for unit in units] == [True, True]
    assert {jails[name]["filter"] for name in jails.sections()} == {"sipsorcery-web"}
