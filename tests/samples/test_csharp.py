"""`make test-wcf` installs what this needs."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from .conftest import BROKEN_RULE, INVALID, LINES, PATIENCE, SAMPLES, TOUR, UNAUTHORISED, Run, Tour, needs, tells

pytestmark = needs("mcs", "mono")


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample over SOAP, compiled."""
    return _compiled("Customer", ["System.ServiceModel", "System.Runtime.Serialization"], tmp_path_factory)


@pytest.fixture(scope="session")
def program_in_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in JSON, compiled."""
    return _compiled("Accounts", ["System.Net.Http", "System.Runtime.Serialization"], tmp_path_factory)


def _compiled(name: str, libraries: Sequence[str], folders: pytest.TempPathFactory) -> Path:
    program = folders.mktemp("csharp") / f"{name}.exe"
    named = [f"-r:{library}" for library in libraries]
    source = str(SAMPLES / "csharp" / f"{name}.cs")
    command = ["mcs", *named, "-warnaserror", "-nowarn:0649", f"-out:{program}", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if "CS0006" in done.stderr:
        pytest.skip(f"needs {' and '.join(libraries)} of Mono")
    assert done.returncode == 0, done.stderr
    return program


def test_the_csharp_sample_shows_the_customer(run: Run, program: Path) -> None:
    assert tells(run(("mono", program))) == (0, LINES, "")


def test_the_csharp_sample_says_that_the_password_is_wrong(run: Run, program: Path) -> None:
    assert tells(run(("mono", program), "nobody-wcf")) == (1, [], "The username or the password is wrong.")


def test_the_csharp_sample_takes_a_token_in_place_of_a_password(run: Run, token: str, program: Path) -> None:
    assert tells(run(("mono", program), token=token)) == (0, LINES, "")


def test_the_csharp_sample_says_that_a_token_is_no_good(run: Run, program: Path) -> None:
    assert tells(run(("mono", program), token="sips_unknown")) == (1, [], UNAUTHORISED)


def test_the_csharp_sample_goes_through_the_resources(tour: Tour, program_in_json: Path) -> None:
    assert tells(tour(("mono", program_in_json))) == (1, TOUR, BROKEN_RULE)


def test_the_csharp_sample_says_that_a_token_for_resources_is_no_good(tour: Tour, program_in_json: Path) -> None:
    assert tells(tour(("mono", program_in_json), token="sips_unknown")) == (1, [], INVALID)
