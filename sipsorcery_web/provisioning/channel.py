"""The one verb that everything between the pages and a provisioning service goes through."""

from collections.abc import Mapping
from typing import Any, Protocol

from sipsorcery_web.contract.operations import Operation


class Channel(Protocol):
    """A way to a provisioning service. Implementations are safe to use from several threads."""

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """The result of one operation; every failure is a ProvisioningError.

        A filter among the arguments may be a tree (`filters.Where`).
        `address` is the IP address of the person who asks, for services that limit sign-ins by it.
        """
