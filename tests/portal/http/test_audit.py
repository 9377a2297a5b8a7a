"""The portal's own events in the audit."""

import logging
from collections.abc import Iterator

import pytest
from flask import Flask, g
from sqlalchemy import select

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.portal.http.audit import record
from sipsorcery_web.portal.http.session import COOKIE
from sipsorcery_web.service.audit.verifying import verify
from sipsorcery_web.service.store.models import CustomerRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser


@pytest.fixture
def as_alice(harness: AppHarness, alice: Browser) -> Iterator[Flask]:
    """A request of alice's."""
    cookie = alice.client.get_cookie(COOKIE)
    assert cookie is not None
    with harness.app.test_request_context(
        "/security", headers={"Cookie": f"{COOKIE}={cookie.value}"}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    ):
        harness.app.preprocess_request()
        yield harness.app


def test_an_event_of_the_portal_stands_in_the_visitors_chain(harness: AppHarness, as_alice: Flask) -> None:
    record("AddPasskey", "passkey", name="Telephone")

    entry = harness.service_fixture.alice.audit.page(count=1)[0]
    assert (entry.operation, entry.record_kind, entry.record_name) == ("AddPasskey", "passkey", "Telephone")
    assert (entry.actor, entry.on_behalf_of, entry.address) == ("alice", None, "192.0.2.7")
    assert verify(harness.service.context).troubles == []


def test_an_event_about_somebody_else_stands_in_theirs_with_the_reason(harness: AppHarness, as_alice: Flask) -> None:
    record("RevealSIPPassword", "SIP account", owner="bobby", reason="a phone that does not register")

    entry = harness.service_fixture.bob.audit.page(count=1)[0]
    assert (entry.actor, entry.on_behalf_of, entry.reason) == ("alice", "bobby", "a phone that does not register")
    assert len(harness.service_fixture.alice.audit.page()) == 1


def test_an_event_goes_with_the_change_that_it_is_about(harness: AppHarness, as_alice: Flask) -> None:
    class Broken(Exception):
        pass

    def change() -> None:
        with harness.database.write() as session:
            session.scalars(select(CustomerRow).where(CustomerRow.customer_username == "alice")).one().city = "Cork"
            record("AddPasskey", "passkey", transaction=session)
            raise Broken

    with pytest.raises(Broken):
        change()
    assert len(harness.service_fixture.alice.audit.page()) == 1
    assert harness.service_fixture.alice.customer("alice").city != "Cork"


def test_an_event_without_a_sign_in_is_the_owners(harness: AppHarness) -> None:
    harness.add_users("alice")
    with harness.app.test_request_context("/login", environ_base={"REMOTE_ADDR": "192.0.2.8"}):
        record("ResetPassword", "customer", owner="alice")

    entry = harness.service_fixture.alice.audit.page(count=1)[0]
    assert (entry.actor, entry.address) == ("alice", "192.0.2.8")


def test_an_event_of_nobody_is_refused(harness: AppHarness, as_alice: Flask) -> None:
    with pytest.raises(NotFound):
        record("AddPasskey", "passkey", owner="mallory")


def test_in_front_of_another_service_a_line_of_the_log_tells_it(
    harness_with: object, caplog: pytest.LogCaptureFixture
) -> None:
    house = harness_with(users=False, provisioning_url="http://127.0.0.1:9")  # type: ignore[operator]
    with house.app.test_request_context("/login"), caplog.at_level(logging.INFO):
        record("ResetPassword", "customer", owner="alice")
        assert "ResetPassword of alice by alice, customer" in caplog.text
        assert g
