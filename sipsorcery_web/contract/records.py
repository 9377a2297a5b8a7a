"""The records of the contract: frozen, typed, field by field what the WSDL says, in the wire's order (spec, section 7).

A record also knows which of its elements were on the wire (`present`) and keeps the ones it does not know (`unknown`),
so that an update by way of this code loses nothing of another revision.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Protocol, Self, runtime_checkable
from uuid import UUID

from lxml import etree

from . import names
from .unreadable import HoldsSecrets
from .wire_types import BOOLEAN, GUID, INT, MOMENT, STRING, WireType, enumeration


class ProviderType(StrEnum):
    """The protocol spoken with a provider (spec, section 8)."""

    SIP = "SIP"
    GOOGLE_VOICE = "GoogleVoice"


class GoogleVoiceCallbackType(StrEnum):
    """The kind of number that Google Voice calls back (spec, section 8)."""

    HOME = "Home"
    MOBILE = "Mobile"
    WORK = "Work"
    GIZMO = "Gizmo"


TOP_LEVEL = "*"
"""The AdminId of an administrator of all customers (section 3)."""
HASHED = ("customer_password", "security_answer", "token", "code")
"""Secrets that the built-in service keeps as hashes, so that it tells them to nobody (weakness W4)."""
PROVIDER_TYPE = enumeration("app:ProviderTypes", ProviderType, ProviderType.SIP)
CALLBACK_TYPE = enumeration("app:GoogleVoiceCallbackTypes", GoogleVoiceCallbackType, None)


@dataclass(frozen=True)
class WireField:
    """The form of one attribute of a record on the wire."""

    attribute: str
    element: str
    kind: WireType
    nillable: bool
    since_2011: bool
    is_secret: bool = False
    is_required: bool = False
    has_lines: bool = False
    """Whether it is a text of many lines; all others are one line each."""

    @property
    def absent(self) -> Any:
        """The value of a field whose element is missing or nil."""
        return None if self.nillable else self.kind.absent


def _on_the_wire(element: str, kind: WireType, nillable: bool, since_2011: bool = False, **traits: bool) -> Any:
    wire = {"element": element, "kind": kind, "nillable": nillable, "since_2011": since_2011, **traits}
    shown = not traits.get("is_secret", False)
    return field(default=None if nillable else kind.absent, repr=shown, metadata={"wire": wire})


def text(element: str, since_2011: bool = False, required: bool = False, has_lines: bool = False) -> Any:
    """A nillable string; the column of a `required` one refuses a null (section 7)."""
    return _on_the_wire(element, STRING, True, since_2011, is_required=required, has_lines=has_lines)


def secret(element: str) -> Any:
    """A nillable string that stays out of logs and tracebacks."""
    return _on_the_wire(element, STRING, True, is_secret=True)


def number(element: str) -> Any:
    """A 32-bit integer."""
    return _on_the_wire(element, INT, False)


def flag(element: str, since_2011: bool = False) -> Any:
    """A Boolean."""
    return _on_the_wire(element, BOOLEAN, False, since_2011)


def guid(element: str) -> Any:
    """An identifier; the zero GUID where it is missing."""
    return _on_the_wire(element, GUID, False)


def moment(element: str) -> Any:
    """An instant; the year 1 where it is missing."""
    return _on_the_wire(element, MOMENT, False)


def moment_or_nil(element: str) -> Any:
    """An instant, or None."""
    return _on_the_wire(element, MOMENT, True)


def provider_type(element: str, since_2011: bool = False) -> Any:
    """A `ProviderType`; SIP where it is missing."""
    return _on_the_wire(element, PROVIDER_TYPE, False, since_2011)


def callback_type(element: str, since_2011: bool = False) -> Any:
    """A `GoogleVoiceCallbackType`, or None."""
    return _on_the_wire(element, CALLBACK_TYPE, True, since_2011)


@dataclass(frozen=True)
class UnknownElement:
    """An element that this revision does not know; it stands behind the element `after`, "" = in front.

    It is kept as it was read. Written out it repeats every namespace of its message, far more than was received.
    """

    after: str
    element: etree._Element


@dataclass(frozen=True, kw_only=True)
class Record(HoldsSecrets):
    """The base of all records; `present` holds attribute names, None meaning every field."""

    NAMESPACE: ClassVar[str]

    present: frozenset[str] | None = field(default=None, compare=False, repr=False)
    unknown: tuple[UnknownElement, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def from_values(cls, values: Iterable[Any]) -> Self:
        """A record of the values of its `wire_fields`, in their order."""
        kind: Any = cls
        return cls.from_fields(dict(zip(_attributes(kind), values, strict=True)))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any], present: frozenset[str] | None = None) -> Self:
        """A record of values by the names of its fields; what is left out has its default.

        Put straight in place: the constructor of a frozen class takes five times as long, most of the time of a list.
        """
        record = cls.__new__(cls)
        record.__dict__.update(fields, present=present, unknown=())
        return record

    def has(self, attribute: str) -> bool:
        """Return True when the field was given, be it as nil."""
        return self.present is None or attribute in self.present

    def with_(self, **changes: Any) -> Self:
        """A copy with some fields changed, which then count as given."""
        present = None if self.present is None else self.present.union(changes)
        return replace(self, **{"present": present, **changes})

    def over(self, stored: Self, attributes: Iterable[str]) -> Self:
        """Return `stored` with those of the named attributes taken from this record that were given."""
        given = {name: getattr(self, name) for name in attributes if self.has(name)}
        return replace(stored, **given)


class OwnedRecord(Record):
    """A record that customers add, change and delete. Each type declares these fields at their places on the wire."""

    NOUN: ClassVar[str]
    """The words for one of them in a sentence."""
    NAMED_BY: ClassVar[tuple[str, ...]]
    """The fields that name one of them to its owner; lists are in the order of the first."""
    id: UUID
    owner: str | None


def wire_fields(record: type[Record]) -> tuple[WireField, ...]:
    """The fields of a record class in the order of the wire."""
    kind: Any = record
    return _wire_fields(kind)


Values = Sequence[Any]
"""The values of a record's `wire_fields`, in their order."""


@runtime_checkable
class PlainPage(Protocol):
    """A page of records that gives their values as they are, so that no record need be made of them."""

    def values(self) -> Iterable[Values]:
        """Yield the values of each record."""


def values_of(record: type[Record], page: Iterable[Record] | PlainPage) -> Iterable[Values]:
    """The values of each record of a page."""
    kind: Any = record
    return page.values() if isinstance(page, PlainPage) else map(attrgetter(*_attributes(kind)), page)


def places_of(record: type[Record]) -> Mapping[str, int]:
    """The place of each field's value, by the field's name."""
    kind: Any = record
    return {name: place for place, name in enumerate(_attributes(kind))}


@cache
def _wire_fields(record: Any) -> tuple[WireField, ...]:
    return tuple(
        WireField(entry.name, **entry.metadata["wire"]) for entry in fields(record) if "wire" in entry.metadata
    )


@cache
def _attributes(record: Any) -> tuple[str, ...]:
    return tuple(entry.attribute for entry in wire_fields(record))


@dataclass(frozen=True, kw_only=True)
class Customer(Record):
    """A person or firm with an account at the service (spec, section 7.1)."""

    NAMESPACE: ClassVar[str] = names.CRM

    active: bool = flag("Active")
    admin_id: str | None = text("AdminId")
    admin_member_id: str | None = text("AdminMemberId")
    authorised_apps: str | None = text("AuthorisedApps")
    city: str | None = text("City")
    country: str | None = text("Country")
    created_from_ip_address: str | None = text("CreatedFromIPAddress")
    customer_password: str | None = secret("CustomerPassword")
    customer_username: str | None = text("CustomerUsername")
    email_address: str | None = text("EmailAddress")
    email_address_confirmed: bool = flag("EmailAddressConfirmed")
    execution_count: int = number("ExecutionCount")
    first_name: str | None = text("FirstName")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    invite_code: str | None = text("InviteCode")
    last_name: str | None = text("LastName")
    max_execution_count: int = number("MaxExecutionCount")
    security_answer: str | None = secret("SecurityAnswer")
    security_question: str | None = text("SecurityQuestion")
    suspended: bool = flag("Suspended")
    suspended_reason: str | None = text("SuspendedReason")
    time_zone: str | None = text("TimeZone")
    web_site: str | None = text("WebSite")


@dataclass(frozen=True, kw_only=True)
class SIPAccount(OwnedRecord):
    """A SIP address of record with the secret that phones use for it (section 7.2)."""

    NAMESPACE: ClassVar[str] = names.APP
    NOUN: ClassVar[str] = "SIP account"
    NAMED_BY: ClassVar[tuple[str, ...]] = ("sip_username", "sip_domain")

    admin_disabled_reason: str | None = text("AdminDisabledReason")
    dont_mangle_enabled: bool = flag("DontMangleEnabled", since_2011=True)
    ip_address_acl: str | None = text("IPAddressACL")
    id: UUID = guid("Id")
    in_dial_plan_name: str | None = text("InDialPlanName")
    inserted: datetime = moment("Inserted")
    is_admin_disabled: bool = flag("IsAdminDisabled")
    is_incoming_only: bool = flag("IsIncomingOnly")
    is_switchboard_enabled: bool = flag("IsSwitchboardEnabled")
    is_user_disabled: bool = flag("IsUserDisabled")
    network_id: str | None = text("NetworkId")
    out_dial_plan_name: str | None = text("OutDialPlanName")
    owner: str | None = text("Owner")
    sip_domain: str | None = text("SIPDomain", required=True)
    sip_password: str | None = secret("SIPPassword")
    sip_username: str | None = text("SIPUsername", required=True)
    send_nat_keep_alives: bool = flag("SendNATKeepAlives")


@dataclass(frozen=True, kw_only=True)
class SIPRegistrarBinding(Record):
    """A contact that a phone has registered for a SIP account (section 7.3)."""

    NAMESPACE: ClassVar[str] = names.APP

    contact_uri: str | None = text("ContactURI")
    expiry: int = number("Expiry")
    id: UUID = guid("Id")
    last_update: datetime = moment("LastUpdate")
    mangled_contact_uri: str | None = text("MangledContactURI")
    owner: str | None = text("Owner")
    proxy_sip_socket: str | None = text("ProxySIPSocket")
    q: str | None = text("Q")
    registrar_sip_socket: str | None = text("RegistrarSIPSocket")
    remote_sip_socket: str | None = text("RemoteSIPSocket")
    sip_account_name: str | None = text("SIPAccountName")
    user_agent: str | None = text("UserAgent")


@dataclass(frozen=True, kw_only=True)
class SIPProvider(OwnedRecord):
    """An outside service that carries calls for its owner (section 7.4)."""

    NAMESPACE: ClassVar[str] = names.APP
    NOUN: ClassVar[str] = "SIP provider"
    NAMED_BY: ClassVar[tuple[str, ...]] = ("provider_name",)

    custom_headers: str | None = text("CustomHeaders")
    gv_callback_number: str | None = text("GVCallbackNumber", since_2011=True)
    gv_callback_pattern: str | None = text("GVCallbackPattern", since_2011=True)
    gv_callback_type: GoogleVoiceCallbackType | None = callback_type("GVCallbackType", since_2011=True)
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    last_update: datetime = moment("LastUpdate")
    owner: str | None = text("Owner")
    provider_auth_username: str | None = text("ProviderAuthUsername")
    provider_from: str | None = text("ProviderFrom")
    provider_name: str | None = text("ProviderName", required=True)
    provider_outbound_proxy: str | None = text("ProviderOutboundProxy")
    provider_password: str | None = secret("ProviderPassword")
    provider_server: str | None = text("ProviderServer")
    provider_type: ProviderType = provider_type("ProviderType", since_2011=True)
    provider_username: str | None = text("ProviderUsername", required=True)
    register_admin_enabled: bool = flag("RegisterAdminEnabled")
    register_contact: str | None = text("RegisterContact")
    register_disabled_reason: str | None = text("RegisterDisabledReason")
    register_enabled: bool = flag("RegisterEnabled")
    register_expiry: int = number("RegisterExpiry")
    register_realm: str | None = text("RegisterRealm")
    register_server: str | None = text("RegisterServer")


@dataclass(frozen=True, kw_only=True)
class SIPProviderBinding(Record):
    """The state of one registration with a provider (section 7.5)."""

    NAMESPACE: ClassVar[str] = names.APP

    binding_expiry: int = number("BindingExpiry")
    binding_uri: str | None = text("BindingURI")
    id: UUID = guid("Id")
    is_registered: bool = flag("IsRegistered")
    last_register_attempt: datetime | None = moment_or_nil("LastRegisterAttempt")
    last_register_time: datetime | None = moment_or_nil("LastRegisterTime")
    next_registration_time: datetime = moment("NextRegistrationTime")
    owner: str | None = text("Owner")
    provider_id: UUID = guid("ProviderId")
    provider_name: str | None = text("ProviderName")
    registrar_sip_socket: str | None = text("RegistrarSIPSocket")
    registration_failure_message: str | None = text("RegistrationFailureMessage")


@dataclass(frozen=True, kw_only=True)
class SIPDialPlan(OwnedRecord):
    """A script or list of lines that decides where calls go (section 7.6)."""

    NAMESPACE: ClassVar[str] = names.APP
    NOUN: ClassVar[str] = "dial plan"
    NAMED_BY: ClassVar[tuple[str, ...]] = ("dial_plan_name",)

    authorised_apps: str | None = text("AuthorisedApps")
    dial_plan_name: str | None = text("DialPlanName", required=True)
    dial_plan_script: str | None = text("DialPlanScript", has_lines=True)
    execution_count: int = number("ExecutionCount")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    last_update: datetime = moment("LastUpdate")
    max_execution_count: int = number("MaxExecutionCount")
    owner: str | None = text("Owner")
    script_type_description: str | None = text("ScriptTypeDescription", required=True)
    trace_email_address: str | None = text("TraceEmailAddress")


@dataclass(frozen=True, kw_only=True)
class SIPDialogueAsset(Record):
    """One leg of a call in progress (section 7.7)."""

    NAMESPACE: ClassVar[str] = names.APP

    admin_member_id: str | None = text("AdminMemberId")
    bridge_id: str | None = text("BridgeId")
    cdr_id: str | None = text("CDRId")
    cseq: int = number("CSeq")
    call_duration_limit: int = number("CallDurationLimit")
    call_id: str | None = text("CallId")
    direction: str | None = text("Direction")
    hangup_at: datetime | None = moment_or_nil("HangupAt")
    id: UUID = guid("Id")
    inserted: datetime = moment("Inserted")
    local_tag: str | None = text("LocalTag")
    owner: str | None = text("Owner")
    proxy_sip_socket: str | None = text("ProxySIPSocket")
    remote_sdp: str | None = text("RemoteSDP", has_lines=True)
    remote_tag: str | None = text("RemoteTag")
    remote_target: str | None = text("RemoteTarget")
    remote_user_field: str | None = text("RemoteUserField")
    sdp: str | None = text("SDP", has_lines=True)
    switchboard_caller_description: str | None = text("SwitchboardCallerDescription")
    switchboard_description: str | None = text("SwitchboardDescription")
    switchboard_owner: str | None = text("SwitchboardOwner")
    transfer_mode: str | None = text("TransferMode")


@dataclass(frozen=True, kw_only=True)
class SIPCDRAsset(Record):
    """One leg of a call that has ended or failed (section 7.8)."""

    NAMESPACE: ClassVar[str] = names.APP

    admin_member_id: str | None = text("AdminMemberId")
    answered_reason: str | None = text("AnsweredReason")
    answered_status: int = number("AnsweredStatus")
    answered_time: datetime | None = moment_or_nil("AnsweredTime")
    bridge_id: str | None = text("BridgeId")
    call_direction: str | None = text("CallDirection")
    call_id: str | None = text("CallId")
    created: datetime = moment("Created")
    dst: str | None = text("Dst")
    dst_host: str | None = text("DstHost")
    dst_uri: str | None = text("DstURI")
    duration: int = number("Duration")
    from_header: str | None = text("FromHeader")
    from_name: str | None = text("FromName")
    from_user: str | None = text("FromUser")
    hungup_reason: str | None = text("HungupReason")
    hungup_time: datetime | None = moment_or_nil("HungupTime")
    id: UUID = guid("Id")
    in_progress_reason: str | None = text("InProgressReason")
    in_progress_status: int = number("InProgressStatus")
    in_progress_time: datetime | None = moment_or_nil("InProgressTime")
    inserted: datetime = moment("Inserted")
    local_socket: str | None = text("LocalSocket")
    owner: str | None = text("Owner")
    remote_socket: str | None = text("RemoteSocket")
    ring_duration: int = number("RingDuration")


@dataclass(frozen=True, kw_only=True)
class SIPDomain(Record):
    """A SIP domain; without an owner it is public (section 7.9)."""

    NAMESPACE: ClassVar[str] = names.APP

    domain: str | None = text("Domain")
    id: UUID = guid("Id")
    owner: str | None = text("Owner")
