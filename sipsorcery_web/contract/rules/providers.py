"""The rules of SIP providers, in the original's order of checks and with its messages (spec, section 7.4)."""

import re
from collections.abc import Iterator

from ..records import ProviderType, SIPProvider
from ..sip_uris import SIPURI
from . import Violation, is_blank, length_violations
from . import catalogue as rules

_CORE_HEADER_NAMES = """
    via from to contact call-id cseq route record-route max-forwards expires
    content-length content-type content-encoding content-disposition content-language
    authorization proxy-authorization www-authenticate proxy-authenticate v f t m i l c e
"""
CORE_HEADERS = frozenset(_CORE_HEADER_NAMES.split())
"""Headers that a SIP stack writes itself, with their compact forms (RFC 3261, section 7.3.3)."""


def provider_violations(provider: SIPProvider) -> Iterator[Violation]:
    """The rules of section 7.4, for a provider whose URIs are normalised, and what the columns hold."""
    if is_blank(provider.provider_name):
        yield Violation("provider_name", rules.PROVIDER_NAME_MISSING)
    elif "." in (provider.provider_name or ""):
        yield Violation("provider_name", rules.PROVIDER_NAME_HAS_DOT)
    if provider.provider_type is ProviderType.SIP:
        yield from _sip_violations(provider)
    else:
        yield from _google_voice_violations(provider)
    if len(provider.custom_headers or "") <= rules.PROVIDER_LENGTHS["custom_headers"]:
        yield from _header_violations(provider.custom_headers or "")
    yield from length_violations(provider, rules.PROVIDER_LENGTHS)


def _sip_violations(provider: SIPProvider) -> Iterator[Violation]:
    if is_blank(provider.provider_server):
        yield Violation("provider_server", rules.PROVIDER_SERVER_MISSING)
    if provider.register_enabled and is_blank(provider.register_contact):
        yield Violation("register_contact", rules.REGISTER_CONTACT_MISSING)
    for field, invalid in rules.INVALID_URI.items():
        uri = getattr(provider, field)
        if uri and not _has_good_host(uri):
            yield Violation(field, invalid)
    if provider.register_contact and SIPURI.parse(provider.register_contact).user is None:
        yield Violation("register_contact", rules.REGISTER_CONTACT_WITHOUT_USER)


def _google_voice_violations(provider: SIPProvider) -> Iterator[Violation]:
    for field, missing in rules.GOOGLE_VOICE_MISSING.items():
        if is_blank(getattr(provider, field)):
            yield Violation(field, missing)
    if not re.fullmatch(r"[0-9]*", (provider.gv_callback_number or "").strip()):
        yield Violation("gv_callback_number", rules.GOOGLE_VOICE_NUMBER_INVALID)


def _header_violations(headers: str) -> Iterator[Violation]:
    """Yield the violations of custom headers, which go into requests as they are: no core ones may be among them."""
    for header in filter(None, headers.split("|")):
        name, colon, _ = header.partition(":")
        if not header.isprintable():
            yield Violation("custom_headers", rules.HEADER_CONTROL_CHARACTER)
        elif not colon or not re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]+", name.strip()):
            yield Violation("custom_headers", rules.HEADER_INVALID, {"header": repr(header)})
        elif name.strip().lower() in CORE_HEADERS:
            yield Violation("custom_headers", rules.HEADER_OF_THE_CALL, {"name": name.strip()})


def _has_good_host(uri: str) -> bool:
    host = SIPURI.parse(uri).host
    return "." in host or bool(re.fullmatch(r"\[[0-9a-fA-F:]+\](:\d+)?", host))
