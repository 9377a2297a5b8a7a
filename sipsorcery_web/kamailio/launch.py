"""Starting Kamailio: what is put in order before, and the command."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sipsorcery_web.settings import SettingError

from .claim import Claim
from .config import KamailioConfig
from .memory import Memory, memory_for

LOG_OF_LINES = "--log-engine=json:M"
"""A JSON object a line: as text, Kamailio's log repeats what strangers sent with its line ends, as lines of its own."""
PROGRAMS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


@dataclass(frozen=True)
class Launch:
    """All that a start of Kamailio takes."""

    config: KamailioConfig
    environment: dict[str, str]
    claim: Claim
    put_in_order: Callable[[], Memory]
    """Sweeps what the Kamailio before left in its tables; answers how much memory the next one wants."""
    name = "SIP engine"

    def check(self) -> None:
        """Claim Kamailio's folder and ports, and check its configuration. SettingError otherwise."""
        program = find_kamailio()
        self.claim.make()
        path = self.config.write()
        checked = subprocess.run(  # noqa: S603 (a program of the system, with arguments of our own)
            [program, "-c", *memory_for(0, 0).options, "-f", str(path)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if checked.returncode != 0:
            raise SettingError(f"Kamailio does not accept its configuration:\n{checked.stderr[-2000:]}")

    def command(self) -> list[str]:
        """Return the command of Kamailio in the foreground; its memory follows from the rows of its tables."""
        folder = str(self.config.folder)
        memory = self.put_in_order()
        kept = ["-f", str(self.config.path), "-Y", folder, "-w", folder, "-P", str(self.claim.pid_file)]
        return [find_kamailio(), "-DD", "-E", LOG_OF_LINES, *memory.options, *kept]

    def become_kamailio(self) -> NoReturn:
        """Go on as Kamailio in this very process, for whatever supervises that. SettingError when it cannot be run."""
        self.check()
        command = self.command()
        self.claim.hand_on()
        os.execve(command[0], command, self.environment)  # noqa: S606 (a program of the system)

    @property
    def log(self) -> Path:
        """Return the log file that Kamailio writes when it runs beside the portal."""
        return self.config.folder / "log"


def dies_with_its_parent(command: list[str]) -> list[str]:
    """The command so that the process gets SIGTERM when the thread that started it ends, in whatever way.

    Through setpriv of util-linux, which every Debian has: between fork and exec a process with threads must not run
    Python. Without it a later start ends what was left.
    """
    setpriv = shutil.which("setpriv", path=PROGRAMS)
    return command if setpriv is None else [setpriv, "--pdeathsig", "TERM", *command]


def find_kamailio() -> str:
    """The program; SettingError where it is not installed."""
    program = shutil.which("kamailio", path=PROGRAMS)
    if program is None:
        raise SettingError(
            "the SIP engine needs Kamailio. `make run-sip` installs it where it can; on Debian: apt-get install "
            "kamailio kamailio-sqlite-modules kamailio-postgres-modules kamailio-extra-modules kamailio-tls-modules"
        )
    return program
