"""The time that a page waits for the provisioning service: once, however many questions it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import pytest
from flask import g
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import OutcomeUnknown
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.portal.http import backend
from sipsorcery_web.portal.http.backend import ASKED_AT, Backend
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.service_status import ServiceStatusCache, service_status
from sipsorcery_web.portal.http.ttl_cache import TTLCache
from sipsorcery_web.provisioning.channel import Channel
from tests.factories import PASSWORD

from .app_harness import AppHarness
from .areas.auth.test_register import CAROL
from .browser import Browser
from .conftest import HarnessWith
from .routes import ROUTES, filled_in

PATIENCE = 10.0
ASSETS = "/assets/<file>"
ASKED = sorted((path, method) for path, methods in ROUTES.items() for method in methods.split() if path != ASSETS)


@dataclass
class SlowService:
    """A service whose every answer takes so many seconds; its callers wait no longer than they say."""

    channel: Channel
    seconds: float
    waited: float = 0.0

    def clock(self) -> float:
        return self.waited

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        left = backend.time_left()
        if self.seconds >= left:
            self.waited += max(0.0, left)
            raise OutcomeUnknown("The provisioning service did not answer in time.")
        self.waited += self.seconds
        return self.channel.call(operation, token, address, arguments)


@pytest.fixture
def slow(harness: AppHarness, monkeypatch: pytest.MonkeyPatch) -> SlowService:
    """The service behind the portal, as quick as ever until a test says otherwise."""
    service = SlowService(parts_of(harness.app)[Backend].channel, 0.0)
    monkeypatch.setattr(backend, "monotonic", service.clock)
    monkeypatch.setitem(parts_of(harness.app), Backend, Backend(service, PATIENCE))
    return service


@pytest.mark.parametrize("seconds", [4.0, 1000.0], ids=["slow", "silent"])
@pytest.mark.parametrize(("address", "method"), ASKED)
def test_no_page_waits_longer_than_one_call(
    harness: AppHarness, alice: Browser, slow: SlowService, address: str, method: str, seconds: float
) -> None:
    account = harness.account("alice", "front-desk")
    values = {"csrf_token": alice.token(), **CAROL, "username": "alice", "password": PASSWORD}
    harness.forget_status()
    slow.seconds, slow.waited = seconds, 0.0

    alice.raw(method, filled_in(address, account_id=account.id), data=MultiDict(values) if method == "POST" else None)

    assert slow.waited <= PATIENCE


def test_a_page_asks_on_in_the_time_that_is_left(alice: Browser, slow: SlowService) -> None:
    slow.seconds, slow.waited = 4.0, 0.0

    assert alice.open("/sip-accounts").names == ["alice"]
    assert slow.waited == PATIENCE


def test_a_page_that_has_waited_for_a_thread_waits_so_much_less(alice: Browser, slow: SlowService) -> None:
    slow.seconds, slow.waited = 1000.0, 100.0

    assert alice.raw("GET", "/account", environ_overrides={ASKED_AT: 94.0}).status_code == 503
    assert slow.waited == 100.0 + PATIENCE - 6.0


def test_the_next_page_has_its_own_time(alice: Browser, slow: SlowService) -> None:
    slow.seconds = 1000.0
    assert alice.open("/account").status == 503

    slow.seconds = 2.0
    assert alice.open("/account").status == 200


def test_a_long_file_may_wait_for_each_portion_as_long_as_a_page(
    harness: AppHarness, alice: Browser, slow: SlowService
) -> None:
    harness.accounts("alice", 1200)
    slow.seconds, slow.waited = 6.0, 0.0

    rows = alice.raw("GET", "/sip-accounts.csv").get_data(as_text=True).splitlines()

    assert (len(rows), "INCOMPLETE" in rows[-1]) == (1201, False)
    assert slow.waited > PATIENCE


def test_a_page_does_not_wait_for_what_another_asks(harness_with: HarnessWith) -> None:
    harness = harness_with()
    asked, answered = Event(), Event()

    def wait_for_answer() -> bool:
        asked.set()
        return answered.wait(60)

    is_told = TTLCache(wait_for_answer)
    other = Thread(target=is_told.now)
    other.start()
    asked.wait(60)

    assert is_told.within(0.0) is None

    answered.set()
    other.join()
    assert is_told.within(60.0) is True
    with harness.app.test_request_context():
        parts_of(harness.app)[ServiceStatusCache]._lock.acquire()
        g.waits_until = 0.0
        assert service_status().alive is False
        parts_of(harness.app)[ServiceStatusCache]._lock.release()
