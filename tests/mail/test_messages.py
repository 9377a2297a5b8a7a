from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.mail.messages import Mail, UnfitMail, is_address, message_of

SENDER = Address("Büro", addr_spec="sip@example.org")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"]


def written(**parts: object) -> EmailMessage:
    """The message as its reader gets it."""
    given = {"to": ["alice@example.org"], "subject": "Hello", "body": "A call\n"} | parts
    mail = Mail(**given)  # type: ignore[arg-type]
    message = message_of(mail, SENDER, "job-1", NOON)
    return BytesParser(EmailMessage, policy=default).parsebytes(message.as_bytes())


def test_a_mail_says_who_and_when_and_that_no_person_wrote_it() -> None:
    message = written(to=["alice@example.org", "bob@example.net"], subject="Grüße", body="Zürich\n")

    assert message["From"] == "Büro <sip@example.org>"
    assert message["To"] == "alice@example.org, bob@example.net"
    assert (message["Subject"], message.get_content().splitlines()) == ("Grüße", ["Zürich"])
    assert message["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert (message["Message-ID"], message["Auto-Submitted"]) == ("<job-1@example.org>", "auto-generated")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\u2028", "\x85", "\x00"])
def test_a_subject_cannot_become_a_header(end: str) -> None:
    message = written(subject=f"Hello{end}Bcc: eve@example.com{end}{end}body")

    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: eve@example.com body"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "alice@example.org\r\nBcc: eve@example.com",
        "alice@example.org\n",
        "alice@example.org, eve@example.com",
        "Alice <alice@example.org>",
        '"a b"@example.org',
        "alice@example.org>",
        "<alice@example.org",
        "alice (home)@example.org",
        "group:alice@example.org;",
        "a@b@example.org",
        "a..b@example.org",
        ".a@example.org",
        "alice@.org",
        "alice@[127.0.0.1]",
        "alice@example.org\x00",
        f"{'a' * 65}@example.org",
        f"alice@{'a' * 250}.org",
    ],
)
def test_what_is_no_plain_address_is_no_recipient(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(UnfitMail):
        written(to=["alice@example.org", address])


def test_a_mail_without_recipients_is_none() -> None:
    with pytest.raises(UnfitMail):
        written(to=[])


@given(subject=st.text(), body=st.text())
def test_no_text_adds_a_header_or_keeps_a_mail_from_being_written(subject: str, body: str) -> None:
    message = written(subject=subject, body=body)

    assert [name for name in message if name not in (*HEADERS, "Content-Transfer-Encoding", "MIME-Version")] == []
    assert [message.get_all(name) is not None and len(message.get_all(name)) for name in HEADERS] == [1] * 7  # type: ignore[arg-type]
