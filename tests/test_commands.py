import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from sipsorcery_web import commands, create_app
from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import Settings
from tests.conftest import ServiceFixture
from tests.factories import PASSWORD

Run = Callable[..., Result]
APP = Path(__file__).resolve().parent.parent / "app.py"
DETAILS = ("--email", "carol@example.org", "--first-name", "Carol", "--last-name", "Example", "--city", "Galway")
SECRETS = ("--security-answer", "teal", "--password", PASSWORD)


@pytest.fixture
def run(service_context: ServiceContext, settings: Settings) -> Run:
    """Runs a command as the operator would type it behind `flask --app app`."""
    app = Flask(__name__)
    app.extensions["settings"] = settings
    commands.init_app(app, service_context, None)
    return lambda *words, **more: app.test_cli_runner().invoke(args=words, **more)


# What keeps them from starting


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


# Customers


def test_customers_are_listed_with_what_marks_them(run: Run, service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    assert service_fixture.administrator
    run("customers", "suspend", "bobby")

    assert run("customers", "list").output.splitlines() == [
        "alice\talice@example.org",
        "bobby\tbobby@example.org\tsuspended",
        "root-admin\troot-admin@example.org\tadministrator",
    ]


def test_where_nobody_is_the_list_is_empty(run: Run) -> None:
    result = run("customers", "list")

    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(("option", "admin_id"), [((), None), (("--admin",), "*")])
def test_a_customer_is_created(
    run: Run, service_fixture: ServiceFixture, option: tuple[str, ...], admin_id: str | None
) -> None:
    result = run("customers", "create", "Carol", *DETAILS, *SECRETS, *option)

    assert (result.exit_code, result.output) == (0, "carol is made.\n")
    carol = service_fixture.client(service_fixture.token_of("carol")).customer("carol")
    assert (carol.admin_id, carol.city, carol.email_address) == (admin_id, "Galway", "carol@example.org")


def test_what_was_not_given_is_asked_for_and_the_password_is_not_shown(
    run: Run, service_fixture: ServiceFixture
) -> None:
    answers = f"carol@example.org\nCarol\nExample\nGalway\nteal\n{PASSWORD}\n{PASSWORD}\n"
    result = run("customers", "create", "carol", input=answers)

    assert result.exit_code == 0
    assert "Repeat for confirmation" in result.output
    assert PASSWORD not in result.output
    assert service_fixture.token_of("carol")


@pytest.mark.parametrize(
    ("username", "change", "sentence"),
    [
        ("alice", {}, "The requested username is already in use please try a different one."),
        (
            "carol",
            {"carol@example.org": "alice@example.org"},
            "The email address is already associated with an account.",
        ),
        ("carol", {PASSWORD: "short"}, "The password length must be between 6 and 20."),
        ("carol", {"Galway": "\x07"}, "The control character U+0007 cannot be stored."),
    ],
)
def test_a_refusal_is_a_sentence(
    run: Run, service_fixture: ServiceFixture, username: str, change: dict[str, str], sentence: str
) -> None:
    assert service_fixture.alice
    words = [change.get(word, word) for word in (*DETAILS, *SECRETS)]
    result = run("customers", "create", username, *words)

    assert (result.exit_code, result.output) == (1, f"Error: {sentence}\n")


def test_a_customer_is_suspended_and_resumed(run: Run, service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice

    assert run("customers", "suspend", "alice", "--reason", "unpaid").output == "alice is suspended.\n"
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    assert run("customers", "resume", "alice").output == "alice may sign in again.\n"
    assert service_fixture.token_of("alice")


def test_a_customer_gets_a_new_password(run: Run, service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice
    result = run("customers", "set-password", "alice", input="closesesame8\nclosesesame8\n")

    assert "The password of alice is changed; its sessions have ended." in result.output
    assert "closesesame8" not in result.output
    assert service_fixture.token_of("alice", "closesesame8")
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()


@pytest.mark.parametrize("verb", ["suspend", "resume", "set-password"])
def test_a_customer_who_is_not_there_is_named(run: Run, verb: str) -> None:
    result = run("customers", verb, "mallory", *(("--password", PASSWORD) if verb == "set-password" else ()))

    assert (result.exit_code, result.output) == (1, "Error: There is no customer 'mallory'.\n")


# Invites


def test_invite_codes_are_shown_one_a_line(run: Run, service_fixture: ServiceFixture) -> None:
    codes = run("invites", "create", "--count", "3").output.splitlines()

    assert len(set(codes)) == 3
    assert [service_fixture.stranger.invite_complaint(code) for code in codes] == [None, None, None]


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_an_impossible_number_of_codes_is_refused(run: Run, count: str) -> None:
    assert run("invites", "create", "--count", count).exit_code == 2


# The set-up link


def test_a_set_up_link_is_made(run: Run, service_context: ServiceContext) -> None:
    output = run("setup-link").output

    found = re.fullmatch(r"http://127\.0\.0\.1:8080/setup/([\w-]{43})\n", output)
    assert found is not None
    FirstRun(service_context).check(found[1])


def test_the_link_is_at_the_address_that_was_set(service_context: ServiceContext, settings: Settings) -> None:
    elsewhere = replace(settings, host="::1", port=9000)

    assert commands.setup_address(elsewhere, FirstRun(service_context)).startswith("http://[::1]:9000/setup/")


def test_behind_a_proxy_the_link_is_at_the_public_address(service_context: ServiceContext, settings: Settings) -> None:
    public = replace(settings, public_url="https://sip.example.org")

    assert commands.setup_address(public, FirstRun(service_context)).startswith("https://sip.example.org/setup/")


def test_with_an_administrator_there_is_no_link(run: Run, service_fixture: ServiceFixture) -> None:
    assert service_fixture.administrator
    result = run("setup-link")

    assert (result.exit_code, result.output) == (1, "Error: There is an administrator already.\n")


# In the application


def test_the_application_has_the_commands(app: Flask) -> None:
    assert {"customers", "invites", "setup-link"} <= set(app.cli.commands)
    assert app.test_cli_runner().invoke(args=["customers", "list"]).exit_code == 0


def test_in_front_of_another_service_there_are_none(settings: Settings) -> None:
    from sipsorcery_web import create_app

    app = create_app(replace(settings, provisioning_url="http://127.0.0.1:9/provisioning.svc"))
    assert not {"customers", "invites", "setup-link"} & set(app.cli.commands)


# The SIP engine


def test_without_an_engine_there_is_no_configuration(run: Run) -> None:
    result = run("engine", "config")

    assert result.exit_code == 1
    assert "SIPSORCERY_SIP_HOST" in result.output


def test_the_configuration_of_the_engine_is_written(settings: Settings, passwords: Passwords) -> None:
    app = create_app(replace(settings, sip_host="127.0.0.1"), passwords=passwords)

    result = app.test_cli_runner().invoke(args=["engine", "config"])

    path = Path(result.output.strip())
    assert path == settings.data_dir / "engine" / "kamailio.cfg"
    assert f'alias="{settings.domain}"' in path.read_text()
