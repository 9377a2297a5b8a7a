"""A SIP engine behind the portal's port that notes what it is asked and answers as a test wants it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sipsorcery_web.contract.sip_engine import PhoneServer, SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import CallOrder, CallProgress, CallRefused, CallState
from sipsorcery_web.kamailio.acl import trusted_networks
from sipsorcery_web.portal.http.sip_engine import SIPEngine
from tests.factories import DOMAIN

SERVER = PhoneServer(DOMAIN, "192.0.2.5", 5060, None, ("UDP", "TCP"), "MD5", 10)


@dataclass
class FakeControls:
    """`is_away`: it does not answer; `gone`: what it is asked about has gone; `is_without_control`: nobody decides."""

    is_away: bool = False
    gone: bool = False
    is_without_control: bool = False
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

    def has_call_control(self) -> bool:
        return not self.is_without_control

    def trusted_networks(self, expression: str | None) -> Sequence[str] | None:
        return trusted_networks(expression)

    def _ask(self, verb: str, thing: UUID) -> bool:
        self.asked.append((verb, thing))
        self._answer()
        return not self.gone

    def _answer(self) -> None:
        if self.is_away:
            raise SIPEngineUnavailable("Nothing answers at port 5069.")


@dataclass
class FakeCallMaker:
    """`refusal`: why it places no call; `is_away`: it does not answer."""

    is_away: bool = False
    refusal: str = ""
    orders: list[CallOrder] = field(default_factory=list)
    calls: dict[str, CallProgress] = field(default_factory=dict)
    every_call: CallProgress | None = None
    """How far any call has come, whoever asks about whatever id."""

    def place(self, order: CallOrder) -> str:
        self._answer()
        if self.refusal:
            raise CallRefused(self.refusal)
        self.orders.append(order)
        call = str(uuid4())
        self.calls[call] = CallProgress(CallState.FIRST, order.first_name, order.second_name)
        return call

    def progress(self, call: str, owner: str) -> CallProgress | None:
        self._answer()
        return self.calls.get(call) if self._is_of(owner) else self.every_call

    def end(self, call: str, owner: str) -> bool:
        self._answer()
        return self._is_of(owner) and self.calls.pop(call, None) is not None

    def _is_of(self, owner: str) -> bool:
        return bool(self.orders) and self.orders[-1].owner == owner

    def _answer(self) -> None:
        if self.is_away:
            raise SIPEngineUnavailable("Nobody makes calls at the moment.")


class FakeEngine(SIPEngine):
    """The portal's engine over controls that a test can look into."""

    controls: FakeControls
    call_maker: FakeCallMaker

    def __init__(self, server: PhoneServer = SERVER) -> None:
        super().__init__(FakeControls(), server, FakeCallMaker())

    @property
    def asked(self) -> list[tuple[str, UUID]]:
        return self.controls.asked

    def leave(self) -> None:
        """Make the engine silent, and the portal forget that it answered."""
        self.controls.is_away = True
        self.status_cache.until = 0.0

    def lose_call_control(self) -> None:
        """Have nobody decide about calls, and the portal forget that somebody did."""
        self.controls.is_without_control = True
        self.status_cache.until = 0.0
