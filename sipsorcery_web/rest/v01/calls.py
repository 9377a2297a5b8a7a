"""A request with its key, and the parts of the service that it reaches."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from werkzeug.wrappers import Request

from sipsorcery_web.provisioning.channel import Channel
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient

from ..json_values import INT32
from .results import Failure


class PlanValues(Protocol):
    """The values that plans keep for their owner, which programs read and write too."""

    def read(self, owner: str, key: str) -> str | None:
        """Return a value; None where there is none."""

    def write(self, owner: str, key: str, value: str) -> None:
        """Keep a value. Raises Refused where there is no room."""

    def delete(self, owner: str, key: str) -> None:
        """Forget a value."""

    def keys(self, owner: str) -> list[str]:
        """Return the keys, in order."""


@dataclass(frozen=True)
class Service:
    """The parts of the service that acts use. `admitted` gives the owner of a key that has a scope."""

    channel: Channel
    owner_of: Callable[[str], str]
    admitted: Callable[[str, str, str, str], str]
    domain: str
    """The default domain."""
    values: PlanValues


@dataclass(frozen=True)
class Call:
    """A request with its key, which nobody has looked at yet."""

    request: Request
    key: str
    behind: Service

    @property
    def service(self) -> ProvisioningClient:
        """The service as the key's owner has it."""
        return ProvisioningClient(self.behind.channel, ClientIdentity(self.key, self.request.remote_addr or ""))

    def argument(self, name: str) -> str | None:
        """Return a parameter of the address, whose name may be in any case; None where it is not there."""
        given = self.request.args.items()
        return next((value for known, value in given if known.lower() == name), None)

    def number(self, name: str) -> int:
        """Return a whole number; 0 where it is not there. Failure for another text."""
        text = self.argument(name) or "0"
        if not re.fullmatch(r"-?[0-9]{1,10}", text, re.ASCII) or int(text) not in INT32:
            raise Failure(f"{name}: It has to be a whole number of 32 bits.")
        return int(text)

    def admitted(self, scope: str, what: str) -> str:
        """Return the owner of the key. Raises Refused where it lacks the scope."""
        return self.behind.admitted(self.key, self.request.remote_addr or "", scope, what)
