"""The engine as the portal asks for it: what the portal's port wants, carried out by the engine's own control."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from .kamailio.acl import trusted_networks
from .kamailio.assembly import KamailioEngine
from .kamailio.config import MOST_REGISTRATIONS
from .kamailio.control import Control
from .kamailio.rpc import KamailioError
from .portal.http.sip_engine import PhoneServer, SIPEngine, SIPEngineUnavailable
from .settings import Settings


class Controls:
    """The engine's verbs, with its errors as the portal knows them."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def hang_up(self, leg: UUID) -> bool:
        with _errors_of_the_portal():
            return self._control.hang_up(leg)

    def remove_binding(self, binding: UUID) -> bool:
        with _errors_of_the_portal():
            return self._control.remove_binding(binding)

    def register_now(self, provider: UUID) -> bool:
        with _errors_of_the_portal():
            return self._control.register_now(provider)

    def version(self) -> str:
        with _errors_of_the_portal():
            return self._control.version()

    def trusted_networks(self, expression: str | None) -> Sequence[str] | None:
        return trusted_networks(expression)


def sip_engine_of(kamailio: KamailioEngine) -> SIPEngine:
    """The engine as the pages have it."""
    return SIPEngine(Controls(kamailio.control), phone_server(kamailio.settings))


def phone_server(settings: Settings) -> PhoneServer:
    """Where phones find the engine."""
    sip = settings.sip
    tls_port = sip.tls_port if sip.certificate else None
    transports = ("UDP", "TCP") if tls_port is None else ("UDP", "TCP", "TLS")
    return PhoneServer(settings.domain, sip.public_host, sip.port, tls_port, transports, sip.digest, MOST_REGISTRATIONS)


@contextmanager
def _errors_of_the_portal() -> Iterator[None]:
    try:
        yield
    except KamailioError as error:
        raise SIPEngineUnavailable(str(error)) from error
