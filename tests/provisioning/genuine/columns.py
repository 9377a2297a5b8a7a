"""The tables of the relational stores as far as a portal meets them: lengths, NOT NULL, keys (spec, section 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sipsorcery_web.contract.records import (
    Customer,
    Record,
    SIPAccount,
    SIPCDRAsset,
    SIPDialogueAsset,
    SIPDialPlan,
    SIPDomain,
    SIPProvider,
    SIPProviderBinding,
    SIPRegistrarBinding,
)
from sipsorcery_web.contract.rules.catalogue import (
    CUSTOMER_LENGTHS,
    DIAL_PLAN_LENGTHS,
    PROVIDER_LENGTHS,
    SIP_ACCOUNT_LENGTHS,
)


@dataclass(frozen=True)
class ForeignKey:
    """A column whose value stands in another table, unless it is null."""

    attribute: str
    parent: type[Record]
    parent_attribute: str


@dataclass(frozen=True)
class Table:
    """One table. `unique` has the key's name by its attributes, `no_column` the fields that are computed or renamed."""

    name: str
    order: str
    required: frozenset[str] = frozenset()
    lengths: Mapping[str, int] = field(default_factory=dict)
    unique: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    foreign_keys: Sequence[ForeignKey] = ()
    no_column: frozenset[str] = frozenset()
    newest_first: bool = False


OWNER = ForeignKey("owner", Customer, "customer_username")

TABLES: Mapping[type[Record], Table] = {
    Customer: Table(
        "customers",
        "customer_username",
        frozenset({"customer_username", "customer_password", "email_address"}),
        CUSTOMER_LENGTHS
        | {
            "city": 64,
            "created_from_ip_address": 15,
            "customer_password": 32,
            "customer_username": 32,
            "email_address": 255,
            "first_name": 64,
            "invite_code": 36,
            "last_name": 64,
            "security_answer": 256,
            "web_site": 256,
        },
        {("customer_username",): "customerusername"},
    ),
    SIPDomain: Table("sipdomains", "domain", frozenset({"domain"}), {"domain": 128}, {("domain",): "domain"}),
    SIPAccount: Table(
        "sipaccounts",
        "sip_username",
        frozenset({"owner", "sip_domain", "sip_password", "sip_username"}),
        SIP_ACCOUNT_LENGTHS | {"owner": 32, "sip_password": 32},
        {("sip_username", "sip_domain"): "sipusername"},
        (OWNER, ForeignKey("sip_domain", SIPDomain, "domain")),
    ),
    SIPProvider: Table(
        "sipproviders",
        "provider_name",
        frozenset({"owner", "provider_name", "provider_username"}),
        PROVIDER_LENGTHS | {"owner": 32},
        {("owner", "provider_name"): "owner"},
        (OWNER,),
    ),
    SIPDialPlan: Table(
        "sipdialplans",
        "dial_plan_name",
        frozenset({"owner", "dial_plan_name", "script_type_description"}),
        DIAL_PLAN_LENGTHS | {"owner": 32},
        {("owner", "dial_plan_name"): "owner"},
        (OWNER,),
    ),
    SIPProviderBinding: Table("sipproviderbindings", "provider_name"),
    SIPRegistrarBinding: Table("sipregistrarbindings", "sip_account_name", no_column=frozenset({"q"})),
    SIPDialogueAsset: Table("sipdialogues", "", no_column=frozenset({"hangup_at"})),
    SIPCDRAsset: Table("cdr", "created", no_column=frozenset({"call_direction"}), newest_first=True),
}
