"""The portal's own limits on what strangers try, where another service looks at passwords and takes new customers.

That service sees one address for all visitors, so a limit of its own would shut out everybody for what one has tried.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.database.sign_in_limit import Attempt, Place, SignInLimit
from sipsorcery_web.ip_addresses import caller_network
from sipsorcery_web.logs.sign_ins import noted
from sipsorcery_web.portal.storage.sessions import sql_errors


@dataclass(frozen=True)
class VisitorLimit:
    """The limits by visitor; none where the built-in service has its own."""

    sign_ins: SignInLimit | None = None
    refusal: type[Exception] = Exception
    """The error of somebody who has failed too often."""
    others: Mapping[str, AddressLimit] = field(default_factory=dict)

    @contextmanager
    def attempt(self, username: str, address: str, browser: str = "") -> Iterator[Attempt]:
        """Let a password be sent to the service; see `SignInLimit.attempt`. The service's own limit
        notes what fails. Raises StorageUnavailable."""
        if self.sign_ins is None:
            yield Attempt()
            return
        limited = self.sign_ins.attempt(username, Place.of(caller_network(address), browser))
        with sql_errors(), noted(limited, address, self.refusal) as attempt:
            yield attempt

    def note(self, kind: str, address: str) -> None:
        """Count what goes to the service of a visitor who has not signed in; see `AddressLimit.note`.

        Raises StorageUnavailable.
        """
        if limit := self.others.get(kind):
            with sql_errors():
                limit.note(kind, caller_network(address))
