"""The limit on failed sign-ins of the service, for pages and SOAP alike."""

from contextlib import AbstractContextManager

from sipsorcery_web.contract.errors import Busy, TooManyAttempts
from sipsorcery_web.database.sign_in_limit import Attempt, Place, SignInLimit
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.ip_addresses import caller_network
from sipsorcery_web.logs.sign_ins import noted

from .context import ServiceRequest


def attempt(call: ServiceRequest, account: str, known_browser: str = "") -> AbstractContextManager[Attempt]:
    """Let a password be looked at for an account. TooManyAttempts after too many failures, Busy after a long wait."""
    return _attempt(call, account, Place.of(caller_network(call.address), known_browser))


def attempt_in_session(call: ServiceRequest, account: str) -> AbstractContextManager[Attempt]:
    """Let the password be looked at once more for the account of a session; errors as for `attempt`.

    What fails elsewhere does not count there, or strangers could keep an owner from changing a password.
    """
    return _attempt(call, account, Place.of_session(hash_secret(call.token or "")))


def _attempt(call: ServiceRequest, account: str, place: Place) -> AbstractContextManager[Attempt]:
    limit = SignInLimit(call.context.database, call.context.clock, TooManyAttempts, Busy)
    return noted(limit.attempt(account, place), call.address, TooManyAttempts)
