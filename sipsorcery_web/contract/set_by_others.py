"""The fields of what customers own that others set, and the values of fields that nobody has given."""

from collections.abc import Mapping
from typing import Any

from .records import OwnedRecord, SIPAccount, SIPDialPlan, SIPProvider

BY_THE_SERVICE = frozenset({"id", "owner", "inserted", "last_update"})
"""The fields that the built-in service sets itself."""
_ADMINISTRATIVE: Mapping[type[OwnedRecord], frozenset[str]] = {
    SIPAccount: frozenset({"is_admin_disabled", "admin_disabled_reason"}),
    SIPProvider: frozenset({"register_admin_enabled"}),
    SIPDialPlan: frozenset({"max_execution_count", "execution_count", "authorised_apps"}),
}
_NEW_VALUES: Mapping[type[OwnedRecord], Mapping[str, Any]] = {
    SIPProvider: {"register_admin_enabled": True, "register_expiry": 3600},
    SIPDialPlan: {"max_execution_count": 3},
}


def administrative_fields(record: type[OwnedRecord]) -> frozenset[str]:
    """Return the fields that the built-in service lets administrators alone set (weakness W5)."""
    return _ADMINISTRATIVE.get(record, frozenset())


def new_values(record: type[OwnedRecord]) -> Mapping[str, Any]:
    """Return the values of a new record's fields, where they are not those of the fields' types."""
    return _NEW_VALUES.get(record, {})
