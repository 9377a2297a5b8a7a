"""Mail servers of aiosmtpd on this machine, which keep what they are given."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.running import HOST, free_port


@dataclass
class Inbox:
    """A handler that keeps mails, and answers RCPT for some recipients as it is told."""

    answers: dict[str, str] = field(default_factory=dict)
    answer_to_data: str = "250 OK"
    received: list[Envelope] = field(default_factory=list)
    has_come: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.answers.get(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.answer_to_data.startswith("250"):
            self.received.append(envelope)
            self.has_come.set()
        return self.answer_to_data

    @property
    def messages(self) -> list[EmailMessage]:
        return [BytesParser(EmailMessage, policy=default).parsebytes(each.content) for each in self.received]  # type: ignore[arg-type]


def takes_alice(server: Any, session: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:
    is_right = (given.login, given.password) == (b"alice@example.org", b"p:/@ word")
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(inbox: Inbox, certificate: Path | None = None, security: str = "none", **more: Any) -> Iterator[int]:
    """Yield the port of a mail server that is at work."""
    port = free_port()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        more["ssl_context" if security == "tls" else "tls_context"] = context
    controller = Controller(inbox, hostname=HOST, port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
