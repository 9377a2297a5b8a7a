"""`make test-wcf` installs what this needs."""

import subprocess
from pathlib import Path

import pytest

from .conftest import LINES, PATIENCE, SAMPLES, UNAUTHORISED, Run, needs, tells

pytestmark = needs("mcs", "mono")


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, compiled."""
    program = tmp_path_factory.mktemp("csharp") / "Customer.exe"
    libraries = ("-r:System.ServiceModel", "-r:System.Runtime.Serialization")
    command = [
        "mcs",
        *libraries,
        "-warnaserror",
        "-nowarn:0649",
        f"-out:{program}",
        str(SAMPLES / "csharp" / "Customer.cs"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if "CS0006" in done.stderr:
        pytest.skip("needs System.ServiceModel: libmono-system-servicemodel4.0a-cil")
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
