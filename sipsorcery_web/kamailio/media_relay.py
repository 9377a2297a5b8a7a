"""rtpengine, which carries the sound of calls with a party behind NAT: whether it is there, and how it is started."""

import os
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from sipsorcery_web.settings import SettingError, Settings

from .claim import Claim
from .ports import check_control_port

PROGRAMS = "/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin"
PORTS_OF_A_CALL = 4
"""For RTP and RTCP, with either party."""
LONGEST_SILENCE = 300
"""Seconds without a packet after which a call's ports are taken back; with its end they are at once."""
LONGEST_RING = 900
"""Seconds after which ports of a call that nobody answered are taken back."""
LONGEST_CALL = 43_500
"""Seconds; Kamailio ends a call a little earlier."""
WARNINGS = 4
"""The level of rtpengine's log: a line for each call would say who called whom."""


def find_rtpengine() -> str | None:
    """Return the program; None where it is not installed."""
    return shutil.which("rtpengine", path=PROGRAMS)


def relays_media(settings: Settings) -> bool:
    """Return True when sound goes through rtpengine where NAT asks for it: wanted, and installed."""
    return settings.media and settings.sip.is_on and find_rtpengine() is not None


def obstacle_to_media(settings: Settings) -> str:
    """Return why no sound goes through rtpengine, as a sentence for the operator; "" where it does."""
    if relays_media(settings):
        return ""
    if not settings.media:
        return "SIPSORCERY_MEDIA is off: sound goes between the phones themselves, which NAT may be in the way of."
    return (
        "rtpengine is not installed, so sound goes between the phones themselves, which NAT may be in the way of. "
        "`make run-sip` installs it where it can; on Debian: apt-get install rtpengine-daemon"
    )


@dataclass(frozen=True)
class MediaLaunch:
    """All that a start of rtpengine takes."""

    settings: Settings
    claim: Claim
    name = "media relay"

    @classmethod
    def of(cls, settings: Settings) -> "MediaLaunch":
        """Return the start of rtpengine for these settings."""
        folder = settings.data_dir.absolute() / "media"
        check = partial(check_control_port, settings.media_control_port)
        return cls(settings, Claim(folder, check, cls.name))

    def check(self) -> None:
        """Claim rtpengine's folder and control port. SettingError otherwise."""
        if obstacle := obstacle_to_media(self.settings):
            raise SettingError(obstacle)
        self.claim.make()

    def command(self) -> list[str]:
        """Return the command of rtpengine in the foreground, without Linux's own module for it."""
        sip, ports = self.settings.sip, self.settings.media_ports
        advertised = f"!{sip.advertise}" if sip.advertise else ""
        options = {
            "config-file": "none",
            "table": -1,
            "interface": f"{sip.host}{advertised}",
            "listen-ng": f"127.0.0.1:{self.settings.media_control_port}",
            "port-min": ports.first,
            "port-max": ports.last,
            "max-sessions": (ports.last - ports.first + 1) // PORTS_OF_A_CALL,
            "endpoint-learning": "immediate",
            "timeout": LONGEST_SILENCE,
            "silent-timeout": LONGEST_CALL,
            "final-timeout": LONGEST_CALL,
            "offer-timeout": LONGEST_RING,
            "delete-delay": 0,
            "log-level": WARNINGS,
            "pidfile": self.claim.pid_file,
        }
        switches = ["--foreground", "--log-stderr", "--sip-source"]
        return [find_rtpengine() or "rtpengine", *switches, *(f"--{name}={value}" for name, value in options.items())]

    def become_rtpengine(self) -> NoReturn:
        """Go on as rtpengine in this very process, for whatever supervises that. SettingError when it cannot be run."""
        self.check()
        command = self.command()
        self.claim.hand_on()
        os.execve(command[0], command, self.environment)  # noqa: S606 (a program of the system)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of rtpengine's process, which has none of the portal's secrets."""
        return {"PATH": PROGRAMS}

    @property
    def log(self) -> Path:
        """Return the log file that rtpengine writes when it runs beside the portal."""
        return self.claim.folder / "log"
