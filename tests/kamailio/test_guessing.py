"""Guesses at accounts learn from no answer, and from no work that the engine has with one, which there are."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Lock

import pytest
from sqlalchemy import make_url

from sipsorcery_web.service.passwords import Passwords
from tests.factories import DOMAIN
from tests.schemas import own_schema
from tests.stalling_proxy import stalling_proxy

from .harness import KamailioHarness, eventually
from .test_strangers import Wire

THERE, NOT_THERE = "guess-yes", "guess-not"
QUERY = re.compile(rb"Q....([^\0]*)\0", re.DOTALL)
"""A question in PostgreSQL's protocol as Kamailio asks it, with its values; the service sends its values apart."""
OWN_TO_EACH = re.compile(
    r'(nonce=")[^"]*|(branch=)[^;\r]*|(tag=)[^;\r]*|(Call-ID: )[^\r]*|(127\.0\.0\.)[0-9.]+(?::[0-9]+)?|(rport=)[0-9]+'
)


def _without_its_own(query: str) -> str:
    """Return a question without times, places and ids, and without whose record it writes."""
    return re.sub(r"[0-9a-f]{8,}|[0-9]+", "#", re.sub(r'"caller_owner":"[^"]*",', "", query))


class Queries:
    """The engine's questions to its database, which pass through a proxy."""

    def __init__(self) -> None:
        self._asked: list[str] = []
        self._lock = Lock()

    def hear(self, data: bytes) -> None:
        with self._lock:
            self._asked += [found.decode("utf-8", "replace") for found in QUERY.findall(data)]

    def about(self, name: str) -> list[str]:
        """Return those with a name in them, without what is each one's own."""
        return sorted(_without_its_own(each.replace(name, "NAME")) for each in self._asked if name in each)


@pytest.fixture(scope="module")
def queries() -> Queries:
    return Queries()


@pytest.fixture(scope="module")
def harness(
    tmp_path_factory: pytest.TempPathFactory, passwords: Passwords, queries: Queries
) -> Iterator[KamailioHarness]:
    with ExitStack() as stack:
        url = make_url(stack.enter_context(own_schema()))
        proxy = stack.enter_context(stalling_proxy(url.host or "", url.port or 5432, queries.hear))
        through = url.set(port=proxy.port).render_as_string(hide_password=False)
        folder = tmp_path_factory.mktemp("engine")
        harness = stack.enter_context(KamailioHarness(folder, passwords, through).open())
        harness.account("alice", THERE)
        yield harness


def tells(harness: KamailioHarness, method: str, uri: str, name: str, ip: str) -> tuple[int, list[str]]:
    """Guess passwords of an account until that is refused: how often, and all that a stranger is told meanwhile."""
    wire = Wire(harness, ip)
    with wire.socket:
        tries = 1
        while "Too many wrong passwords" not in wire.proves(method, uri, name, f"wrong-{tries}"):
            tries += 1
            assert tries < 100
    return tries, [OWN_TO_EACH.sub(r"\1\2\3\4\5\6", each.replace(name, "NAME")) for each in wire.heard]


@pytest.mark.parametrize(("method", "uri", "ips"), [
    ("REGISTER", f"sip:{DOMAIN}", ("127.0.0.21", "127.0.0.22")),
    ("INVITE", f"sip:somebody@{DOMAIN}", ("127.0.0.23", "127.0.0.24")),
])  # fmt: skip
def test_a_wrong_password_and_an_account_that_nobody_has_get_the_same_answers_for_the_same_work(
    harness: KamailioHarness, queries: Queries, method: str, uri: str, ips: tuple[str, str]
) -> None:
    there, not_there = (tells(harness, method, uri, name, ip) for name, ip in zip((THERE, NOT_THERE), ips, strict=True))

    assert there == not_there
    assert there[0] > 10
    asked = eventually(
        lambda: [queries.about(name) for name in (THERE, NOT_THERE)], lambda found: len(found[0]) == len(found[1])
    )
    assert asked[0] == asked[1]
    assert len(asked[0]) > 2 * there[0]
