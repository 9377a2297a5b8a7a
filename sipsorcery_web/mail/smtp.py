"""Handing a message to the mail server (RFC 5321)."""

import smtplib
from contextlib import suppress
from email.message import EmailMessage

from sipsorcery_web.jobs.runner import GiveUp, TryLater
from sipsorcery_web.network.timed_http import trusted
from sipsorcery_web.settings.values import SMTPServer

PATIENCE = 30.0
"""Seconds for each of the server's answers."""


def send(server: SMTPServer, message: EmailMessage, recipient: str) -> None:
    """Hand a message over for one recipient. Raises TryLater, or GiveUp for what the server will never take."""
    try:
        connection = _connected(server)
        try:
            if server.username:
                connection.login(server.username, server.password)
            connection.send_message(message, to_addrs=[recipient])
        finally:
            _leave(connection)
    except smtplib.SMTPAuthenticationError as error:  # the operator's to mend, not the mail's
        raise TryLater(f"the mail server refuses the password ({error.smtp_code}).") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(*error.recipients[recipient]) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        is_about_the_address = "SMTPUTF8" in str(error)
        raise (GiveUp if is_about_the_address else TryLater)(str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater(f"the mail server {server.host} cannot be reached: {error}") from error


def _leave(connection: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):  # what was taken is taken, however the farewell goes
        connection.quit()
    connection.close()


def _connected(server: SMTPServer) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=trusted())
    connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.security == "starttls":
            connection.starttls(context=trusted())
    except BaseException:
        connection.close()
        raise
    return connection


def _refusal(code: int, said: bytes | str) -> Exception:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    words = f"the mail server says {code} {' '.join(text.split())[:200]}"
    return GiveUp(words) if 500 <= code < 600 else TryLater(words)
