"""Django's admin on gunicorn, with the same accounts in a model of the same columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import cases
from bench.data.contents import Contents, account_name, pages_of
from bench.data.rows import id_of
from bench.measuring.requests import Expected, Request, Script, Step, form_request
from tests.factories import PASSWORD

from .django_project import on_gunicorn, versions
from .peer import Peer
from .visitor import Visitor

SETTINGS = "bench.peers.django_site.settings"
NAME = "Django admin, gunicorn {workers}×8"
LIST = "/admin/django_site/sipaccount/"
LOGIN = "/admin/login/?next=/admin/"
ROW = r'<th class="field-sip_username">'
SIGN_IN_FIELDS = {"username": "root", "password": PASSWORD}


@contextmanager
def django_admin(database: Path, contents: Contents, workers: int) -> Iterator[Peer]:
    """The admin on gunicorn with so many processes of eight threads."""
    with on_gunicorn(SETTINGS, database, workers, LOGIN) as (port, processes):
        made = Visitors(port, contents).cases()
        yield Peer(NAME.format(workers=workers), port, processes, made, contents.name, versions())


@dataclass
class Visitors:
    """The requests of the administrator's browsers."""

    port: int
    contents: Contents
    _signed_in: list[Visitor] = field(default_factory=list)

    def cases(self) -> dict[str, "partial[list[Script]]"]:
        """Return the makers of requests by case."""
        last = pages_of(self.contents.all_accounts)
        number = account_name(42).removeprefix("line-")
        return {
            cases.LIST: partial(self._pages, LIST, {ROW: 25}),
            cases.LAST_PAGE: partial(self._pages, f"{LIST}?p={last}", {ROW: 25}),
            cases.SEARCH: partial(self._pages, f"{LIST}?q={number}", {ROW: 1}),
            cases.OPEN: partial(self._pages, f"{LIST}{id_of('account', 7)}/change/", {'name="network_id"': 1}),
            cases.SAVE: partial(self._saves),
            cases.SIGN_IN_PAGE: partial(self._sign_in_pages),
            cases.SIGN_IN: partial(self._sign_ins),
        }

    def _browsers(self, count: int) -> list[Visitor]:
        self._signed_in += [_sign_in(self.port) for _ in range(count - len(self._signed_in))]
        return self._signed_in[:count]

    def _pages(self, path: str, patterns: dict[str, int], count: int) -> list[Script]:
        return [Script([browser.get(path, patterns)]) for browser in self._browsers(count)]

    def _saves(self, count: int) -> list[Script]:
        return [
            browser.edit(f"{LIST}{id_of('account', number)}/change/", "network_id", ("one", "two"), LIST, 302)
            for number, browser in enumerate(self._browsers(count), 1)
        ]

    def _sign_in_pages(self, count: int) -> list[Script]:
        return [Script([Step(Request(LOGIN), Expected(patterns={'name="password"': 1}))])] * count

    def _sign_ins(self, count: int) -> list[Script]:
        scripts = []
        for _ in range(count):
            visitor = Visitor(self.port)
            form = visitor.open(LOGIN).form_with("password") | SIGN_IN_FIELDS
            request = form_request(LOGIN, form, visitor.cookie)
            scripts.append(Script([Step(request, Expected(302, location="/admin/"))]))
        return scripts


def _sign_in(port: int) -> Visitor:
    visitor = Visitor(port)
    form = visitor.open(LOGIN).form_with("password")
    visitor.send(LOGIN, form | SIGN_IN_FIELDS)
    return visitor
