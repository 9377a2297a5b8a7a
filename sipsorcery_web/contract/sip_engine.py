"""The port of a SIP engine: what it can be asked to do, its error, and where phones find it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class SIPEngineUnavailable(Exception):
    """The engine does not answer, or not as it should."""


class SIPEngineControls(Protocol):
    """The verbs of the SIP engine. Each raises SIPEngineUnavailable when it does not answer.

    Whose a thing is has been decided before. A verb answers False where the thing has gone meanwhile.
    """

    def hang_up(self, leg: UUID) -> bool:
        """End the call that this is a leg of."""

    def remove_binding(self, binding: UUID) -> bool:
        """Forget where a phone has registered."""

    def register_now(self, provider: UUID) -> bool:
        """Register with a provider without waiting for its turn."""

    def version(self) -> str:
        """The engine's own name and version."""

    def has_call_control(self) -> bool:
        """Return True while somebody decides about the calls that follow dial plans, which are refused otherwise."""

    def trusted_networks(self, expression: str | None) -> Sequence[str] | None:
        """The networks that an expression for trusted addresses means to the engine; None where it cannot use it."""


@dataclass(frozen=True)
class PhoneServer:
    """The address where phones find the engine, and how they prove who they are; no certificate means no `tls_port`."""

    domain: str
    host: str
    port: int
    tls_port: int | None
    transports: tuple[str, ...]
    digest: str
    most_registrations: int = 0
    """How many an account may have; one more takes the place of the oldest."""
    media_ports: str = ""
    """The UDP ports that sound goes through where a party is behind NAT; "" where it only goes between the parties."""
