"""The rules of SIP providers, in the original's order of checks and with its messages (spec, section 7.4)."""

import re
from collections.abc import Iterator

from ..records import ProviderType, SIPProvider
from ..sip_uris import SIPURI
from . import Violation, is_blank

_NEEDS_A_DOT = "A valid hostname or IP address should contain at least one '.'."
URI_FIELDS = {
    "provider_server": f"Your provider server entry appears to be invalid. {_NEEDS_A_DOT}",
    "register_server": f"Your register server entry appears to be invalid. {_NEEDS_A_DOT}",
    "register_contact": f"Your register contact entry appears to be invalid. {_NEEDS_A_DOT}",
}

_CORE_HEADER_NAMES = """
    via from to contact call-id cseq route record-route max-forwards expires
    content-length content-type content-encoding content-disposition content-language
    authorization proxy-authorization www-authenticate proxy-authenticate v f t m i l c e
"""
CORE_HEADERS = frozenset(_CORE_HEADER_NAMES.split())
"""Headers that a SIP stack writes itself, with their compact forms (RFC 3261, section 7.3.3)."""

STORED_LENGTHS = {
    "custom_headers": 1024,
    "gv_callback_number": 16,
    "gv_callback_pattern": 32,
    "provider_auth_username": 32,
    "provider_from": 256,
    "provider_name": 50,
    "provider_outbound_proxy": 256,
    "provider_password": 32,
    "provider_server": 256,
    "provider_username": 32,
    "register_contact": 256,
    "register_disabled_reason": 256,
    "register_realm": 256,
    "register_server": 256,
}


def provider_violations(provider: SIPProvider) -> Iterator[Violation]:
    """The rules of section 7.4, for a provider whose URIs are normalised, and what the columns hold."""
    if is_blank(provider.provider_name):
        yield Violation("provider_name", "A value for Provider Name must be specified.")
    elif "." in (provider.provider_name or ""):
        yield Violation(
            "provider_name",
            "The Provider Name cannot contain a full stop '.' in order to avoid ambiguity with DNS host names, "
            "please remove the '.'.",
        )
    if provider.provider_type is ProviderType.SIP:
        yield from _sip_violations(provider)
    else:
        yield from _google_voice_violations(provider)
    if len(provider.custom_headers or "") <= STORED_LENGTHS["custom_headers"]:
        yield from _header_violations(provider.custom_headers or "")
    for field, limit in STORED_LENGTHS.items():
        if len(getattr(provider, field) or "") > limit:
            yield Violation(field, f"The {field.replace('_', ' ')} can have at most {limit} characters.")


def _sip_violations(provider: SIPProvider) -> Iterator[Violation]:
    if is_blank(provider.provider_server):
        yield Violation("provider_server", "A value for Server must be specified.")
    if provider.register_enabled and is_blank(provider.register_contact):
        yield Violation("register_contact", "A valid contact must be supplied to enable a provider registration.")
    for field, invalid in URI_FIELDS.items():
        uri = getattr(provider, field)
        if uri and not _has_good_host(uri):
            yield Violation(field, invalid)
    if provider.register_contact and SIPURI.parse(provider.register_contact).user is None:
        yield Violation(
            "register_contact",
            "Your register contact entry appears to be invalid, the user portion was missing. "
            "Contacts must be of the form user@host.com, e.g. joe@sipsorcery.com.",
        )


def _google_voice_violations(provider: SIPProvider) -> Iterator[Violation]:
    for field, label in (
        ("provider_username", "username"),
        ("provider_password", "password"),
        ("gv_callback_number", "callback number"),
    ):
        if is_blank(getattr(provider, field)):
            yield Violation(field, f"A {label} is required for Google Voice entries.")
    if not re.fullmatch(r"[0-9]*", (provider.gv_callback_number or "").strip()):
        yield Violation(
            "gv_callback_number", "The callback number contains an invalid character. Only digits are permitted."
        )


def _header_violations(headers: str) -> Iterator[Violation]:
    """Custom headers are put into requests as they are, so they must be headers, and not the core ones."""
    for header in filter(None, headers.split("|")):
        name, colon, _ = header.partition(":")
        if not header.isprintable():
            yield Violation("custom_headers", "A custom header cannot hold control characters.")
        elif not colon or not re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]+", name.strip()):
            yield Violation("custom_headers", f"{header!r} is not a header. One looks like Name: value.")
        elif name.strip().lower() in CORE_HEADERS:
            yield Violation("custom_headers", f"The header {name.strip()} belongs to the call itself.")


def _has_good_host(uri: str) -> bool:
    host = SIPURI.parse(uri).host
    return "." in host or bool(re.fullmatch(r"\[[0-9a-fA-F:]+\](:\d+)?", host))
