"""A provisioning service that takes connections and never answers: nobody waits longer than a page may."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import monotonic

import pytest
import requests

from sipsorcery_web import create_app
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.conftest import HOME
from tests.factories import PASSWORD
from tests.running import portal_at_work

TIMEOUT = 4.0
VISITORS = 30
PATIENCE = 60.0


@pytest.fixture
def address(tmp_path: Path, passwords: Passwords) -> Iterator[str]:
    """A portal on its own server, in front of a black hole."""
    with socket.create_server((HOME, 0), backlog=256) as hole:
        settings = Settings(
            data_dir=tmp_path,
            provisioning_url=f"http://{HOME}:{hole.getsockname()[1]}/provisioning.svc",
            provisioning_timeout=TIMEOUT,
        )
        app = create_app(settings, passwords=passwords)
        with portal_at_work(app, settings) as address:
            yield address
        app.extensions["database"].close()


def test_thirty_who_sign_in_at_once_are_all_told_in_time(address: str) -> None:
    page = requests.get(f"{address}/login", timeout=PATIENCE)
    (token, *_) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    typed = {"username": "alice", "password": PASSWORD, "csrf_token": token}
    ready = Barrier(VISITORS)

    def sign_in(number: int) -> tuple[int, float]:
        ready.wait()
        began = monotonic()
        answer = requests.post(
            f"{address}/login", typed | {"username": f"person{number}"}, cookies=page.cookies, timeout=PATIENCE
        )
        assert f"person{number}" in answer.text
        return answer.status_code, monotonic() - began

    with ThreadPoolExecutor(VISITORS) as pool:
        answers = list(pool.map(sign_in, range(VISITORS)))

    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 2 * TIMEOUT  # in turns they would wait four times as long
