"""The Debian packages that the Makefile installs: the services that come with them do not run."""

import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
MADE_UP = {
    "apt-get": 'echo "apt-get $*" >> "$TOLD"',
    "systemctl": 'echo "systemctl $*" >> "$TOLD"; exit 1',
    "id": "echo 0",
    "dpkg": "exit 1",
}


@pytest.mark.parametrize(("target", "service"), [("rtpengine", "rtpengine-daemon"), ("kamailio", "kamailio")])
def test_debians_own_service_of_what_is_installed_is_switched_off(tmp_path: Path, target: str, service: str) -> None:
    update, install, switch_off = made(tmp_path, target)
    assert (update, switch_off) == ("apt-get -qq update", f"systemctl --quiet disable --now {service}")
    assert install.startswith("apt-get -qq install --no-install-recommends ")


def test_an_operators_kamailio_that_lacks_modules_goes_on(tmp_path: Path) -> None:
    told = made(tmp_path, "kamailio", dpkg='[ "$*" = "-s kamailio" ]')
    assert [line.partition(" ")[0] for line in told] == ["apt-get", "apt-get"]


def made(tmp_path: Path, target: str, **more: str) -> list[str]:
    """Make a target; what it has told these programs to do."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "env").symlink_to("/usr/bin/env")
    for name, does in (MADE_UP | more).items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    told = tmp_path / "told"

    done = subprocess.run(
        ["/usr/bin/make", "-f", str(HOME / "Makefile"), target],
        cwd=tmp_path,
        env={"PATH": str(programs), "TOLD": str(told)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    return told.read_text().splitlines()
