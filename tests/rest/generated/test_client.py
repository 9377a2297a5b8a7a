"""A client that openapi-python-client generates from the description; `make test-client` makes what this needs."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from requests import get

from sipsorcery_web.rest.acts import ACTS
from sipsorcery_web.rest.routes import DOCUMENT, ROUTES

from ..fuzz import served
from ..program import EVERY_SCOPE

ENVIRONMENT = Path(__file__).parents[3] / ".openapi-python-client"
GENERATOR = ENVIRONMENT / "bin" / "openapi-python-client"
PATIENCE = 120

pytestmark = pytest.mark.skipif(
    not GENERATOR.exists(), reason="needs openapi-python-client in an environment of its own: make test-client"
)


def generated(address: str, folder: Path) -> Path:
    """Return the folder of a client that is generated from the description at an address."""
    described, made = folder / "openapi.json", folder / "client"
    described.write_bytes(get(f"{address}{DOCUMENT}", timeout=PATIENCE).content)
    command: list[str | Path] = [GENERATOR, "generate", "--path", described, "--output-path", made, "--fail-on-warning"]
    path = f"{ENVIRONMENT / 'bin'}:{os.environ['PATH']}"  # with the formatter that it calls
    done = run(command, {**os.environ, "PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def run(command: Sequence[str | Path], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.parametrize("owner", ["alice", "root-admin"])
def test_it_makes_reads_changes_and_deletes_every_kind_of_record(tmp_path: Path, owner: str) -> None:
    with served(tmp_path / "data", owner) as (harness, address):
        client = generated(address, tmp_path)
        token = harness.access_token(owner, "generated", scopes=EVERY_SCOPE).token or ""
        told = {"SIPSORCERY_TOKEN": token, "PYTHONPATH": str(client)}
        done = run([ENVIRONMENT / "bin" / "python", Path(__file__).with_name("client.py"), address], os.environ | told)

    assert done.stderr == ""
    assert done.returncode == 0
    every = {route.operation_id for route in ROUTES} | {act.operation_id for act in ACTS}
    assert set(done.stdout.split()) == every
