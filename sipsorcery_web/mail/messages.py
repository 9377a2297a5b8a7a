"""Messages (RFC 5322) of text, and of HTML beside it; no text that is given becomes a header or another recipient."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 less the brackets
LONGEST_SUBJECT = 256
_ADDRESS = re.compile(r"[^@\s,:;<>()\[\]\"\\\x00-\x1f\x7f-\x9f]{1,64}@[^@\s,:;<>()\[\]\"\\\x00-\x1f\x7f-\x9f]{1,253}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_POLICY = SMTP.clone(cte_type="7bit")  # any server takes it


class UnfitMail(ValueError):
    """The mail cannot be written; the message is a sentence."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to be sent."""

    to: Sequence[str]
    subject: str
    body: str
    html: str = ""
    """The same as `body` for readers that show HTML; "" where there is none."""


def is_address(text: str) -> bool:
    """Return True when a text is one plain address, `local@domain`, without quotes, names or comments."""
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        return False
    try:
        Address(addr_spec=text)
    except (ValueError, MessageError):
        return False
    return True


def message_of(mail: Mail, sender: Address, message_id: str, at: datetime) -> EmailMessage:
    """Write a mail as a message. Raises UnfitMail for recipients that are no addresses.

    `message_id` is the same at every attempt, so that a mail that arrives twice is seen to be one.
    """
    if not mail.to or not all(map(is_address, mail.to)):
        raise UnfitMail("A mail goes to plain addresses such as alice@example.org.")
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = [Address(addr_spec=each) for each in mail.to]
    message["Subject"] = _UNPRINTABLE.sub(" ", mail.subject).strip()[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: answering machines leave it alone
    message.set_content(_encodable(mail.body))
    if mail.html:
        message.add_alternative(_encodable(mail.html), subtype="html")
    return message


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
