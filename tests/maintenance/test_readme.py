"""The section of README on backups and keys, word for word: its commands, typed beside a portal that runs."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.service.store.models import SIPAccountRow
from sipsorcery_web.service.store.rows import secret_of
from sipsorcery_web.settings import Settings
from tests.factories import SIP_PASSWORD
from tests.portal_process import Portal
from tests.sealed_values import keep_all

ROOT = Path(__file__).parent.parent.parent
SECTION = re.search(r"\n## Backups and keys\n(.*?)\n## ", (ROOT / "README.md").read_text(), re.DOTALL)


def blocks() -> Sequence[Sequence[str]]:
    """The commands of the section, one list for each block of them."""
    assert SECTION is not None
    found = re.findall(r"\n\n((?:    .+\n)+)", SECTION[1])
    return [[line.strip() for line in block.splitlines()] for block in found]


class Shell:
    """A terminal in the folder of the portal, with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder.parent / "home"
        self.home.mkdir()
        folder.mkdir(exist_ok=True)
        for name in ("app.py", "samples", "sipsorcery_web", "static", "templates"):
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").symlink_to(sys.prefix)

    def type(self, *commands: str) -> str:
        """Type commands; what they said."""
        said = ""
        for command in commands:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env=environment | {"HOME": str(self.home)},
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
            said += done.stdout
        return said


def password_in(folder: Path) -> str | None:
    """The password that a restored installation gives its owner."""
    database, keyring = open_store(Settings(data_dir=folder / "instance"))
    with database.read() as session:
        password = secret_of(session.query(SIPAccountRow).one(), "sip_password", keyring)
    database.close()
    return password


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A terminal beside an installation with an account of alice's."""
    shell = Shell(tmp_path / "portal")
    database, keyring = open_store(Settings(data_dir=shell.folder / "instance"))
    keep_all(database, keyring)
    database.close()
    return shell


def test_the_section_has_the_commands_that_are_typed_here() -> None:
    assert [len(block) for block in blocks()] == [2, 3, 2, 1]


def test_a_backup_beside_a_running_portal_comes_back_with_keys_that_were_kept_apart(
    shell: Shell, portal_process: Callable[..., Portal]
) -> None:
    backup, restore, *_ = blocks()
    running = portal_process(SIPSORCERY_DATA_DIR=str(shell.folder / "instance"))
    running.until("SIPSorcery Web: ")

    said = shell.type(*backup)
    assert running.stop() == 0
    (shell.folder / "instance").rename(shell.folder / "lost")

    assert "It was restored once, and is whole." in said
    assert "Keep a copy of the key file instance/keys, in another place." in said
    assert "The database is back" in shell.type(*restore)
    assert password_in(shell.folder) == SIP_PASSWORD


def test_a_backup_with_its_keys_comes_back_alone(shell: Shell) -> None:
    backup, restore = blocks()[2]
    (shell.home / "passphrase").write_text("correct horse battery\n")

    shell.type(backup)
    (shell.folder / "instance").rename(shell.folder / "lost")
    shell.type(restore)

    assert password_in(shell.folder) == SIP_PASSWORD


def test_keys_are_rotated_beside_a_running_portal(shell: Shell, portal_process: Callable[..., Portal]) -> None:
    ((rotate,),) = [block for block in blocks() if "rotate" in block[0]]
    running = portal_process(SIPSORCERY_DATA_DIR=str(shell.folder / "instance"))
    running.until("SIPSorcery Web: ")

    said = shell.type(rotate)
    assert running.stop() == 0

    assert "All values are sealed with the key" in said
    assert re.search("2[12] of them anew", said)  # one more, once the portal has tried to post a message
    assert password_in(shell.folder) == SIP_PASSWORD
    assert len((shell.folder / "instance" / "keys").read_text().splitlines()) == 2


def test_a_new_key_is_printed_and_taken_from_a_variable(shell: Shell) -> None:
    assert re.fullmatch(r"[0-9a-f]{8} \S{44}\n", shell.type(".venv/bin/flask --app app keys new"))


def test_a_restore_without_its_file_is_a_sentence_and_leaves_no_directory(shell: Shell) -> None:
    (shell.folder / "instance").rename(shell.folder / "lost")
    said = shell.type(".venv/bin/flask --app app restore nothing 2>&1 || true")

    assert said == "Error: There is no file nothing.\n"
    assert not (shell.folder / "instance").exists()


def test_the_other_commands_are_there_though_a_word_of_theirs_is_one_of_these(shell: Shell) -> None:
    said = shell.type(".venv/bin/flask --app app customers suspend alice --reason backup")

    assert said == "alice is suspended.\n"


def test_the_list_of_all_commands_has_these_too(shell: Shell) -> None:
    listed = shell.type(".venv/bin/flask --app app --help").partition("Commands:")[2]

    assert {"backup", "customers", "keys", "restore"} <= {
        line.split()[0] for line in listed.splitlines() if line.strip()
    }


def test_a_backup_of_nothing_is_a_sentence_and_makes_nothing(shell: Shell) -> None:
    (shell.folder / "instance").rename(shell.folder / "lost")

    assert "There is no database" in shell.type(".venv/bin/flask --app app backup ~/backup 2>&1 || true")
    assert not (shell.folder / "instance").exists()
    assert list(shell.home.iterdir()) == []


def test_a_database_of_another_version_is_not_brought_up_to_date_by_a_backup(shell: Shell) -> None:
    """An older portal may still run over it."""
    database, _ = open_store(Settings(data_dir=shell.folder / "instance"))
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()

    assert "by another version" in shell.type(".venv/bin/flask --app app keys rotate 2>&1 || true")
    assert len((shell.folder / "instance" / "keys").read_text().splitlines()) == 1
