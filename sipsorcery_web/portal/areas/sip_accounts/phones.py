"""What a phone has to be told so that it registers with an account: values to type, and a code to scan."""

from ipaddress import ip_address
from xml.sax.saxutils import escape

import segno
from markupsafe import Markup

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.sip_engine import PhoneServer

WAVE_FIELDS = ("RegisterServer", "OutboundServer", "UserID", "AuthID", "AuthPass", "AccountName", "DisplayName")
"""What the app Grandstream Wave reads from a code, in the order of those that Grandstream's own exchanges show."""


def address_of_server(server: PhoneServer) -> str:
    """Where a phone sends what it has to say."""
    return f"{server.host}:{server.port}"


def is_near_only(server: PhoneServer) -> bool:
    """Whether phones on the engine's own machine alone reach it."""
    return ip_address(server.host.strip("[]")).is_loopback


def code_of(account: SIPAccount, server: PhoneServer) -> Markup:
    """The settings with the password as a QR code; black on white in either theme, since not all apps read others."""
    code = segno.make(_wave_settings(account, server), micro=False, error="m", boost_error=False)
    return Markup(code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None))  # noqa: S704


def _wave_settings(account: SIPAccount, server: PhoneServer) -> str:
    name = account.sip_username or ""
    values = (account.sip_domain or "", address_of_server(server), name, name, account.sip_password or "", name, name)
    fields = "".join(f"<{field}>{escape(value)}</{field}>" for field, value in zip(WAVE_FIELDS, values, strict=True))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><AccountConfig version="1"><Account>{fields}</Account></AccountConfig>'
    )
