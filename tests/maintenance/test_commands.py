"""The operator's commands for a whole installation, and the sentences that they say."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from sipsorcery_web.database import rotation as rotating
from sipsorcery_web.maintenance.commands import maintenance_app
from sipsorcery_web.maintenance.stores import open_store
from sipsorcery_web.settings import Settings
from tests.sealed_values import keep_all


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of an installation with something in every table that has secrets."""
    database, keyring = open_store(Settings(data_dir=tmp_path / "instance"))
    keep_all(database, keyring)
    with database.write() as session:
        session.execute(text("UPDATE sipproviders SET sealed_provider_password = 'gone.AAAA'"))
    database.close()
    monkeypatch.setenv("SIPSORCERY_DATA_DIR", str(tmp_path / "instance"))
    return tmp_path / "instance"


def said_by(*words: str) -> str:
    """Type a command; what it said."""
    done = maintenance_app(lambda: Flask(__name__)).test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("installation")
def test_a_rotation_tells_how_many_values_it_has_left() -> None:
    said = said_by("keys", "rotate")

    assert said.startswith("All but 1 of the values are sealed with the key ")
    assert "20 of them anew" in said
    assert "1 of sipproviders.sealed_provider_password cannot be read and stay as they are." in said
    assert "again" not in said


@pytest.mark.usefixtures("installation")
def test_a_rotation_that_others_were_in_the_way_of_is_to_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "MOST_PASSES", 1)

    assert "Others have sealed with an older key meanwhile: run this command again." in said_by("keys", "rotate")
    assert "An earlier rotation had not come to its end" in said_by("keys", "rotate")
