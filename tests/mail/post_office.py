"""The mail of a portal, from its queue through a real mail server to the inbox of a test."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from sipsorcery_web import TOP
from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.jobs.queue import JobQueue
from sipsorcery_web.jobs.runner import JobRunner
from sipsorcery_web.mail.mailer import MAIL, Mailer
from sipsorcery_web.mail.templates import MailTemplates
from sipsorcery_web.service.account_mails import ACCOUNT_MAIL, AccountMails
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.settings.values import SMTPServer
from tests.running import HOST

from .servers import Inbox, mail_server

PUBLIC_URL = "https://sip.example.org"
SENDER = Address("SIPSorcery", addr_spec="sip@example.org")
PAGES = dict.fromkeys(LinkPurpose, f"{PUBLIC_URL}/login/confirm/") | {LinkPurpose.RESET: f"{PUBLIC_URL}/login/reset/"}
LINK = re.compile(rf"^{re.escape(PUBLIC_URL)}(/login/(?:reset|confirm)/[\w-]{{43}})$", re.MULTILINE)

_INBOX = Inbox()


@dataclass(frozen=True)
class PostOffice:
    """A mail server, and what it was given."""

    server: SMTPServer
    inbox: Inbox

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of a portal that sends its mail here."""
        return {"smtp_url": self.server, "mail_from": SENDER, "public_url": PUBLIC_URL}

    def mails_of(self, app: Flask) -> list[EmailMessage]:
        """Send all that an application has to send, and return the mails that this brought."""
        return self.mails(app.extensions["account_mails"])

    def mails(self, account_mails: AccountMails) -> list[EmailMessage]:
        """Do the jobs that mails are made of, one after the other."""
        before = len(self.inbox.received)
        handlers = {MAIL: account_mails.mailer.send_job, ACCOUNT_MAIL: account_mails.send_job}
        runner = JobRunner(account_mails.queue, handlers)
        while runner.run_due():
            pass
        return self.inbox.messages[before:]

    def link_of(self, app: Flask) -> str:
        """Send what there is to send, one mail with a link in it, and return its path."""
        (mail,) = self.mails_of(app)
        return link_in(mail)

    def mailer(self, queue: JobQueue) -> Mailer:
        """A mailer that hands its mails over here."""
        return Mailer(queue, self.server, SENDER)

    def account_mails(self, context: ServiceContext) -> AccountMails:
        """The mails about accounts of a service."""
        queue = JobQueue(context.database, context.keyring, context.clock)
        templates = MailTemplates(TOP / "templates" / "mail")
        return AccountMails(context.database, queue, self.mailer(queue), templates, PAGES, "sip.example.org")


def link_in(mail: EmailMessage) -> str:
    """The path of the one link in the text of a mail."""
    (path,) = LINK.findall(text_of(mail))
    return str(path)


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """One of the two bodies of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return "\n".join(str(body.get_content()).splitlines())


@pytest.fixture(scope="session")
def mail_port() -> Iterator[int]:
    """The port of a mail server that all tests of a process use in turn."""
    with mail_server(_INBOX) as port:
        yield port


@pytest.fixture
def post_office(mail_port: int) -> PostOffice:
    """A mail server with an empty inbox."""
    _INBOX.received.clear()
    return PostOffice(SMTPServer(HOST, mail_port, "none"), _INBOX)
