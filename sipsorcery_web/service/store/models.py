"""The tables of the provisioning service (spec, sections 7.1 to 7.10).

Columns carry the names of the records' fields. What is secret stands sealed, in columns that begin with `sealed_`;
customers' passwords and security answers are Argon2 hashes.
"""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from sipsorcery_web.contract.rules.catalogue import (
    ADDRESS_TAKEN,
    DIAL_PLAN_NAME_TAKEN,
    NAME_TAKEN,
    PROVIDER_NAME_TAKEN,
    SIP_NAME_TAKEN,
)
from sipsorcery_web.database.base import Base
from sipsorcery_web.database.sealed import Place, place_in_json, sealed_column

TAKEN = "taken"
"""In the `info` of a unique key: what is said to whoever breaks it."""
_OWNER = "customers.customer_username"


def _owner(indexed: bool = True) -> Mapped[str]:
    return mapped_column(ForeignKey(_OWNER, ondelete="CASCADE"), index=indexed or None)


def _order(table: str, column: str) -> tuple[Index, ...]:
    """The indexes for a list in the order of this column: of one owner, and of all."""
    return (
        Index(f"ix_{table}_owner_{column}_id", "owner", column, "id"),
        Index(f"ix_{table}_{column}_id", column, "id"),
    )


def context_of(table: str, attribute: str, id: UUID) -> str:
    """The place that a record's secret is sealed for: it opens in no other."""
    return f"{table}.{attribute}:{id}"


def _secret(table: str, attribute: str) -> Any:
    return sealed_column(Place(("id",), partial(context_of, table, attribute)))


class CustomerRow(Base):
    """A customer; `email_address` and `customer_username` are stored in lower case."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_username: Mapped[str] = mapped_column(String(32), unique=True, info={TAKEN: NAME_TAKEN})
    email_address: Mapped[str] = mapped_column(String(255), unique=True, info={TAKEN: ADDRESS_TAKEN})
    password_hash: Mapped[str] = mapped_column(Text)
    security_answer_hash: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    admin_id: Mapped[str | None] = mapped_column(String(32))
    admin_member_id: Mapped[str | None] = mapped_column(String(32), index=True)
    authorised_apps: Mapped[str | None] = mapped_column(String(2048))
    city: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(64))
    created_from_ip_address: Mapped[str | None] = mapped_column(String(45))
    email_address_confirmed: Mapped[bool] = mapped_column(default=False)
    execution_count: Mapped[int] = mapped_column(default=0)
    first_name: Mapped[str | None] = mapped_column(String(64))
    has_second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    inserted: Mapped[datetime]
    invite_code: Mapped[str | None] = mapped_column(String(36))
    last_name: Mapped[str | None] = mapped_column(String(64))
    last_sign_in: Mapped[datetime | None]
    max_execution_count: Mapped[int] = mapped_column(default=5)
    security_question: Mapped[str | None] = mapped_column(String(1024))
    suspended: Mapped[bool] = mapped_column(default=False)
    suspended_reason: Mapped[str | None] = mapped_column(String(1024))
    time_zone: Mapped[str | None] = mapped_column(String(128))
    web_site: Mapped[str | None] = mapped_column(String(256))


class CustomerSessionRow(Base):
    """A session by the hash of its token (section 2); `access_token_id` is the app password that has opened it."""

    __tablename__ = "customersessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer_username: Mapped[str] = _owner()
    inserted: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    time_limit_minutes: Mapped[int] = mapped_column(default=60)
    ip_address: Mapped[str | None] = mapped_column(String(45))
    access_token_id: Mapped[UUID | None]


class SIPDomainRow(Base):
    """A SIP domain; `alias_list` is a semicolon list, in which `local` marks the default domain."""

    __tablename__ = "sipdomains"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(128), unique=True)
    alias_list: Mapped[str | None] = mapped_column(String(1024))
    inserted: Mapped[datetime]
    owner: Mapped[str | None] = mapped_column(ForeignKey(_OWNER, ondelete="CASCADE"), index=True)


class SIPAccountRow(Base):
    """A SIP account; the two HA1 are H(username:domain:password) of RFC 7616 with MD5 and SHA-256."""

    __tablename__ = "sipaccounts"
    __table_args__ = (
        UniqueConstraint("sip_username", "sip_domain", info={TAKEN: SIP_NAME_TAKEN}),
        *_order("sipaccounts", "sip_username"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey(_OWNER, ondelete="CASCADE"))
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    sip_username: Mapped[str] = mapped_column(String(32))
    sip_domain: Mapped[str] = mapped_column(
        ForeignKey("sipdomains.domain", ondelete="CASCADE", onupdate="CASCADE"), index=True
    )
    sealed_sip_password: Mapped[str | None] = _secret("sipaccounts", "sip_password")
    sealed_ha1_md5: Mapped[str | None] = _secret("sipaccounts", "ha1_md5")
    sealed_ha1_sha256: Mapped[str | None] = _secret("sipaccounts", "ha1_sha256")
    admin_disabled_reason: Mapped[str | None] = mapped_column(String(256))
    dont_mangle_enabled: Mapped[bool] = mapped_column(default=False)
    ip_address_acl: Mapped[str | None] = mapped_column(String(256))
    in_dial_plan_name: Mapped[str | None] = mapped_column(String(64))
    inserted: Mapped[datetime]
    is_admin_disabled: Mapped[bool] = mapped_column(default=False)
    is_incoming_only: Mapped[bool] = mapped_column(default=False)
    is_switchboard_enabled: Mapped[bool] = mapped_column(default=True)
    is_user_disabled: Mapped[bool] = mapped_column(default=False)
    network_id: Mapped[str | None] = mapped_column(String(16))
    out_dial_plan_name: Mapped[str | None] = mapped_column(String(64))
    send_nat_keep_alives: Mapped[bool] = mapped_column(default=False)


class SIPRegistrarBindingRow(Base):
    """A contact registered for a SIP account; it expires at `expiry_time`."""

    __tablename__ = "sipregistrarbindings"
    __table_args__ = _order("sipregistrarbindings", "sip_account_name")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sip_account_id: Mapped[UUID] = mapped_column(ForeignKey("sipaccounts.id", ondelete="CASCADE"), index=True)
    owner: Mapped[str] = _owner(indexed=False)
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    sip_account_name: Mapped[str] = mapped_column(String(161))
    contact_uri: Mapped[str] = mapped_column(String(767))
    mangled_contact_uri: Mapped[str | None] = mapped_column(String(767))
    expiry: Mapped[int]
    expiry_time: Mapped[datetime]
    last_update: Mapped[datetime]
    proxy_sip_socket: Mapped[str | None] = mapped_column(String(64))
    q: Mapped[str | None] = mapped_column(String(8))
    registrar_sip_socket: Mapped[str] = mapped_column(String(64))
    remote_sip_socket: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(1024))


class SIPProviderRow(Base):
    """An outside service that carries calls."""

    __tablename__ = "sipproviders"
    __table_args__ = (
        UniqueConstraint("owner", "provider_name", info={TAKEN: PROVIDER_NAME_TAKEN}),
        Index("ix_sipproviders_provider_name_id", "provider_name", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = _owner(indexed=False)
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    provider_name: Mapped[str] = mapped_column(String(50))
    provider_type: Mapped[str] = mapped_column(String(16), default="SIP")
    provider_username: Mapped[str | None] = mapped_column(String(32))
    sealed_provider_password: Mapped[str | None] = _secret("sipproviders", "provider_password")
    custom_headers: Mapped[str | None] = mapped_column(String(1024))
    gv_callback_number: Mapped[str | None] = mapped_column(String(16))
    gv_callback_pattern: Mapped[str | None] = mapped_column(String(32))
    gv_callback_type: Mapped[str | None] = mapped_column(String(16))
    inserted: Mapped[datetime]
    last_update: Mapped[datetime]
    provider_auth_username: Mapped[str | None] = mapped_column(String(32))
    provider_from: Mapped[str | None] = mapped_column(String(256))
    provider_outbound_proxy: Mapped[str | None] = mapped_column(String(256))
    provider_server: Mapped[str | None] = mapped_column(String(256))
    register_admin_enabled: Mapped[bool] = mapped_column(default=True)
    register_contact: Mapped[str | None] = mapped_column(String(256))
    register_disabled_reason: Mapped[str | None] = mapped_column(String(256))
    register_enabled: Mapped[bool] = mapped_column(default=False)
    register_expiry: Mapped[int] = mapped_column(default=3600)
    register_realm: Mapped[str | None] = mapped_column(String(256))
    register_server: Mapped[str | None] = mapped_column(String(256))

    @property
    def is_registering(self) -> bool:
        """Return True when a registration with the provider is wanted and allowed (section 7.4)."""
        return self.register_enabled and self.register_admin_enabled and self.provider_type == "SIP"


class SIPProviderBindingRow(Base):
    """The state of one registration with a provider."""

    __tablename__ = "sipproviderbindings"
    __table_args__ = _order("sipproviderbindings", "provider_name")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = _owner(indexed=False)
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("sipproviders.id", ondelete="CASCADE"), unique=True)
    provider_name: Mapped[str] = mapped_column(String(50))
    binding_expiry: Mapped[int] = mapped_column(default=3600)
    binding_uri: Mapped[str] = mapped_column(String(256))
    cseq: Mapped[int] = mapped_column(default=1)
    is_registered: Mapped[bool] = mapped_column(default=False)
    last_register_attempt: Mapped[datetime | None]
    last_register_time: Mapped[datetime | None]
    next_registration_time: Mapped[datetime]
    registrar_sip_socket: Mapped[str | None] = mapped_column(String(256))
    registration_failure_message: Mapped[str | None] = mapped_column(String(1024))
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Attempts in a row that failed."""
    min_expires: Mapped[int] = mapped_column(default=0, server_default="0")
    """The shortest expiry that the provider takes, once it has said so."""
    registered_until: Mapped[datetime | None]
    registered_from: Mapped[str | None] = mapped_column(String(256))
    """The address of the SIP engine that the provider was last told."""


class SIPDialPlanRow(Base):
    """A script or list of lines that decides where calls go."""

    __tablename__ = "sipdialplans"
    __table_args__ = (
        UniqueConstraint("owner", "dial_plan_name", info={TAKEN: DIAL_PLAN_NAME_TAKEN}),
        Index("ix_sipdialplans_dial_plan_name_id", "dial_plan_name", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = _owner(indexed=False)
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    dial_plan_name: Mapped[str] = mapped_column(String(64), default="default")
    dial_plan_script: Mapped[str | None] = mapped_column(Text)
    script_type_description: Mapped[str] = mapped_column(String(12), default="Ruby")
    trace_email_address: Mapped[str | None] = mapped_column(String(256))
    authorised_apps: Mapped[str | None] = mapped_column(String(2048))
    execution_count: Mapped[int] = mapped_column(default=0)
    max_execution_count: Mapped[int] = mapped_column(default=3)
    inserted: Mapped[datetime]
    last_update: Mapped[datetime]


class DialPlanValueRow(Base):
    """A value that plans of an owner keep (`DBWrite`), by a keyed hash of its key; both stand sealed."""

    __tablename__ = "dialplanvalues"

    owner: Mapped[str] = mapped_column(ForeignKey(_OWNER, ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    """Bytes of key and value together."""
    sealed: Mapped[str] = sealed_column(place_in_json("dial plan value", "owner", "key_hash"))


class SIPDialogueRow(Base):
    """One leg of a call in progress."""

    __tablename__ = "sipdialogues"
    __table_args__ = _order("sipdialogues", "inserted")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = _owner(indexed=False)
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    bridge_id: Mapped[str] = mapped_column(String(36))
    cdr_id: Mapped[str] = mapped_column(String(36))
    cseq: Mapped[int]
    call_duration_limit: Mapped[int] = mapped_column(default=0)
    call_id: Mapped[str] = mapped_column(String(128))
    direction: Mapped[str] = mapped_column(String(4))
    hangup_at: Mapped[datetime | None]
    inserted: Mapped[datetime]
    local_tag: Mapped[str] = mapped_column(String(64))
    proxy_sip_socket: Mapped[str | None] = mapped_column(String(64))
    remote_sdp: Mapped[str | None] = mapped_column(String(2048))
    remote_tag: Mapped[str] = mapped_column(String(64))
    remote_target: Mapped[str] = mapped_column(String(256))
    remote_user_field: Mapped[str] = mapped_column(String(512))
    sdp: Mapped[str | None] = mapped_column(String(2048))
    switchboard_caller_description: Mapped[str | None] = mapped_column(String(1024))
    switchboard_description: Mapped[str | None] = mapped_column(String(1024))
    switchboard_owner: Mapped[str | None] = mapped_column(String(32))
    transfer_mode: Mapped[str | None] = mapped_column(String(16))


class SIPCDRRow(Base):
    """One leg of a call that has ended or failed; it outlives its owner."""

    __tablename__ = "cdr"
    # with the status, since whoever looks at call records leaves some of them out by it
    __table_args__ = (
        Index("ix_cdr_owner_created_id_answered_status", "owner", "created", "id", "answered_status"),
        Index("ix_cdr_created_id_answered_status", "created", "id", "answered_status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(32))
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    answered_reason: Mapped[str | None] = mapped_column(String(512))
    answered_status: Mapped[int] = mapped_column(default=0)
    answered_time: Mapped[datetime | None]
    bridge_id: Mapped[str | None] = mapped_column(String(36))
    call_direction: Mapped[str] = mapped_column(String(4))
    call_id: Mapped[str] = mapped_column(String(256))
    created: Mapped[datetime]
    dst: Mapped[str | None] = mapped_column(String(128))
    dst_host: Mapped[str] = mapped_column(String(128))
    dst_uri: Mapped[str] = mapped_column(String(1024))
    duration: Mapped[int] = mapped_column(default=0)
    from_header: Mapped[str | None] = mapped_column(String(1024))
    from_name: Mapped[str | None] = mapped_column(String(128))
    from_user: Mapped[str | None] = mapped_column(String(128))
    hungup_reason: Mapped[str | None] = mapped_column(String(512))
    hungup_time: Mapped[datetime | None]
    in_progress_reason: Mapped[str | None] = mapped_column(String(512))
    in_progress_status: Mapped[int] = mapped_column(default=0)
    in_progress_time: Mapped[datetime | None]
    inserted: Mapped[datetime]
    is_relayed: Mapped[bool | None]
    """Whether the sound went through this machine; None where that is not known, or nobody answered."""
    local_socket: Mapped[str] = mapped_column(String(64))
    remote_socket: Mapped[str] = mapped_column(String(64))
    ring_duration: Mapped[int] = mapped_column(default=0)


class InviteCodeRow(Base):
    """An invite code by its hash; spent when a customer was created with it, who gets its `admin_member_id`."""

    __tablename__ = "invitecodes"
    __table_args__ = (Index("ix_invitecodes_inserted_id", "inserted", "id"),)

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    admin_member_id: Mapped[str | None] = mapped_column(String(32))
    ends_at: Mapped[datetime | None]
    inserted: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(String(128))
    used_at: Mapped[datetime | None]
    used_by: Mapped[str | None] = mapped_column(String(32))


class SetupLinkRow(Base):
    """The link that creates the first administrator, by the hash of its secret."""

    __tablename__ = "setuplinks"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]


class RevisionRow(Base):
    """A number that triggers raise with each change of what a scope shows: `owner:alice`, `member:partner`, or `*`.

    A scope's number is the sum of its rows. With SQLite the engine's file has numbers of its own.
    """

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(Text, index=True)
    number: Mapped[int] = mapped_column(BigInteger)
