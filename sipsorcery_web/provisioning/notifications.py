"""The client of a notification service: lines of the console, as one visitor is told them (spec, section 13.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sipsorcery_web.contract.notifications import CONNECTION, NOTIFICATIONS

from .channel import Channel
from .client import ClientIdentity

SUBJECT = "Console"


@dataclass(frozen=True)
class NotificationClient:
    """A notification service behind a channel; every failure is a ProvisioningError."""

    channel: Channel

    def subscribe(self, visitor: ClientIdentity, connection: str, text: str) -> None:
        """Subscribe to a filter, at a connection that nobody else knows. Refused for one that the service cannot read.

        The original tells whoever names a connection, and looks at no token.
        """
        self._call("Subscribe", visitor, connection, subject=SUBJECT, filter=text)

    def poll(self, visitor: ClientIdentity, connection: str) -> Sequence[str]:
        """Return the lines that are new at a connection; none where it has no subscription any more, too."""
        told = self._call("GetNotifications", visitor, connection) or {}
        return [text for texts in told.values() for text in texts]

    def _call(self, name: str, visitor: ClientIdentity, connection: str, **arguments: str) -> Any:
        arguments[CONNECTION] = connection
        return self.channel.call(NOTIFICATIONS[name], visitor.token, visitor.address, arguments)
