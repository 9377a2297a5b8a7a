"""The state of the provisioning service, asked at most every few seconds."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flask import current_app

from sipsorcery_web.contract.errors import ProvisioningError

from .backend import service_with, time_left
from .parts import part
from .ttl_cache import TTLCache


@dataclass(frozen=True)
class Status:
    """The state of the service; `new_accounts` is None while it does not answer."""

    address: str
    invites: str
    alive: bool = False
    new_accounts: bool | None = None
    checked: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def takes_invites(self) -> bool:
        """Return True when an invite code is of use."""
        return bool(self.new_accounts) and self.invites in ("needed", "perhaps")

    @property
    def takes_anyone(self) -> bool:
        """Return True when anybody gets an account without an invite code."""
        return bool(self.new_accounts) and self.invites in ("none", "perhaps")


class ServiceStatusCache(TTLCache[Status]):
    """The state of the service, and what is known while it is `away`.

    `address` is what people know the service by; `invites` says if codes are needed, none, or perhaps.
    """

    def __init__(self, address: str, invites: str) -> None:
        super().__init__(self._ask_service)
        self.away = Status(address, invites)

    def _ask_service(self) -> Status:
        now = datetime.now(UTC)
        try:
            client = service_with(None)
            return replace(self.away, alive=client.is_alive(), new_accounts=client.new_accounts_enabled(), checked=now)
        except ProvisioningError as error:
            current_app.logger.warning("The provisioning service does not answer: %s", error)
            return replace(self.away, checked=now)


def service_status() -> Status:
    """The state of the service, at most a few seconds old; it counts as away where this page cannot wait for it."""
    cache = part(ServiceStatusCache)
    return cache.within(time_left()) or replace(cache.away, checked=datetime.now(UTC))
