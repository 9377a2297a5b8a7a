"""The portal on two workers: whichever answers, a session, a form, a link and a limit are the same."""

import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from sipsorcery_web.contract import names
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.factories.records import sip_account
from tests.portal_process import PATIENCE, Portal, sign_in, with_customer

LOGIN = (
    f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body><Login xmlns="{names.SVC}">'
    "<username>alice</username><password>{password}</password></Login></s:Body></s:Envelope>"
)
TOO_MANY = "Too many"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX's")


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, portal_process: Callable[..., Portal], tmp_path: Path) -> Iterator[Portal]:
    """A portal on two workers, with alice."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with_customer(tmp_path, "alice", administrator=True, database_url=url)
    started = portal_process(SIPSORCERY_WORKERS="2", SIPSORCERY_DATABASE_URL=url)
    started.until("SIPSorcery Web: ")
    yield started
    assert started.stop() == 0
    assert [line for line in started.errors.splitlines() if "logs.sign_ins" not in line] == []
    assert not list((tmp_path / "instance").glob("*-wal"))


def on_both_workers() -> list[requests.Session]:
    """Browsers with a connection each, which the two workers share."""
    return [requests.Session(), requests.Session()]


def login(running: Portal, browser: requests.Session, password: str) -> str:
    headers = {"Content-Type": "text/xml", "SOAPAction": f'"{names.ACTION_PREFIX}Login"'}
    message = LOGIN.format(password=password)
    return browser.post(f"{running.address}/provisioning.svc", message, headers=headers, timeout=PATIENCE).text


def test_a_session_that_one_worker_began_the_other_one_knows_and_ends(running: Portal) -> None:
    first, second = on_both_workers()
    sign_in(first, running, "alice")
    second.cookies.update(first.cookies)
    page = second.get(f"{running.address}/sip-accounts", timeout=PATIENCE).text
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    second.post(f"{running.address}/logout", {"csrf_token": token}, timeout=PATIENCE)
    assert "/login" in first.get(f"{running.address}/sip-accounts", timeout=PATIENCE).url


def test_wrong_passwords_count_on_whichever_worker(running: Portal) -> None:
    browsers = on_both_workers()
    for number in range(5):
        assert TOO_MANY not in login(running, browsers[number % 2], "wrong")
    assert all(TOO_MANY in login(running, browser, PASSWORD) for browser in browsers)


def test_right_sign_ins_at_once_are_no_failures(running: Portal) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: login(running, requests.Session(), PASSWORD), range(6)))
    assert [answer for answer in answers if "<LoginResult>" not in answer] == []


def test_writes_of_both_at_once_all_succeed(running: Portal) -> None:
    channels = [SoapChannel(running.address + names.ENDPOINT_PATH, PATIENCE) for _ in range(8)]
    token = ProvisioningClient(channels[0], ClientIdentity(None, HOME)).login("alice", PASSWORD)
    clients = [ProvisioningClient(channel, ClientIdentity(token, HOME)) for channel in channels]

    def add(number: int) -> str | None:
        return (
            clients[number % 8].sip_accounts.add(sip_account(f"desk-{number:02}", sip_domain="sip.local")).sip_username
        )

    with ThreadPoolExecutor(8) as pool:
        added = set(pool.map(add, range(32)))
    assert added == {f"desk-{number:02}" for number in range(32)}
    assert clients[0].sip_accounts.count() == 33
