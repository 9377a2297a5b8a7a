"""The environment of every process of a running portal, as the system shows it: nobody inherits a secret."""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sipsorcery_web.database.key_sources import new_line
from sipsorcery_web.dial_plans.service.client import PlanService
from sipsorcery_web.kamailio.launch import PROGRAMS
from sipsorcery_web.kamailio.media_relay import find_rtpengine
from tests.kamailio.harness import eventually
from tests.portal_process import Portal, descendants
from tests.running import free_port

MARK = "s3cret-of-the-operator"
KEY = f"ab12cd34 {new_line().split()[1]}"
SECRETS = {
    "SIPSORCERY_KEYS": KEY,
    "SIPSORCERY_SECRET_KEY": MARK,
    "SIPSORCERY_SMTP_URL": f"smtps://portal:{MARK}@127.0.0.1:1",
    "SIPSORCERY_SESSION_URL": f"redis://:{MARK}@127.0.0.1:1/0",
    "SIPSORCERY_SIP_DATABASE_URL": f"postgresql://kamailio:{MARK}@127.0.0.1:1/sip",
    "PGPASSWORD": MARK,
    "A_SECRET_OF_SOMETHING_ELSE": MARK,
}


def environment(process: int) -> str:
    return Path(f"/proc/{process}/environ").read_bytes().decode(errors="replace")


def named(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text().strip()


def without_what_is_not_ours(text: str) -> str:
    """The environment but for variables that are no settings of the portal: what it was given stays as it is."""
    return "\0".join(part for part in text.split("\0") if part.startswith("SIPSORCERY_"))


def is_forked(process: int) -> bool:
    """Return True where it runs the portal's own code, in the memory that the portal was started in."""
    return b"app.py" in Path(f"/proc/{process}/cmdline").read_bytes()


@pytest.mark.skipif(not shutil.which("kamailio", path=PROGRAMS), reason="needs Kamailio: apt-get install kamailio")
def test_no_process_of_a_running_portal_shows_a_secret(portal_process: Callable[..., Portal], tmp_path: Path) -> None:
    ports = {name: str(free_port()) for name in ("SIP", "SIP_TLS", "SIP_RPC", "SIP_THIRD_PARTY", "MEDIA_CONTROL")}
    running = portal_process(
        **SECRETS,
        **{f"SIPSORCERY_{name}_PORT": port for name, port in ports.items()},
        SIPSORCERY_SIP_HOST="127.0.0.1",
        SIPSORCERY_MAIL_FROM="sip@example.org",
        SIPSORCERY_DATABASE_URL=f"sqlite:///{tmp_path}/{MARK}.db",
        arguments="--with-engine",
    )
    running.until("/setup/")
    wanted = {"kamailio", *(["rtpengine"] if find_rtpengine() else [])}
    eventually(lambda: wanted <= {named(each) for each in descendants(running.process.pid)})

    family = [running.process.pid, *descendants(running.process.pid)]
    shown = {f"{named(each)} {each}": environment(each) for each in family}
    forked = [each for each in family if is_forked(each)]

    assert len(forked) >= 1 + os.cpu_count() + 3  # type: ignore[operator]
    body = KEY.split()[1]
    own = {name: text for name, text in shown.items() if int(name.split()[1]) in forked}
    assert [name for name, text in shown.items() if body in text] == []
    assert [
        name for name, text in own.items() if MARK in text.replace(f"PGPASSWORD={MARK}", "").replace(f"ELSE={MARK}", "")
    ] == []
    assert [name for name, text in shown.items() if name not in own and MARK in text] == []
    assert running.stop() == 0


def test_the_plan_service_and_what_it_starts_show_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    plans = PlanService(tmp_path / "plans", secrets.token_bytes(32))
    plans.supervisor.ensure()
    process = eventually(lambda: plans.supervisor.process_id)
    assert process is not None

    family = [process, *descendants(process)]
    try:
        assert [each for each in family if MARK in environment(each) or KEY in environment(each)] == []
    finally:
        plans.stop()
