"""A SIP provider on this machine: a second Kamailio with its own rules."""

import subprocess
from pathlib import Path

from tests.conftest import HOME
from tests.running import free_port

CONFIG = Path(__file__).with_name("provider.cfg")


class Provider:
    """Registers whoever knows the password; not there until it is started."""

    def __init__(
        self, folder: Path, password: str = "sw0rdfish", header: str = "", ip: str = HOME, transport: str = "udp"
    ) -> None:
        self.folder, self.ip, self.transport = folder, ip, transport
        self.password, self.header = password, header
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> str:
        return f"sip:{self.ip}:{self.port}" + ("" if self.transport == "udp" else f";transport={self.transport}")

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.read_text().replace("ADDRESS", f"{self.transport}:{self.ip}:{self.port}")
        text = text.replace("PASSWORD", self.password)
        path = self.folder / "provider.cfg"
        path.write_text(text.replace("HEADER", self.header))
        command = [
            "/usr/sbin/kamailio",
            "-DD",
            "-E",
            "-f",
            str(path),
            "-Y",
            str(self.folder),
            "-P",
            str(self.folder / "pid"),
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
