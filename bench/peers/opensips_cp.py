"""OpenSIPS-CP, the web panel of OpenSIPS: its list of subscribers, on Debian's nginx, PHP and MariaDB.

OPENSIPS_CP names its sources: a folder, or a repository of git whose newest commit is taken.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import cases
from bench.data.contents import DOMAIN, Contents, account_name, pages_of
from bench.measuring.requests import Expected, Request, Script, Step
from tests.factories import SIP_PASSWORD

from .peer import Peer
from .running import Processes, answering, free_port, running
from .visitor import Visitor

NAME = "OpenSIPS-CP"
SOURCES = "OPENSIPS_CP"
NEEDED = ("nginx", "php-fpm", "mariadbd", "mariadb-install-db", "mariadb")
CONFIGURATIONS = Path(__file__).with_name("opensips")
LIST = "/cp/tools/users/user_management/user_management.php"
START = "/cp/tools/users/user_management/index.php"
ROW = r'<td class="row(?:Odd|Even)">line-'
USER, PASSWORD = "admin", "opensips"
DATABASE, ROLE, ROLE_PASSWORD = "opensips", "opensips", "opensipsrw"
"""As the sources' own configuration has them."""


def missing() -> str:
    """Return why it cannot be measured; empty where it can."""
    if not os.environ.get(SOURCES):
        return f"its sources are not at hand: {SOURCES} names them"
    absent = [name for name in NEEDED if _program(name) is None]
    return f"{', '.join(absent)} not installed" if absent else ""


@contextmanager
def opensips_cp(folder: Path, contents: Contents) -> Iterator[Peer]:
    """The panel with as many subscribers as there are accounts."""
    folder.mkdir()
    _lay_out(folder)
    port = free_port()
    with ExitStack() as stack:
        started = [stack.enter_context(_mariadb(folder))]
        _fill(folder, contents)
        started += [stack.enter_context(_php(folder)), stack.enter_context(_nginx(folder, port))]
        processes = Processes([process.pid for process in started])
        yield Peer(
            NAME, port, processes, Visitors(port, contents).cases(), contents.name, _versions(folder), grows=True
        )


@dataclass(frozen=True)
class Visitors:
    """The requests of the panel's administrator."""

    port: int
    contents: Contents

    def cases(self) -> dict[str, "partial[list[Script]]"]:
        """Return the makers of requests by case."""
        last = pages_of(self.contents.all_accounts)
        return {
            cases.LIST: partial(self._pages, f"{LIST}?page=1", {ROW: 25}),
            cases.LAST_PAGE: partial(self._pages, f"{LIST}?page={last}", {ROW: 25}),
            cases.OPEN: partial(self._pages, f"{LIST}?action=edit&id=7&table=subscriber", {account_name(7): 1}),
            cases.SIGN_IN_PAGE: partial(self._sign_in_pages),
        }

    def _pages(self, path: str, patterns: dict[str, int], count: int) -> list[Script]:
        return [Script([_signed_in(self.port).get(path, patterns)]) for _ in range(count)]

    def _sign_in_pages(self, count: int) -> list[Script]:
        return [Script([Step(Request("/cp/index.php"), Expected(patterns={'name="password"': 1}))])] * count


def _signed_in(port: int) -> Visitor:
    visitor = Visitor(port)
    visitor.send("/cp/login.php", {"name": USER, "password": PASSWORD})
    visitor.open(START)
    return visitor


def _lay_out(folder: Path) -> None:
    sources = Path(os.environ[SOURCES])
    panel = folder / "panel"
    if (sources / "web").is_dir():
        shutil.copytree(sources, panel)
    else:
        panel.mkdir()
        archive = subprocess.run(["git", "-C", sources, "archive", "HEAD"], capture_output=True, check=True)
        subprocess.run(["tar", "x", "-C", panel], input=archive.stdout, check=True)
    for name in ("site", "sessions", "data"):
        (folder / name).mkdir()
    (folder / "site" / "cp").symlink_to(panel / "web")


@contextmanager
def _mariadb(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    where = ["--no-defaults", f"--datadir={folder / 'data'}", *_as_root("--user=root")]
    install = [_program("mariadb-install-db") or "", *where, "--auth-root-authentication-method=normal"]
    subprocess.run(install, check=True, capture_output=True)
    socket = folder / "mariadb.sock"
    command = [
        _program("mariadbd") or "",
        *where,
        f"--socket={socket}",
        "--skip-networking",
        f"--pid-file={folder}/pid",
    ]
    with running(command, socket.exists) as process:
        yield process


@contextmanager
def _php(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    configuration = _configured("php-fpm.conf", folder, "user = root\ngroup = root")
    command = [
        _program("php-fpm") or "",
        "--nodaemonize",
        "-y",
        str(configuration),
        *_as_root("--allow-to-run-as-root"),
    ]
    with running(command, (folder / "php.sock").exists) as process:
        yield process


@contextmanager
def _nginx(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    configuration = _configured("nginx.conf", folder, "user root;", port)
    command = [_program("nginx") or "", "-c", str(configuration), "-p", str(folder), "-e", "stderr"]
    with running(command, answering(port, "/cp/index.php")) as process:
        yield process


def _configured(name: str, folder: Path, user: str, port: int = 0) -> Path:
    text = (CONFIGURATIONS / name).read_text()
    written = folder / name
    written.write_text(text.format(words="words", folder=folder, user="".join(_as_root(user)), port=port))
    return written


def _fill(folder: Path, contents: Contents) -> None:
    values = [
        f"('{account_name(number)}', '{DOMAIN}', '{SIP_PASSWORD}')" for number in range(1, contents.all_accounts + 1)
    ]
    statements = [
        f"CREATE DATABASE {DATABASE}; USE {DATABASE};",
        f"CREATE USER {ROLE}@localhost IDENTIFIED BY '{ROLE_PASSWORD}'; GRANT ALL ON {DATABASE}.* TO {ROLE}@localhost;",
        (folder / "panel" / "config" / "db_schema.mysql").read_text(),
        (CONFIGURATIONS / "tables.sql").read_text(),
        f"INSERT INTO domain (domain) VALUES ('{DOMAIN}');",
        f"INSERT INTO subscriber (username, domain, password) VALUES {','.join(values)};",
        "ANALYZE TABLE subscriber;",
    ]
    command = [_program("mariadb") or "", "--no-defaults", f"--socket={folder / 'mariadb.sock'}", "--user=root"]
    subprocess.run(command, input="\n".join(statements).encode(), check=True, stdout=subprocess.DEVNULL)


def _as_root(*words: str) -> Sequence[str]:
    """Return words that are for root alone."""
    return words if os.geteuid() == 0 else ()


def _program(name: str) -> str | None:
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    found = shutil.which(name, path=places)
    versioned = sorted(Path("/usr/sbin").glob(f"{name}[0-9]*"))
    return found or (str(versioned[-1]) if versioned else None)


def _versions(folder: Path) -> str:
    panel = (folder / "panel" / "web" / "version.txt").read_text().strip()
    told = [_told("nginx", "-v"), _told("php-fpm", "-v"), _told("mariadbd", "--version")]
    return ", ".join((panel, *told))


def _told(name: str, option: str) -> str:
    """Return a program's name and the first version number that it tells."""
    run = subprocess.run([_program(name) or "", option], capture_output=True, text=True, check=True)
    found = re.search(r"\d+\.\d+\.\d+", run.stdout + run.stderr)
    return f"{name} {found[0]}" if found else name
