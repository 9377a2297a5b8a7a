"""The replies of the embedded service to a run, which is put to it once."""

from collections.abc import Callable

import pytest

from sipsorcery_web.service.passwords import Passwords

from .capture_fixture import Run, replayed
from .exchanges import HttpMessage

Replies = dict[str, HttpMessage]


@pytest.fixture(scope="session")
def replies_to(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Callable[[Run], Replies]:
    played: dict[int, Replies] = {}

    def replies_to(run: Run) -> Replies:
        if id(run) not in played:
            played[id(run)] = replayed(run, tmp_path_factory.mktemp("service_fixture"), passwords)
        return played[id(run)]

    return replies_to
