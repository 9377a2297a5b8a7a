"""Searching in front of a service that knows little of the filter language, as the original's SQL stores (spec, 6.4)."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sipsorcery_web.contract.errors import BadFilter
from sipsorcery_web.contract.filters import in_text
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.portal.http.backend import Backend
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.lists import search
from sipsorcery_web.provisioning.channel import Channel

from ..app_harness import AppHarness
from ..browser import Browser


class PlainStore:
    """A service that refuses `or` and every method, and tells what it was asked."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.asked: list[str | None] = []

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        where = in_text(arguments.get("where_expression"))
        if "where_expression" in arguments:
            self.asked.append(where)
        if where and (" or " in where or "." in where.replace("sip.example.org", "")):
            raise BadFilter("The binary operator 'OrElse' is not supported by SQL.")
        return self._channel.call(operation, token, address, arguments)


@pytest.fixture
def plain(harness: AppHarness) -> Iterator[PlainStore]:
    backend = parts_of(harness.app)[Backend]
    rich = backend.channel
    backend.channel = plain = PlainStore(rich)
    yield plain
    backend.channel = rich


@pytest.fixture
def desks(harness: AppHarness) -> None:
    for name in ("front-desk", "back-desk", "kitchen-wall"):
        harness.account("alice", name)


@pytest.mark.usefixtures("desks")
def test_a_search_finds_the_same(plain: PlainStore, alice: Browser) -> None:
    page = alice.open("/sip-accounts?q=DESK")
    assert page.names == ["back-desk", "front-desk"]
    assert page.notes == []


@pytest.mark.usefixtures("desks")
def test_after_one_refusal_the_service_is_asked_plainly(plain: PlainStore, alice: Browser) -> None:
    alice.open("/sip-accounts?q=desk")
    plain.asked.clear()
    alice.open("/sip-accounts?q=kitchen")
    assert plain.asked
    assert not any(where and (" or " in where or "(" in where[1:]) for where in plain.asked)


@pytest.mark.usefixtures("desks")
def test_an_account_can_be_opened_and_changed(harness: AppHarness, plain: PlainStore, alice: Browser) -> None:
    account = harness.account("alice", "lobby-phone")
    assert alice.submit(f"/sip-accounts/{account.id}", network_id="attic").notes == [
        "lobby-phone@sip.example.org is saved."
    ]


@pytest.mark.usefixtures("desks")
def test_the_page_says_when_not_everything_was_looked_through(
    plain: PlainStore, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_ROWS", 2)
    page = alice.open("/sip-accounts?q=desk")
    assert page.names == ["back-desk"]
    assert "This service cannot search" in page.notes[0]


@pytest.mark.usefixtures("desks")
@pytest.mark.parametrize(
    ("asked", "found"),
    [("k", ["kitchen-wall"]), ("FR", ["front-desk"]), ("es", []), ("esk", ["back-desk", "front-desk"]), ("li", [])],
)
def test_fewer_than_three_characters_are_looked_for_at_the_beginning(
    alice: Browser, asked: str, found: list[str]
) -> None:
    page = alice.open(f"/sip-accounts?q={asked}")

    assert page.names == found
    assert (f"beginning with “{asked}”" in page.text) is (len(asked) < 3)
