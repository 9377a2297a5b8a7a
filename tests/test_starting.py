import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest
from flask.cli import run_command

from sipsorcery_web import create_app
from sipsorcery_web.settings import Settings
from sipsorcery_web.starting import refuse_debugging_for_others
from tests.running import free_port

APP = Path(__file__).resolve().parent.parent / "app.py"


def test_a_command_that_cannot_start_says_why(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    create_app(settings)
    with closing(sqlite3.connect(tmp_path / "sipsorcery.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.commit()
    command = [sys.executable, "-m", "flask", "--app", str(APP), "customers", "list"]
    environment = {**os.environ, "SIPSORCERY_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert re.fullmatch(
        "Error: SIPSorcery Web does not start: The database .* was made by a newer version .*\n", done.stderr
    )


@pytest.mark.parametrize(
    "words", [("--debug", "--host", "0.0.0.0"), ("--debugger", "--host", "::"), ("--debug", "--host", "192.0.2.7")]
)
def test_the_debugger_is_shown_to_nobody_on_other_machines(tmp_path: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "flask", "--app", str(APP), "run", "--port", str(free_port()), *words]
    environment = {**os.environ, "SIPSORCERY_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            f"Error: SIPSorcery Web does not start: with --debug whoever reaches {words[-1]} could run code here. "
            "Leave out --debug, or --host; `python app.py` serves other machines."
        ],
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("parameters", [{"host": "127.0.0.1"}, {"host": "localhost"}])
def test_the_debugger_is_shown_on_this_machine(monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str]) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with click.Context(run_command) as context:
        context.params = {**parameters, "debugger": None}
        refuse_debugging_for_others()
