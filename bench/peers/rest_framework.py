"""Django REST framework on gunicorn, with a model of the same columns and its own token authentication."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from bench import cases
from bench.data.contents import Contents
from bench.measuring.requests import Expected, Request, Script, Step

from .django_project import on_gunicorn, versions
from .django_site import TOKEN
from .peer import Peer

SETTINGS = "bench.peers.django_site.rest.settings"
NAME = "Django REST framework, gunicorn {workers}×8"
ROW = r'"sip_username":"line-'
HEADERS = {"Authorization": f"Token {TOKEN}", "Accept": "application/json"}


@contextmanager
def rest_framework(database: Path, contents: Contents, workers: int) -> Iterator[Peer]:
    """The project on gunicorn with so many processes of eight threads."""
    with on_gunicorn(SETTINGS, database, workers, "/ready") as (port, processes):
        made = dict.fromkeys((cases.REST_LIST, cases.REST_LIST_ANEW), _lists)
        told = f"{version('djangorestframework')}, Django {versions()}"
        yield Peer(NAME.format(workers=workers), port, processes, made, contents.name, told)


def _lists(count: int) -> list[Script]:
    return [Script([Step(Request("/api/sip-accounts/", headers=HEADERS), Expected(patterns={ROW: 25}))])] * count
