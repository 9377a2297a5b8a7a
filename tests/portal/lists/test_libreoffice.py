"""LibreOffice opens a file and saves it again: nothing in it has changed."""

import csv
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from sipsorcery_web.portal.lists.cells import column_writer, line
from sipsorcery_web.service.store.models import SIPAccountRow

from ..app_harness import AppHarness
from ..areas.calls.strangers import HOSTILE
from ..browser import Browser
from .test_cells import PLAIN, TURNED

PATIENCE = 180
UTF_8 = 76
LANGUAGES = {"English": 1033, "German": 1031, "French": 1036, "Swedish": 1053}
"""What a decimal point, a date and a truth look like differs; numbers as LibreOffice's filter counts languages."""
PARTING = {"a comma": "44", "a comma, a semicolon or a tab, as its dialogue proposes": "44/59/9"}


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of this LibreOffice's settings, apart from anybody's own."""
    if shutil.which("soffice") is None:
        pytest.skip("there is no LibreOffice; on Debian: apt-get install libreoffice-calc")
    return tmp_path_factory.mktemp("libreoffice").as_uri()


def saved_again(profile: str, file: Path, parting: str = "44", language: int = 1033) -> list[list[str]]:
    """The cells of a CSV file after LibreOffice has opened it, with all its guesses on, and saved it."""
    folder = file.with_suffix("")
    folder.mkdir()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile}",
            "--headless",
            f"--infilter=CSV:{parting},34,{UTF_8},1,,{language},false,true",
            "--convert-to",
            f"csv:Text - txt - csv (StarCalc):44,34,{UTF_8},1,,{language}",
            "--outdir",
            str(folder),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return cells_of(folder / file.name)


def cells_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text, strict=True))


def written(file: Path, texts: Sequence[object]) -> list[list[str]]:
    """A file with a cell for each text, and its cells."""
    content = "".join(f"{cell},end\r\n" for cell in column_writer(UTC)(texts))
    file.write_text("\ufeff" + line(["Text", "End"]) + content, encoding="utf-8", newline="")
    return cells_of(file)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("parting", PARTING)
def test_nothing_that_strangers_write_is_changed(profile: str, tmp_path: Path, language: str, parting: str) -> None:
    hostile = [text for text in HOSTILE if text]
    texts = (
        *TURNED,
        *PLAIN,
        *hostile,
        "'quoted",
        "a;=1+1",
        "x\t@y",
        486,
        True,
        datetime(2026, 7, 1, 12, 30, tzinfo=UTC),
    )
    before = written(tmp_path / "cells.csv", texts)
    assert saved_again(profile, tmp_path / "cells.csv", PARTING[parting], LANGUAGES[language]) == before


def test_without_the_marks_it_would_be(profile: str, tmp_path: Path) -> None:
    """A control for the test above: LibreOffice is seen to take a formula."""
    file = tmp_path / "cells.csv"
    file.write_text("\ufeffText\r\n0871234567\r\n", encoding="utf-8", newline="")
    assert saved_again(profile, file)[1:] == [["871234567"]]


def test_the_files_of_the_portal_stay_as_they_are(
    profile: str, harness: AppHarness, alice: Browser, tmp_path: Path
) -> None:
    summer = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
    harness.cdr("alice", from_user="0871234567", from_name="+353 87 1234567", dst_uri="1/2", created=summer)
    harness.bind(harness.account("alice", "front-desk"), user_agent="Snom; 10.1")
    harness.call("alice")
    provider = harness.provider("alice", "blueline", register_enabled=True, register_contact="sip:a@b.example")
    harness.registration(provider, registration_failure_message="403")
    with harness.database.write() as session:
        session.execute(update(SIPAccountRow).values(network_id="007"))
    for number, name in enumerate(
        ("cdrs", "sip-accounts", "registrations", "calls", "providers", "dial-plans", "provider-registrations")
    ):
        file = tmp_path / f"{number}.csv"
        file.write_bytes(alice.raw("GET", f"/{name}.csv").get_data())
        before = cells_of(file)
        assert len(before) > 1, name
        assert saved_again(profile, file) == before, name
