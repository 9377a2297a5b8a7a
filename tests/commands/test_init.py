from dataclasses import replace

from flask import Flask

from sipsorcery_web import create_app
from sipsorcery_web.settings import Settings


def test_the_application_has_the_commands(app: Flask) -> None:
    assert {"customers", "invites", "setup-link", "tokens"} <= set(app.cli.commands)
    assert app.test_cli_runner().invoke(args=["customers", "list"]).exit_code == 0


def test_in_front_of_another_service_there_are_none(settings: Settings) -> None:
    app = create_app(replace(settings, provisioning_url="http://127.0.0.1:9/provisioning.svc"))
    assert not {"customers", "invites", "setup-link", "tokens"} & set(app.cli.commands)
