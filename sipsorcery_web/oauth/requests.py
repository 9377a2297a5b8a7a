"""Requests of programs and browsers as Authlib reads them: parameters from one place alone, each given once."""

from collections.abc import Mapping, Sequence

from authlib.oauth2.base import invalid_error_characters
from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

REPEATED = ("redirect_uri", "response_type", "grant_type")
"""The parameters that Authlib repeats in its errors, which hold few characters (RFC 6749, section 5.2)."""


class Parameters(OAuth2Payload):
    """The parameters of a request."""

    def __init__(self, given: MultiDict[str, str]) -> None:
        self._given = given

    @property
    def data(self) -> Mapping[str, str]:
        """Return each parameter's value."""
        return self._given

    @property
    def datalist(self) -> Mapping[str, Sequence[str]]:
        """Return each parameter's values."""
        return dict(self._given.lists())


class Asked(OAuth2Request):
    """A request whose parameters are these. Raises OAuth2Error where it came over plain http from another machine."""

    def __init__(self, request: Request, given: MultiDict[str, str]) -> None:
        super().__init__(request.method, request.base_url, headers=request.headers)
        self.payload = Parameters(given)
        self._given = given

    @property
    def form(self) -> Mapping[str, str]:
        """Return the parameters, by Authlib's other name for them."""
        return self._given


def asked_in_form(request: Request) -> Asked:
    """Return a program's request. Raises OAuth2Error for parameters in its address, where logs would have them."""
    if request.query_string:
        raise InvalidRequestError("Parameters belong into the body of the request.")
    if "Authorization" in request.headers and request.authorization is None:  # Authlib reads these bytes unguarded
        raise InvalidClientError("The header Authorization cannot be read.", status_code=401)
    return _checked(Asked(request, request.form))


def asked_in_address(request: Request) -> Asked:
    """Return a browser's request, which a program has led it to. Raises OAuth2Error."""
    return _checked(Asked(request, request.args))


def _checked(asked: Asked) -> Asked:
    for name, values in asked.payload.datalist.items():
        if len(values) > 1:
            raise InvalidRequestError("A parameter is there more than once.")
        if name in REPEATED and invalid_error_characters(values[0]):
            raise InvalidRequestError("A parameter has characters that are in none.")
    return asked
