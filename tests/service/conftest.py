"""Stores that several threads can really use at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest

from sipsorcery_web.database.connection import Database, open_database
from sipsorcery_web.database.migrate import migrate
from tests.database.conftest import postgres_url
from tests.mail.post_office import mail_port, post_office

__all__ = ["mail_port", "post_office", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def busy_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store with every table and no rows, with a connection for each thread."""
    named = request.param == "postgresql"
    database = open_database(request.getfixturevalue("postgres_url") if named else f"sqlite:///{tmp_path}/portal.db")
    migrate(database)
    yield database
    database.close()


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Do all this at the same time; what went wrong comes back."""
    together = Barrier(len(acts))
    errors: list[BaseException] = []

    def do(act: Callable[[], object]) -> None:
        together.wait()
        try:
            act()
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=do, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
