"""The portal as it is shipped, started as `make run` starts it, and what its visitors send."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType

from bench import cases
from bench.data.contents import ADMINISTRATOR, FIRST, Contents, account_name, caller, pages_of
from bench.data.rows import id_of
from bench.measuring.requests import COMPRESSED, SENT_BACK, Expected, Request, Script, Step, WrongAnswer, form_request
from sipsorcery_web.version import __version__
from tests.factories import PASSWORD

from .peer import Peer
from .rest_requests import RestRequests
from .running import Processes, answering, free_port, running
from .soap_requests import SoapRequests
from .visitor import Visitor

IN_PROCESS = "portal, workers: {workers}"
OVER_SOAP = "portal over SOAP, workers: {workers} + {workers}"
SIGN_INS_A_SECOND = 60
NOT_OF_PORTAL = ("SIPSORCERY_", "PYTHONDONTWRITEBYTECODE")
"""Beginnings of variables that it is started without: with the latter each start would compile all modules anew."""
ROW = r'href="/sip-accounts/[0-9a-f-]{36}"'
CDR_ROW = r'href="/cdrs/[0-9a-f-]{36}"'


@contextmanager
def serving(settings: Mapping[str, str], workers: int) -> Iterator[tuple[int, Processes]]:
    """The port and the processes of a portal with these settings."""
    port = free_port()
    environment = {name: text for name, text in os.environ.items() if not name.startswith(NOT_OF_PORTAL)}
    environment |= {
        "SIPSORCERY_PORT": str(port),
        "SIPSORCERY_WORKERS": str(workers),
        "SIPSORCERY_MAX_ACCOUNTS": "0",
        **settings,
    }
    with running([sys.executable, "app.py"], answering(port, "/healthz"), environment) as process:
        yield port, Processes([process.pid])


@contextmanager
def in_process(
    folder: Path,
    contents: Contents,
    workers: int = 1,
    url: str = "",
    name: str = "",
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Peer]:
    """A portal with the built-in service, on a filled data directory."""
    settings = {"SIPSORCERY_DATA_DIR": str(folder), "SIPSORCERY_DATABASE_URL": url, **more}
    with serving(settings, workers) as (port, processes):
        yield _peer(name or IN_PROCESS.format(workers=workers), port, processes, contents, port)


@contextmanager
def over_soap(folder: Path, contents: Contents, workers: int = 1) -> Iterator[Peer]:
    """A portal in front of the service of another one, which has the filled data directory."""
    with ExitStack() as stack:
        service_port, of_service = stack.enter_context(serving({"SIPSORCERY_DATA_DIR": str(folder)}, workers))
        settings = {
            "SIPSORCERY_DATA_DIR": str(folder / "of-portal"),
            "SIPSORCERY_PROVISIONING_URL": f"http://127.0.0.1:{service_port}/provisioning.svc",
        }
        port, processes = stack.enter_context(serving(settings, workers))
        yield _peer(OVER_SOAP.format(workers=workers), port, processes.and_(of_service), contents, service_port)


def _peer(name: str, port: int, processes: Processes, contents: Contents, service_port: int) -> Peer:
    made = dict(Visitors(port, contents).cases())
    if service_port == port:
        made |= SoapRequests(port, contents).cases() | RestRequests(port, contents).cases()
    return Peer(name, port, processes, made, contents.name, __version__)


@dataclass
class Visitors:
    """The requests of people who use the portal; each browser has a session of its own."""

    port: int
    contents: Contents
    _signed_in: dict[str, list[Visitor]] = field(default_factory=dict)

    def cases(self) -> dict[str, "partial[list[Script]]"]:
        """Return the makers of requests by case; those of the administrator have `administrator: ` before the case."""
        own = {case: partial(self._pages, FIRST, path, row) for case, (path, row) in self._paths().items()}
        all_ = {
            f"administrator: {case}": partial(self._pages, ADMINISTRATOR, path, row)
            for case, (path, row) in self._paths(of_all=True).items()
        }
        return {
            **own,
            **all_,
            cases.COMPRESSED_LIST: partial(self._compressed_list),
            cases.SIGN_IN_PAGE: partial(self._sign_in_pages),
            cases.SIGN_IN: partial(self._sign_ins),
            cases.SAVE: partial(self._saves, FIRST),
            f"administrator: {cases.SAVE}": partial(self._saves, ADMINISTRATOR),
            cases.UNCHANGED: partial(self._unchanged),
        }

    def browsers(self, username: str, count: int) -> Sequence[Visitor]:
        """Return browsers in which somebody has signed in."""
        there = self._signed_in.setdefault(username, [])
        there += [sign_in(self.port, username) for _ in range(count - len(there))]
        return there[:count]

    def _paths(self, of_all: bool = False) -> dict[str, tuple[str, dict[str, int]]]:
        contents, name = self.contents, account_name(42).removeprefix("line-")
        accounts = contents.all_accounts if of_all else contents.accounts
        account = id_of("account", 7)
        searched = account_name(7).removeprefix("line-") if contents.accounts < 42 and not of_all else name
        found = {ROW: min(25, accounts)}
        paths = {
            cases.LIST: ("/sip-accounts", found),
            cases.LAST_PAGE: (f"/sip-accounts?page={pages_of(accounts)}", {ROW: accounts % 25 or 25}),
            cases.SEARCH: (f"/sip-accounts?q={searched}", {ROW: 1}),
            cases.SEARCH_ALL: ("/sip-accounts?q=line-", found),
            cases.OPEN: (f"/sip-accounts/{account}", {r'name="opened" [^>]*value="[0-9a-f]{64}"': 1}),
            cases.CDRS_LAST: (f"/cdrs?page={pages_of(contents.all_cdrs if of_all else contents.cdrs)}", {}),
            cases.CDRS_DAY: (f"/cdrs?from={_yesterday()}&to={_yesterday()}", {}),
            cases.CDRS_QUERY: (f"/cdrs?q={caller(42).removeprefix('+353')}", {}),
        }
        return paths | {case: (path, {}) for case, path in cases.EVERY_LIST.items() if case != cases.LIST}

    def _pages(self, username: str, path: str, patterns: Mapping[str, int], count: int) -> list[Script]:
        return [Script([browser.get(path, patterns)]) for browser in self.browsers(username, count)]

    def _compressed_list(self, count: int) -> list[Script]:
        """The list as browsers ask for it."""
        wanted = [{**browser.cookie, **COMPRESSED} for browser in self.browsers(FIRST, count)]
        return [Script([Step(Request("/sip-accounts", headers=headers))]) for headers in wanted]

    def _sign_in_pages(self, count: int) -> list[Script]:
        return [Script([Step(Request("/login"), Expected(patterns={'name="password"': 1}))])] * count

    def _sign_ins(self, count: int) -> list[Script]:
        return [_sign_in_script(self.port, SIGN_INS_A_SECOND // count + 5) for _ in range(count)]

    def _saves(self, username: str, count: int) -> list[Script]:
        """Each browser saves an account of its own."""
        return [
            browser.edit(
                f"/sip-accounts/{id_of('account', number % self.contents.accounts + 1)}",
                "network_id",
                ("one", "two"),
                "/sip-accounts",
                303,
            )
            for number, browser in enumerate(self.browsers(username, count), 1)
        ]

    def _unchanged(self, count: int) -> list[Script]:
        return [live_poll(self.port, browser) for browser in self.browsers(FIRST, count)]


def sign_in(port: int, username: str) -> Visitor:
    """A browser in which somebody has just signed in."""
    visitor = Visitor(port)
    form = visitor.open("/login").form_with("password")
    response = visitor.post("/login", form | {"username": username, "password": PASSWORD})
    if response.status_code != 303:
        raise WrongAnswer(f"{username} cannot sign in: {response.status_code}\n{response.text[:2000]}")
    return visitor


def live_poll(port: int, browser: Visitor, path: str = "/sip-accounts") -> Script:
    """A list that is looked at again and again, of which nothing changes, as the portal's script does it."""
    asking = {**browser.cookie, "Live-List": "1"}
    response, _ = Request(path, headers=asking).send(port)
    unchanged = asking | {asks: response.getheader(told, "") for told, asks in SENT_BACK.items()}
    return Script([Step(Request(path, headers=unchanged), Expected(304))])


def _sign_in_script(port: int, count: int) -> Script:
    """Return so many sign-ins, each from a browser that has just opened the page."""
    steps = []
    for _ in range(count):
        visitor = Visitor(port)
        form = visitor.open("/login").form_with("password") | {"username": FIRST, "password": PASSWORD}
        request = form_request("/login", form, visitor.cookie)
        steps.append(Step(request, Expected(303, location="/sip-accounts")))
    return Script(steps, is_sent_once=True)


def _yesterday() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
