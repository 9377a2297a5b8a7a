"""Sign-ins that have failed are in the log, a line each, whatever door they came by."""

from collections.abc import Callable
from contextlib import nullcontext, suppress

import pytest
from flask import Flask

from sipsorcery_web.contract import names
from sipsorcery_web.contract.errors import Refused, TooManyAttempts
from sipsorcery_web.database.sign_in_limit import Attempt
from sipsorcery_web.logs.sign_ins import noted
from sipsorcery_web.service.dispatch import service_of
from tests.conftest import ServiceFixture
from tests.factories import PASSWORD
from tests.portal.browser import Browser
from tests.portal.conftest import HarnessWith
from tests.portal.genuine import Front
from tests.service.soap.wire import XML, message

WRONG = "n1ghtingale"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line.getMessage() for line in caplog.records if line.name == "sipsorcery_web.logs.sign_ins"]


def by_page(app: Flask, username: str, password: str, address: str) -> None:
    """Send the form of the sign-in page, as a browser at an address does."""
    Browser(app, set(), REMOTE_ADDR=address).submit("/login", username=username, password=password)


def by_soap(app: Flask, username: str, password: str, address: str) -> None:
    """Call Login, as a program at an address does."""
    said = message("Login", f"<username>{username}</username><password>{password}</password>")
    headers = {"Content-Type": XML, "SOAPAction": f'"{names.ACTION_PREFIX}Login"'}
    app.test_client().post(
        names.ENDPOINT_PATH, data=said.encode(), headers=headers, environ_base={"REMOTE_ADDR": address}
    )


doors = pytest.mark.parametrize("sign_in", [by_page, by_soap])
Door = Callable[[Flask, str, str, str], None]


@pytest.fixture
def app(app: Flask) -> Flask:
    """A portal with alice."""
    service = service_of(app)
    assert service is not None
    assert ServiceFixture(service).alice
    return app


@doors
def test_a_wrong_password_is_a_line_with_the_address_and_the_account(
    app: Flask, caplog: pytest.LogCaptureFixture, sign_in: Door
) -> None:
    sign_in(app, "Alice", WRONG, "192.0.2.7")
    sign_in(app, "alice", WRONG, "2001:db8::7")

    assert lines(caplog) == ["Failed sign-in from 192.0.2.7 for alice", "Failed sign-in from 2001:db8::7 for alice"]


@doors
@pytest.mark.parametrize("typed", ["carol", "my-own-passw0rd", "x for alice", "a\nFailed sign-in from 192.0.2.8"])
def test_what_is_no_account_is_not_told_since_it_may_be_a_password(
    app: Flask, caplog: pytest.LogCaptureFixture, sign_in: Door, typed: str
) -> None:
    sign_in(app, typed, WRONG, "192.0.2.7")

    assert set(lines(caplog)) <= {"Failed sign-in from 192.0.2.7"}
    assert typed not in caplog.text


@doors
def test_one_that_is_not_looked_at_any_more_is_told_too(
    app: Flask, caplog: pytest.LogCaptureFixture, sign_in: Door
) -> None:
    for _ in range(6):
        sign_in(app, "alice", WRONG, "192.0.2.7")

    assert lines(caplog)[4:] == ["Failed sign-in from 192.0.2.7 for alice", "Refused sign-in from 192.0.2.7"]


@doors
def test_a_right_password_is_no_line(app: Flask, caplog: pytest.LogCaptureFixture, sign_in: Door) -> None:
    sign_in(app, "alice", PASSWORD, "192.0.2.7")

    assert lines(caplog) == []


def test_a_wrong_old_password_is_a_line(service_fixture: ServiceFixture, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Refused):
        service_fixture.alice.update_customer_password("alice", WRONG, "tr0ubad0ur")

    assert lines(caplog) == ["Failed sign-in from 127.0.0.1 for alice"]


def test_in_front_of_another_service_the_portal_tells(mysql_front: Front, caplog: pytest.LogCaptureFixture) -> None:
    mysql_front.signed_in("alice-kelly")
    browser = mysql_front.harness.browser(REMOTE_ADDR="192.0.2.7")
    for _ in range(6):
        browser.submit("/login", username="alice-kelly", password=WRONG)

    assert lines(caplog) == ["Failed sign-in from 192.0.2.7"] * 5 + ["Refused sign-in from 192.0.2.7"]


def test_behind_a_proxy_it_is_the_visitors_address(harness_with: HarnessWith, caplog: pytest.LogCaptureFixture) -> None:
    harness = harness_with(trusted_proxies=1)
    for told in ("198.51.100.1, 203.0.113.1", "198.51.100.1, not an address"):
        harness.browser(HTTP_X_FORWARDED_FOR=told).submit("/login", username="alice", password=WRONG)

    assert lines(caplog) == ["Failed sign-in from 203.0.113.1 for alice", "Failed sign-in from elsewhere for alice"]


@pytest.mark.parametrize(
    ("address", "shown"), [("::ffff:192.0.2.7", "192.0.2.7"), ("2001:DB8::0:7", "2001:db8::7"), ("", "elsewhere")]
)
def test_an_address_is_written_in_one_way(caplog: pytest.LogCaptureFixture, address: str, shown: str) -> None:
    with noted(nullcontext(Attempt()), address, TooManyAttempts):
        pass

    assert lines(caplog) == [f"Failed sign-in from {shown}"]


def test_a_password_that_could_not_be_looked_at_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    with suppress(OSError), noted(nullcontext(Attempt()), "192.0.2.7", TooManyAttempts):
        raise OSError

    assert lines(caplog) == []
