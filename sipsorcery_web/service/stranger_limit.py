"""The limit on what strangers ask of the service, for pages and SOAP alike."""

from functools import partial

from sipsorcery_web.contract.errors import Attempts, TooManyAttempts
from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.ip_addresses import caller_network

from .context import ServiceContext


def note(context: ServiceContext, attempts: Attempts, address: str) -> None:
    """Count an attempt from an address. Raises TooManyAttempts."""
    limit = AddressLimit(context.database, context.clock, partial(TooManyAttempts, attempts=attempts))
    limit.note(attempts.name, caller_network(address))
