"""The project in `django_site/`, with the accounts of a portal, on gunicorn."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from bench.measuring.requests import HOST

from .running import TOP, Processes, answering, free_port, running


def fill(settings: str, portal: Path, database: Path) -> None:
    """Make the database of the project with the accounts of a portal's data directory."""
    command = [sys.executable, "-m", "bench.peers.django_site.fill", str(portal)]
    subprocess.run(command, env=_environment(settings, database), cwd=TOP, check=True)


@contextmanager
def on_gunicorn(settings: str, database: Path, workers: int, path: str) -> Iterator[tuple[int, Processes]]:
    """The port and the processes of the project with so many workers of eight threads, once it answers at a path."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).with_name("gunicorn")), "--worker-class", "gthread", "--threads", "8"),
        *("--workers", str(workers), "--bind", f"{HOST}:{port}", "--keep-alive", "75", "--log-level", "error"),
        "bench.peers.django_site.wsgi:application",
    ]
    with running(command, answering(port, path), _environment(settings, database)) as process:
        yield port, Processes([process.pid])


def versions() -> str:
    """Return the versions of what every such project runs on."""
    return f"{version('Django')}, gunicorn {version('gunicorn')}"


def _environment(settings: str, database: Path) -> dict[str, str]:
    more = {"DJANGO_SETTINGS_MODULE": settings, "BENCH_DJANGO_DATABASE": str(database)}
    paths = [str(TOP), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **more, "PYTHONPATH": os.pathsep.join(paths)}
