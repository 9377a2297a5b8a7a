"""Clients of .NET, run with Debian's Mono: one as the Silverlight client was, one made of the published contract.

`make test-wcf` installs what this needs.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipsorcery_web import create_app
from sipsorcery_web.contract import names
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.conftest import Clock, ServiceFixture
from tests.running import portal_at_work
from tests.samples.conftest import PATIENCE, needs

HERE = Path(__file__).parent
TOLD = [
    "True 1000",
    "True",
    "Monitor 12:00:00:000 Monitor(5): Filter in force: event * and user alice",
    "nothing new",
    "Filter colour was not recognised.",
]


@pytest.fixture(scope="module")
def at_work(passwords: Passwords, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a portal's notification service, and alice's token."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("mono"))
    app = create_app(settings, clock=Clock(), passwords=passwords)
    people = ServiceFixture(app.extensions["service"])
    assert people.alice
    with portal_at_work(app, settings) as address:
        yield address + names.NOTIFICATIONS_PATH, people.token_of("alice")


def done(*command: str | Path, folder: Path) -> str:
    """Run a command, and return what it puts out."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if "CS0006" in result.stderr:
        pytest.skip("a library of Mono is missing")
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@needs("mcs", "mono")
def test_a_client_as_the_old_one_was_polls(at_work: tuple[str, str], tmp_path: Path) -> None:
    libraries = ("-r:System.ServiceModel", "-r:System.Runtime.Serialization")
    done("mcs", *libraries, "-out:client.exe", HERE / "OldClient.cs", folder=tmp_path)
    told = done("mono", "client.exe", *at_work, folder=tmp_path)
    assert told.splitlines() == TOLD


@needs("mcs", "mono", "wsdl")
def test_a_proxy_that_monos_generator_makes_of_the_contract_polls(at_work: tuple[str, str], tmp_path: Path) -> None:
    done("wsdl", "-out:made.cs", f"{at_work[0]}?wsdl", folder=tmp_path)
    done("mcs", "-r:System.Web.Services", "-out:client.exe", HERE / "Proxy.cs", "made.cs", folder=tmp_path)
    told = done("mono", "client.exe", *at_work, folder=tmp_path)
    assert told.splitlines() == TOLD
