"""The operations of the notification service (spec, section 13.1). Unlike the original's each checks the token."""

from collections.abc import Mapping, Sequence

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.notifications import WITHOUT_HEADER, WITHOUT_HEADER_TO_SUBSCRIBE
from sipsorcery_web.events.filters.scope import Viewer
from sipsorcery_web.events.notifications import POLL_PERIOD, Notifications

from ..context import AuthedUnitOfWork, UnitOfWork
from . import signing_in, status
from .handler import Handler, hashes, reads, writes

Texts = Mapping[str, Sequence[str]]


def handlers_of(notifications: Notifications) -> dict[str, Handler]:
    """Return the handlers of all operations, by their names."""
    handlers = _Handlers(notifications)
    return {
        "IsAlive": reads(status.is_alive),
        "Login": hashes(signing_in.login),
        "Logout": writes(signing_in.logout),
        "GetPollPeriod": reads(_poll_period),
        "Subscribe": reads(handlers.subscribe),
        "SubscribeForAddress": reads(handlers.subscribe_for_address),
        "GetNotifications": reads(handlers.get_notifications),
        "GetNotificationsForAddress": reads(handlers.get_notifications_for_address),
        "CloseSession": reads(handlers.close_session),
        "CloseConnection": reads(handlers.close_connection),
        "CloseConnectionForAddress": reads(handlers.close_connection_for_address),
    }


class _Handlers:
    """The operations that are about subscriptions: all that they touch is the caller's."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    def subscribe(
        self, work: AuthedUnitOfWork, subject: str | None, filter: str | None, connection: str | None = None
    ) -> str:
        """Begin a subscription, and return its id. Refused for a filter that cannot be read."""
        if not connection:
            raise Refused(WITHOUT_HEADER_TO_SUBSCRIBE)
        return self._notifications.subscribe(_viewer(work), connection, subject, filter)

    def subscribe_for_address(
        self, work: AuthedUnitOfWork, subject: str | None, filter: str | None, address_id: str | None
    ) -> str:
        """Do the same for a connection that no header names."""
        return self.subscribe(work, subject, filter, address_id)

    def get_notifications(self, work: AuthedUnitOfWork, connection: str | None = None) -> Texts | None:
        """Return what is new of one of a connection's subscriptions, by its id; None where nothing is."""
        return self._notifications.poll(_viewer(work), _named(connection, "GetNotifications"))

    def get_notifications_for_address(self, work: AuthedUnitOfWork, address_id: str | None) -> Texts | None:
        """Do the same for a connection that no header names."""
        return self.get_notifications(work, address_id)

    def close_session(self, work: AuthedUnitOfWork, session_id: str | None) -> None:
        """End a subscription of the caller's; nothing happens where there is none with this id."""
        self._notifications.subscriptions.close(work.caller.username, session_id or "")

    def close_connection(self, work: AuthedUnitOfWork, connection: str | None = None) -> None:
        """End all of a connection's."""
        named = _named(connection, "CloseConnection")
        self._notifications.subscriptions.close_connection(work.caller.username, named)

    def close_connection_for_address(self, work: AuthedUnitOfWork, address_id: str | None) -> None:
        """Do the same for a connection that no header names."""
        self.close_connection(work, address_id)


def _poll_period(_work: UnitOfWork) -> int:
    return POLL_PERIOD


def _named(connection: str | None, operation: str) -> str:
    if not connection:
        raise Refused(WITHOUT_HEADER.format(operation))
    return connection


def _viewer(work: AuthedUnitOfWork) -> Viewer:
    return Viewer(work.caller.username, work.caller.admin_id or "")
