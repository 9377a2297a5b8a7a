from collections.abc import Callable
from email.headerregistry import Address

import pytest
from click.testing import Result
from flask import Flask

from sipsorcery_web import commands
from sipsorcery_web.jobs.queue import JobQueue
from sipsorcery_web.mail.mailer import Mailer
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.settings import Settings
from sipsorcery_web.settings.values import SMTPServer
from tests.mail.servers import Inbox, mail_server

from .conftest import Run


@pytest.fixture
def mail_command(service_context: ServiceContext, settings: Settings) -> Callable[[int, str], Result]:
    """Sends a test mail through the mail server at a port."""

    def run(port: int, address: str) -> Result:
        app = Flask(__name__)
        queue = JobQueue(service_context.database, service_context.keyring, service_context.clock)
        server = SMTPServer("127.0.0.1", port, "none")
        app.extensions |= {
            "settings": settings,
            "mailer": Mailer(queue, server, Address("SIPSorcery", addr_spec="sip@example.org")),
        }
        commands.init_app(app, service_context, None)
        return app.test_cli_runner().invoke(args=("mail", "test", address))

    return run


def test_a_test_mail_is_sent_at_once(mail_command: Callable[[int, str], Result]) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        done = mail_command(port, "alice@example.org")

    assert (done.exit_code, done.output) == (0, "The mail server has taken a mail for alice@example.org.\n")
    assert [each.rcpt_tos for each in inbox.received] == [["alice@example.org"]]


def test_a_test_mail_says_what_the_mail_server_says(mail_command: Callable[[int, str], Result]) -> None:
    with mail_server(Inbox(answers={"alice@example.org": "550 nobody"})) as port:
        done = mail_command(port, "alice@example.org")

    assert (done.exit_code, done.output) == (1, "Error: the mail server says 550 nobody\n")


def test_a_test_mail_needs_a_mail_server_and_an_address(run: Run, mail_command: Callable[[int, str], Result]) -> None:
    assert "Error: There is no mail server." in run("mail", "test", "alice@example.org").output
    assert "A mail goes to plain addresses" in mail_command(25, "alice").output
