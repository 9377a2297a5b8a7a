"""The operations of the notification service as data (spec, section 13.1)."""

from typing import Any

from . import names
from .operations import OPERATIONS, Access, Operation, Parameter
from .wire_types import INT, STRING, TEXT_LISTS, WireType

CONNECTION = "connection"
"""The argument for the address in the header `Notification`, which a program makes up for itself."""
WITHOUT_HEADER_TO_SUBSCRIBE = "The notification header was missing from the SetFilter request."
WITHOUT_HEADER = "The {} request was missing a required Notification header."

_SUBJECT, _FILTER = Parameter("subject", STRING), Parameter("filter", STRING)
_ADDRESS = Parameter("addressID", STRING)
_IN_HEADER = frozenset({CONNECTION})


def _operation(name: str, *parameters: Parameter, result: WireType | None = None, **more: Any) -> Operation:
    return Operation(name, parameters, result, namespace=names.NOTIFICATIONS, **more)


def _as_provisioning(name: str) -> Operation:
    """An operation that the provisioning service has too, and answers."""
    twin = OPERATIONS[name]
    return _operation(name, *twin.parameters, result=twin.result, access=twin.access, in_process=twin.in_process)


_OPERATIONS = (
    _as_provisioning("IsAlive"),
    _as_provisioning("Login"),
    _as_provisioning("Logout"),
    _operation("GetPollPeriod", result=INT, access=Access.OPEN),
    _operation("Subscribe", _SUBJECT, _FILTER, result=STRING, in_process=_IN_HEADER),
    _operation("SubscribeForAddress", _SUBJECT, _FILTER, _ADDRESS, result=STRING),
    _operation("GetNotifications", result=TEXT_LISTS, in_process=_IN_HEADER),
    _operation("GetNotificationsForAddress", _ADDRESS, result=TEXT_LISTS),
    _operation("CloseSession", Parameter("sessionID", STRING)),
    _operation("CloseConnection", in_process=_IN_HEADER),
    _operation("CloseConnectionForAddress", _ADDRESS),
)

NOTIFICATIONS = {operation.name: operation for operation in _OPERATIONS}
