"""The operator's commands over a service, without a portal."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from sipsorcery_web import commands
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(service_context: ServiceContext, settings: Settings) -> Run:
    """Runs a command as the operator would type it behind `flask --app app`."""
    app = Flask(__name__)
    app.extensions["settings"] = settings
    app.extensions["mailer"] = None
    commands.init_app(app, service_context, None)
    return lambda *words, **more: app.test_cli_runner().invoke(args=words, **more)
