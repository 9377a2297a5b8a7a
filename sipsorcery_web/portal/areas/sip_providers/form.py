"""The form of a SIP provider."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from wtforms import HiddenField

from sipsorcery_web.contract.records import GoogleVoiceCallbackType, ProviderType, SIPProvider
from sipsorcery_web.contract.rules import Violation, is_blank
from sipsorcery_web.contract.rules.catalogue import INVALID_URI
from sipsorcery_web.contract.rules.providers import provider_violations
from sipsorcery_web.contract.sip_uris import normalised
from sipsorcery_web.portal.crud.conflict import EditForm
from sipsorcery_web.portal.ui.forms import checkbox, choice, choices_with, password, read_id, text

from .custom_headers import HeadersField
from .registering import Registering

DEFAULT_EXPIRY = 3600
SHORTEST_EXPIRY = 60
LONGEST_EXPIRY = 2**31 - 1
"""What the wire carries."""

TEXTS_OF_ALL = ("provider_username",)
TEXTS_OF_SIP = (
    "provider_server",
    "provider_auth_username",
    "provider_from",
    "provider_outbound_proxy",
    "register_realm",
    "custom_headers",
)
TEXTS_OF_GOOGLE_VOICE = ("gv_callback_number", "gv_callback_pattern")
REGISTERING = ("register_enabled", "register_contact", "register_expiry", "register_server")
ADMINISTRATIVE = ("register_admin_enabled", "register_disabled_reason")
OF_SIP = (*TEXTS_OF_SIP, *REGISTERING, *ADMINISTRATIVE)
OF_GOOGLE_VOICE = (*TEXTS_OF_GOOGLE_VOICE, "gv_callback_type")
ADVANCED = (
    "register_expiry",
    "provider_auth_username",
    "provider_from",
    "provider_outbound_proxy",
    "register_realm",
    "register_server",
    "custom_headers",
)
"""What most providers do without."""
AS_USUAL = ("", None, str(DEFAULT_EXPIRY))


class SIPProviderForm(EditForm):
    """A SIP provider; its stored password never stands in the page, and an empty one keeps it."""

    id = HiddenField()
    provider_type = HiddenField()
    provider_name = text("Name")
    provider_server = text("Server")
    provider_username = text("Username")
    provider_password = password("Password")
    remove_password = checkbox("Remove the stored password")
    gv_callback_number = text("Callback number")
    gv_callback_pattern = text("Callback pattern")
    gv_callback_type = choice("Callback type")
    register_enabled = checkbox("Register")
    register_contact = text("Contact")
    register_expiry = text("Expiry in seconds")
    register_server = text("Register server")
    register_realm = text("Realm")
    provider_auth_username = text("Auth username")
    provider_from = text("From header")
    provider_outbound_proxy = text("Outbound proxy")
    custom_headers = HeadersField("Custom headers")
    register_admin_enabled = checkbox("Registration allowed by administrator")
    register_disabled_reason = text("Reason why not")

    only_new = frozenset({"id", "provider_type"})
    only_stored = EditForm.only_stored | {"remove_password", *ADMINISTRATIVE}
    named_by = "provider_name"
    stored: SIPProvider | None = None
    owner = ""
    registering: Registering

    def for_new(self, owner: str, registering: Registering) -> None:
        """Ask for a new provider."""
        self.owner, self.registering = owner, registering
        self._offer(SIPProvider(provider_type=_type(self.provider_type.data)))
        self.leave_out(*self.only_stored)

    def for_stored(self, provider: SIPProvider, registering: Registering, is_administrator: bool) -> None:
        """Ask for changes to a provider; its type, owner and id are fixed."""
        self.stored, self.owner, self.registering = provider, provider.owner or "", registering
        self._offer(provider)
        self.leave_out(*self.only_new, *(() if is_administrator else ADMINISTRATIVE))

    @property
    def kind(self) -> ProviderType:
        """Return the protocol spoken with the provider."""
        return self.stored.provider_type if self.stored else _type(self.provider_type.data)

    @property
    def shows_advanced(self) -> bool:
        """Return True when a field that most providers do without is set or wrong."""
        return any(self[name].errors or self[name].data not in AS_USUAL for name in ADVANCED if name in self)

    def record(self) -> SIPProvider:
        """The provider as it was typed; what the form does not show stays as it is stored."""
        start = self.stored or SIPProvider(
            id=read_id(self.id.data) or uuid4(),
            owner=self.owner,
            provider_type=self.kind,
            register_admin_enabled=True,
            register_expiry=DEFAULT_EXPIRY,
        )
        names = ("provider_name", *TEXTS_OF_ALL, *TEXTS_OF_SIP, *TEXTS_OF_GOOGLE_VOICE)
        typed: dict[str, Any] = {name: self[name].data or None for name in names if name in self}
        if "gv_callback_type" in self:
            typed["gv_callback_type"] = _callback_type(self.gv_callback_type.data)
        return self._registered(start.with_(**typed, provider_password=self._password(start)), start)

    def violations(self) -> Iterator[Violation]:
        """The contract's rules for what was typed; what is left as it is stored was good when it was stored."""
        record, impossible = _with_normal_uris(self.record())
        yield from impossible
        yield from self._expiry_violations()
        settled = {violation.field for violation in impossible} | self._untouched(record)
        yield from (violation for violation in provider_violations(record) if violation.field not in settled)

    def _untouched(self, record: SIPProvider) -> set[str]:
        """Return the fields left as another client has stored them, though this form would not have taken it."""
        names = ("provider_password", "custom_headers") if self.stored else ()
        return {name for name in names if (kept := getattr(record, name)) and kept == getattr(self.stored, name)}

    def _registered(self, record: SIPProvider, start: SIPProvider) -> SIPProvider:
        """Return the record with the fields about registering; registering again clears the reason why not."""
        if "register_enabled" not in self:
            return record
        proposed = self.registering.contact_of(self.owner) if self.register_enabled.data else None
        record = record.with_(
            register_enabled=self.register_enabled.data,
            register_contact=self.register_contact.data or proposed,
            register_expiry=self._expiry(start.register_expiry),
            register_server=self.register_server.data or None,
        )
        if "register_admin_enabled" in self:
            record = record.with_(
                register_admin_enabled=self.register_admin_enabled.data,
                register_disabled_reason=self.register_disabled_reason.data or None,
            )
        is_wanted = record.register_enabled and record.register_admin_enabled
        return record.with_(register_disabled_reason=None) if is_wanted else record

    def _expiry(self, stored: int) -> int:
        typed = self.register_expiry.data or ""
        if not typed:
            return DEFAULT_EXPIRY
        return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) <= 10 else stored

    def _expiry_violations(self) -> Iterator[Violation]:
        typed = (self.register_expiry.data or "") if "register_expiry" in self else ""
        if not typed or (self.stored and typed == str(self.stored.register_expiry)):
            return
        if not (typed.isdecimal() and typed.isascii()):
            yield Violation("register_expiry", "The expiry is a number of seconds, such as 3600.")
        elif int(typed[:11]) < SHORTEST_EXPIRY:
            yield Violation("register_expiry", f"The expiry is at least {SHORTEST_EXPIRY} seconds.")
        elif int(typed[:11]) > LONGEST_EXPIRY:
            yield Violation("register_expiry", "This is longer than a registration can last. A day has 86400 seconds.")

    def _password(self, start: SIPProvider) -> str | None:
        if not is_blank(self.provider_password.data):
            return str(self.provider_password.data)
        removes = "remove_password" in self and self.remove_password.data
        return None if removes else start.provider_password

    def _offer(self, provider: SIPProvider) -> None:
        """Leave the fields that this kind of provider has."""
        is_sip = provider.provider_type is ProviderType.SIP
        self.leave_out(*(OF_GOOGLE_VOICE if is_sip else OF_SIP))
        if is_sip and not self.registering.is_offered:
            self.leave_out(*REGISTERING, *ADMINISTRATIVE)
        if not is_sip:
            kinds = [(kind.value, kind.value) for kind in GoogleVoiceCallbackType]
            self.gv_callback_type.choices = choices_with(provider.gv_callback_type, kinds)


def values_of(provider: SIPProvider) -> dict[str, object]:
    """Return the values that the form of a stored provider shows at first; never the password."""
    names = ("provider_name", *TEXTS_OF_ALL, *OF_SIP, *OF_GOOGLE_VOICE)
    values = {name: getattr(provider, name) for name in names}
    addresses = {name: _without_scheme(getattr(provider, name)) for name in INVALID_URI}
    return values | addresses | {"register_expiry": str(provider.register_expiry)}


def new_values(provider_type: str | None) -> dict[str, object]:
    """Return the values that the form of a new provider shows at first. The id makes a second submission harmless."""
    return {
        "id": str(uuid4()),
        "provider_type": _type(provider_type).value,
        "register_expiry": str(DEFAULT_EXPIRY),
        "gv_callback_pattern": ".*",
        "gv_callback_type": GoogleVoiceCallbackType.HOME.value,
    }


def _with_normal_uris(record: SIPProvider) -> tuple[SIPProvider, list[Violation]]:
    """The record as it will be stored, and what stands where no host can be; that is left out."""
    impossible = []
    for field, invalid in INVALID_URI.items():
        try:
            uri = normalised(getattr(record, field))
        except ValueError:
            uri = None
            impossible.append(Violation(field, invalid))
        record = record.with_(**{field: uri})
    return record, impossible


def _without_scheme(uri: str | None) -> str | None:
    """Return a URI without its scheme, as people write it; the service puts the scheme in front again."""
    return uri.removeprefix("sip:") if uri else uri


def _type(text: str | None) -> ProviderType:
    return next((kind for kind in ProviderType if kind.value == text), ProviderType.SIP)


def _callback_type(text: str | None) -> GoogleVoiceCallbackType | None:
    return next((kind for kind in GoogleVoiceCallbackType if kind.value == text), None)
