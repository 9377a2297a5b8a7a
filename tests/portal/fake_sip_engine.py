"""A SIP engine behind the portal's port that notes what it is asked and answers as a test wants it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sipsorcery_web.contract.sip_engine import PhoneServer, SIPEngineUnavailable
from sipsorcery_web.kamailio.acl import trusted_networks
from sipsorcery_web.portal.http.sip_engine import SIPEngine
from tests.factories import DOMAIN

SERVER = PhoneServer(DOMAIN, "192.0.2.5", 5060, None, ("UDP", "TCP"), "MD5", 10)


@dataclass
class FakeControls:
    """`is_away`: it does not answer; `gone`: what it is asked about has gone meanwhile."""

    is_away: bool = False
    gone: bool = False
    asked: list[tuple[str, UUID]] = field(default_factory=list)
    versions: int = 0

    def hang_up(self, leg: UUID) -> bool:
        return self._ask("hang up", leg)

    def remove_binding(self, binding: UUID) -> bool:
        return self._ask("remove", binding)

    def register_now(self, provider: UUID) -> bool:
        return self._ask("register", provider)

    def version(self) -> str:
        self.versions += 1
        self._answer()
        return "kamailio 5.6.3"

    def trusted_networks(self, expression: str | None) -> Sequence[str] | None:
        return trusted_networks(expression)

    def _ask(self, verb: str, thing: UUID) -> bool:
        self.asked.append((verb, thing))
        self._answer()
        return not self.gone

    def _answer(self) -> None:
        if self.is_away:
            raise SIPEngineUnavailable("Nothing answers at port 5069.")


class FakeEngine(SIPEngine):
    """The portal's engine over controls that a test can look into."""

    controls: FakeControls

    def __init__(self, server: PhoneServer = SERVER) -> None:
        super().__init__(FakeControls(), server)

    @property
    def asked(self) -> list[tuple[str, UUID]]:
        return self.controls.asked

    def leave(self) -> None:
        """Make the engine silent, and the portal forget that it answered."""
        self.controls.is_away = True
        self.status_cache.until = 0.0
