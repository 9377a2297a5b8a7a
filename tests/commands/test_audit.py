from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from sipsorcery_web import commands
from sipsorcery_web.service.audit.heads import Heads
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.audit import AuditRow
from sipsorcery_web.settings import Settings
from tests.conftest import ServiceFixture

from .conftest import Run


def test_an_audit_that_nobody_was_at_is_good(run: Run, service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    result = run("audit", "verify")

    assert result.output == "All 1 entries in 1 chains are as they were written.\n"
    assert result.exit_code == 0


def test_a_changed_entry_of_the_audit_is_named(
    run: Run, service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    assert service_fixture.alice
    with service_context.database.write() as session:
        session.execute(update(AuditRow).values(actor="bobby"))
    result = run("audit", "verify")

    assert result.exit_code == 1
    assert " of alice: entry 1, CreateCustomer of 2026-11-23 12:00:00 UTC, was changed" in result.output


def test_ends_of_chains_that_cannot_be_read_are_told(
    service_context: ServiceContext, settings: Settings, tmp_path: Path
) -> None:
    app = Flask(__name__)
    app.extensions |= {"settings": settings, "mailer": None}
    commands.init_app(app, replace(service_context, audit_heads=Heads(tmp_path)), None)
    result = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (result.exit_code, result.output) == (1, f"Error: {tmp_path}: Is a directory.\n")
