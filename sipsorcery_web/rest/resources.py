"""The resources: which records stand at which noun, in which order they are listed and in which texts `q` looks.

The fields, the operations and the scopes are the contract's; nothing of them is repeated here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sipsorcery_web.contract.extensions import (
    ALL_OPERATIONS,
    ALL_RECORD_OPERATIONS,
    AccessToken,
    AuditEntry,
)
from sipsorcery_web.contract.operations import Operation, RecordOperations
from sipsorcery_web.contract.records import (
    Customer,
    OwnedRecord,
    Record,
    SIPAccount,
    SIPCDRAsset,
    SIPDialogueAsset,
    SIPDialPlan,
    SIPDomain,
    SIPProvider,
    SIPProviderBinding,
    SIPRegistrarBinding,
    WireField,
    wire_fields,
)
from sipsorcery_web.contract.set_by_others import BY_THE_SERVICE, administrative_fields


class Verb(StrEnum):
    """The verbs of resources; the value is the method of HTTP."""

    LIST = "GET"
    GET = "get one"
    ADD = "POST"
    REPLACE = "PUT"
    CHANGE = "PATCH"
    DELETE = "DELETE"

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return "GET" if self is Verb.GET else self.value


READING = (Verb.LIST, Verb.GET)
CHANGING = (Verb.ADD, Verb.REPLACE, Verb.CHANGE, Verb.DELETE)


@dataclass(frozen=True)
class Resource:
    """Records of one type at one noun.

    `order` is the field that their list is in the order of, `searched` the texts that `q` looks in. `read_at_once`
    names the operation that gives all of them, where there is no list that is read by pages. There is one alone of what
    `is_single`: the caller's own. The revision of what `is_live` changes with each change.
    """

    noun: str
    record: type[Record]
    one: str
    many: str
    order: str = ""
    searched: tuple[str, ...] = ()
    is_descending: bool = False
    is_live: bool = False
    is_single: bool = False
    read_at_once: str = ""
    deleting: str = ""
    """A sentence about DELETE, where it does more than delete a record."""

    @property
    def operations(self) -> RecordOperations:
        """The operations of a list that is read by pages."""
        return ALL_RECORD_OPERATIONS[self.record]

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """The verbs that the contract has operations for."""
        if self.is_single:
            return (Verb.GET,)
        if self.read_at_once:
            return READING
        return (*READING, *(verb for verb in CHANGING if self._changes[verb] in ALL_OPERATIONS))

    @property
    def is_changeable(self) -> bool:
        """Return True where the records are added, replaced and changed, and not deleted alone."""
        return Verb.REPLACE in self.verbs

    @property
    def _changes(self) -> Mapping[Verb, str]:
        """The names of the operations that would change a record."""
        named = self.operations
        return {
            Verb.ADD: named.add,
            Verb.REPLACE: named.update,
            Verb.CHANGE: named.update,
            Verb.DELETE: named.delete,
        }

    def operation(self, verb: Verb) -> Operation:
        """The operation that a verb calls, whose scope a token needs."""
        if self.read_at_once:
            return ALL_OPERATIONS[self.read_at_once]
        return ALL_OPERATIONS[self._changes.get(verb, self.operations.page)]

    @property
    def fields(self) -> tuple[WireField, ...]:
        """The fields of the records."""
        return wire_fields(self.record)

    def is_writable(self, entry: WireField) -> bool:
        """Return True for a field that the caller decides about."""
        if not issubclass(self.record, OwnedRecord):
            return False
        return entry.attribute not in BY_THE_SERVICE | administrative_fields(self.record)


RESOURCES = (
    Resource("customer", Customer, "customer", "customers", is_single=True, read_at_once="GetCustomer"),
    Resource(
        "sip-accounts",
        SIPAccount,
        "SIP account",
        "SIP accounts",
        "sip_username",
        ("sip_username", "sip_domain"),
        is_live=True,
    ),
    Resource(
        "sip-account-bindings",
        SIPRegistrarBinding,
        "binding of a SIP account",
        "bindings of SIP accounts",
        "sip_account_name",
        ("sip_account_name", "user_agent", "remote_sip_socket"),
        is_live=True,
    ),
    Resource(
        "providers",
        SIPProvider,
        "SIP provider",
        "SIP providers",
        "provider_name",
        ("provider_name", "provider_server", "provider_username"),
        is_live=True,
    ),
    Resource(
        "provider-bindings",
        SIPProviderBinding,
        "binding of a SIP provider",
        "bindings of SIP providers",
        "provider_name",
        ("provider_name", "binding_uri", "registrar_sip_socket"),
        is_live=True,
    ),
    Resource("dial-plans", SIPDialPlan, "dial plan", "dial plans", "dial_plan_name", ("dial_plan_name",)),
    Resource(
        "calls",
        SIPDialogueAsset,
        "leg of a call",
        "legs of calls",
        "inserted",
        ("remote_user_field", "remote_target"),
        is_live=True,
        deleting="Hang up the call of a leg",
    ),
    Resource(
        "cdrs",
        SIPCDRAsset,
        "call record",
        "call records",
        "created",
        ("dst", "dst_uri", "from_user", "from_name", "from_header"),
        is_descending=True,
    ),
    Resource("domains", SIPDomain, "SIP domain", "SIP domains", read_at_once="GetSIPDomains"),
    Resource("tokens", AccessToken, "token for programs", "tokens for programs", read_at_once="GetAccessTokens"),
    Resource(
        "audit",
        AuditEntry,
        "entry of the audit",
        "entries of the audit",
        "inserted",
        ("record_name", "actor", "operation"),
        is_descending=True,
    ),
)
