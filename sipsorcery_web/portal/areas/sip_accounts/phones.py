"""The settings that make a phone register with an account: values to type, and a code to scan."""

from xml.sax.saxutils import escape

from markupsafe import Markup

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.sip_engine import PhoneServer
from sipsorcery_web.ip_addresses import is_loopback
from sipsorcery_web.portal.ui.qr_code import drawing_of

WAVE_FIELDS = ("RegisterServer", "OutboundServer", "UserID", "AuthID", "AuthPass", "AccountName", "DisplayName")
"""What the app Grandstream Wave reads from a code, in the order of those that Grandstream's own exchanges show."""


def address_of_server(server: PhoneServer) -> str:
    """Return the address that a phone sends its requests to."""
    return f"{server.host}:{server.port}"


def is_near_only(server: PhoneServer) -> bool:
    """Return True when only phones on this machine reach Kamailio."""
    return is_loopback(server.host)


def code_of(account: SIPAccount, server: PhoneServer) -> Markup:
    """The settings with the password as a QR code."""
    return drawing_of(_wave_settings(account, server))


def _wave_settings(account: SIPAccount, server: PhoneServer) -> str:
    name = account.sip_username or ""
    values = (account.sip_domain or "", address_of_server(server), name, name, account.sip_password or "", name, name)
    fields = "".join(f"<{field}>{escape(value)}</{field}>" for field, value in zip(WAVE_FIELDS, values, strict=True))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><AccountConfig version="1"><Account>{fields}</Account></AccountConfig>'
    )
