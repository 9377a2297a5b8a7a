"""The shape of every result, and the errors in the original's words where they are known."""

from collections.abc import Mapping

from sipsorcery_web.contract.errors import ProvisioningError, Refused, SessionExpired
from sipsorcery_web.contract.rules.catalogue import SIP_NAME_TAKEN

NO_KEY = "No apikey header was found in the request."
UNKNOWN_KEY = "The apikey header value was not recognised as belonging to a valid account."
SUSPENDED = "Your account is suspended."
NOT_IMPLEMENTED = "The method or operation is not implemented."
FAILED = "Something went wrong in the service."
_ORIGINALS = {SIP_NAME_TAKEN: "Sorry the requested username and domain combination is already in use."}


class Failure(Exception):
    """An error that leaves in a result; the message is its text."""


def success(value: object) -> Mapping[str, object]:
    """Return a result with a value."""
    return {"Error": None, "Result": value, "Success": True}


def failure(text: str, otherwise: object) -> Mapping[str, object]:
    """Return a result without a value; `otherwise` is what .NET has for one of its type."""
    return {"Error": text, "Result": otherwise, "Success": False}


def text_of(error: ProvisioningError) -> str:
    """Return the text of an error of the service."""
    if isinstance(error, SessionExpired):
        return UNKNOWN_KEY
    if isinstance(error, Refused) and error.rule in _ORIGINALS:
        return _ORIGINALS[error.rule]
    return error.message
