"""The acts of the routes: each asks the operations that `/api/v1` asks, as the owner of the key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sipsorcery_web.contract.errors import NotFound, Refused
from sipsorcery_web.contract.filters import Where
from sipsorcery_web.contract.records import Record, SIPAccount, SIPDialPlan, SIPProvider, values_of
from sipsorcery_web.contract.rules.catalogue import NOT_WITH_TOKEN

from ..bodies import object_of
from ..json_values import WrongType, read_id
from .calls import Call
from .dial_plans import copy_of, update_plan
from .entities import record_of, told
from .results import NOT_IMPLEMENTED, Failure

USUAL_COUNT = 25
MOST_COUNT = 1000
"""The records of one answer; who wants more asks on from there."""
EXPIRY = range(60, 86_401)
USUAL_EXPIRY = 3600
NO_FILTER = "Expression expected"
"""The parser's word for an empty filter (spec, section 6.5)."""

Act = Callable[[Call], object]


def counting(record: type[Record]) -> Act:
    """Return the act that counts records."""
    return lambda call: int(call.service.entries(record).count(_where(call)))


def listing(record: type[Record]) -> Act:
    """Return the act that lists records."""

    def act(call: Call) -> object:
        wanted = call.number("count")
        count = min(wanted, MOST_COUNT) if wanted > 0 else USUAL_COUNT
        found = call.service.entries(record).portion(max(0, call.number("offset")), count, _where(call))
        return [told(record, row) for row in values_of(record, found)]

    return act


def adding(record: type[Any]) -> Act:
    """Return the act that adds a record and gives its id."""

    def act(call: Call) -> object:
        new = record_of(record, object_of(call.request))
        return str(call.service.records(record).add(_filled(call, new)).id)

    return act


def changing(record: type[Any], words: str) -> Act:
    """Return the act that changes a record and gives its id; `words` name one in the error."""

    def act(call: Call) -> object:
        entity = object_of(call.request)
        missing = Failure(f"The {words} to update could not be found.")
        changed = record_of(record, entity, id=_id(entity.get("ID"), missing))
        try:
            return str(_stored(call, _filled(call, changed)).id)
        except NotFound:
            raise missing from None

    return act


def deleting(record: type[Any], words: str) -> Act:
    """Return the act that deletes a record."""

    def act(call: Call) -> object:
        missing = Failure(f"The {words} to delete could not be found.")
        try:
            call.service.records(record).delete(record(id=_id(call.argument("id"), missing), present=frozenset({"id"})))
        except NotFound:
            raise missing from None
        return True

    return act


def copy_dial_plan(call: Call) -> object:
    """Add a copy of a dial plan and return its id."""
    missing = Failure("The SIP Dial Plan to copy could not be found.")
    return str(call.service.dial_plans.add(copy_of(call, _id(call.argument("id"), missing))).id)


def add_customer(call: Call) -> object:
    """Refuse to add a customer: administrators alone could, and no token has an administrator's reach."""
    call.behind.owner_of(call.key)
    raise Refused(NOT_WITH_TOKEN, values={"operation": "CreateCustomer"})


def not_implemented(call: Call) -> object:
    """Say what the original says where it has a route and nothing behind it."""
    call.behind.owner_of(call.key)
    raise Failure(NOT_IMPLEMENTED)


def _where(call: Call) -> Where:
    """Return the filter: none where it is missing. Failure for an empty one, which the original cannot parse."""
    text = call.argument("where")
    if text is not None and not text.strip():
        raise Failure(NO_FILTER)
    return text


def _id(text: object, missing: Failure) -> UUID:
    try:
        return read_id(text if isinstance(text, str) else "")
    except WrongType:
        raise missing from None


def _stored(call: Call, record: Any) -> Any:
    if isinstance(record, SIPDialPlan):
        return update_plan(call, record)
    return call.service.records(type(record)).update(record)


def _filled(call: Call, record: Any) -> Any:
    """Return a record with what the original puts in where it is missing or out of range."""
    if isinstance(record, SIPAccount) and not record.sip_domain:
        return record.with_(sip_domain=call.behind.domain)
    if isinstance(record, SIPProvider):
        return _with_registration(call, record)
    return record


def _with_registration(call: Call, provider: SIPProvider) -> SIPProvider:
    changes: dict[str, Any] = {}
    if provider.register_enabled and not provider.register_contact:
        owner = call.behind.owner_of(call.key)
        changes["register_contact"] = f"sip:{provider.provider_name}.{owner}@{call.behind.domain}"
    if provider.register_expiry not in EXPIRY:
        changes["register_expiry"] = USUAL_EXPIRY
    return provider.with_(**changes)
