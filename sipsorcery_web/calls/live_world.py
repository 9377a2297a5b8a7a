"""The world of a plan that runs for a call: the customers' records, the phones, and the caller."""

from collections.abc import Callable
from dataclasses import dataclass

from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.live.effects import LiveEffects
from sipsorcery_web.dial_plans.world import Account, Provider

from .records import CustomersRecords

Headers = tuple[tuple[str, str], ...]
Provisional = Callable[[int, str, Headers], None]
Callback = Callable[[Execution, str, str, int, int, int], str]
"""Rings two dial strings for an execution and joins them: first, second, delay, and two ring times in seconds.

Returns why that is not done, or "".
"""

SendRequest = Callable[[str, str, str, str, str, int], str | None]
"""Sends a request in the name of an account, `username@domain`: method, destination, content type, body, seconds.

Returns the status line of the answer; None where none came, or the destination may not be asked.
"""


@dataclass(frozen=True, kw_only=True)
class LiveWorld(LiveEffects):
    """A `World`. What a plan sees is decided by its owner."""

    records: CustomersRecords
    on_provisional: Provisional
    on_callback: Callback | None = None
    on_request: SendRequest | None = None

    def canonical_domain(self, host: str) -> str | None:
        return self.records.canonical_domain(host)

    def account(self, username: str, domain: str) -> Account | None:
        return self.records.account(username, domain, self.owner)

    def own_accounts(self) -> list[Account]:
        return self.records.own_accounts(self.owner)

    def bindings(self, username: str, domain: str) -> list[str]:
        return self.records.engine.bindings(username, domain)

    def provider(self, name: str) -> Provider | None:
        return self.records.provider(name, self.owner)

    def current_calls(self) -> list[str]:
        return self.records.engine.current_calls(self.owner)

    def provisional(self, code: int, reason: str, headers: Headers) -> None:
        self.on_provisional(code, reason, headers)

    def callback(self, first: str, second: str, delay: int, first_ring: int, second_ring: int) -> str:
        if self.on_callback is None:
            return "Nobody makes calls here."
        return self.on_callback(self.execution, first, second, delay, first_ring, second_ring)

    def send_request(self, method: str, destination: str, content_type: str, body: str, seconds: int) -> str | None:
        if self.on_request is None:
            return None
        return self.on_request(self.execution.call.account, method, destination, content_type, body, seconds)
