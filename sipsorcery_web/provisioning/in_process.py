"""The channel to a service in the same process: the same records, without XML or a socket."""

from collections.abc import Mapping
from typing import Any, Protocol

from sipsorcery_web.contract.operations import Operation


class Answers(Protocol):
    """A provisioning service that can be called directly."""

    def answer(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """The result of one operation; every failure is a ProvisioningError."""


class InProcessChannel:
    """Hands operations to an embedded service."""

    def __init__(self, service: Answers) -> None:
        self._service = service

    def call(self, operation: Operation, token: str | None, address: str, arguments: Mapping[str, Any]) -> Any:
        """See `Channel.call`."""
        return self._service.answer(operation, token, address, arguments)
