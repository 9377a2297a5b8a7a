"""A password that somebody has typed, proven at the service; what fails counts in the limit of sign-ins."""

from flask import current_app

from sipsorcery_web.contract.errors import ProvisioningError

from ..storage.visitor_limit import VisitorLimit
from . import known_browsers
from .backend import service_with
from .devices import user_agent
from .parts import part
from .visitor_address import visitor_address


def token_for(username: str, password: str) -> str | None:
    """Return a new token of the service for whoever knows this password, or None. Raises TooManyAttempts.

    Whoever opens a session with it asks for the second factor first, where there is one.
    """
    browser = known_browsers.number_of(username)
    with part(VisitorLimit).attempt(username, visitor_address(), browser) as attempt:
        token = service_with(None).login(username, password, browser, user_agent(), asks_second_factor=True)
        attempt.has_succeeded = token is not None
    return token


def is_password_of(username: str, password: str) -> bool:
    """Return whether the password is the user's; the token that the service gives for it is ended at once."""
    token = token_for(username, password)
    if token is None:
        return False
    try:
        service_with(token).logout()
    except ProvisioningError as error:
        current_app.logger.warning("The token of a proof could not be ended at the service: %s", error)
    return True
