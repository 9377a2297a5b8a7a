"""Programs as Authlib's clients: how they prove who they are, and what they may ask for."""

import hmac
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from sipsorcery_web.contract.rules.programs import is_registered
from sipsorcery_web.contract.scopes import in_order
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.oauth import ProgramRow

from .work import Work, is_suspended

WITH_SECRET = ["client_secret_basic", "client_secret_post"]
WAYS = [*WITH_SECRET, "none"]
"""Ways in which a program can prove who it is (RFC 7591, section 2)."""


class Client(ClientMixin):
    """A program."""

    def __init__(self, row: ProgramRow) -> None:
        self.row = row

    def get_client_id(self) -> str:
        """Return the id that the program was told."""
        return str(self.row.id)

    def get_default_redirect_uri(self) -> str | None:
        """Return None: each request says where it leads to."""
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes in their order; None where a request names none, which is refused."""
        return in_order(scope or "") or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return True for an address that was registered."""
        return is_registered(self.row.redirect_addresses.split(), redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Return True for the program's secret."""
        return hmac.compare_digest(self.row.secret_hash or "", hash_secret(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return True for a way that is the program's: with its secret, where it has one, and without otherwise."""
        return (method in WITH_SECRET) == (self.row.secret_hash is not None)

    def check_response_type(self, response_type: str) -> bool:
        """Return True for codes, which alone there are in OAuth 2.1."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Return True for what the program was registered for."""
        if grant_type == DEVICE_CODE_GRANT_TYPE:
            return self.row.takes_device_codes
        return grant_type == "refresh_token" or (
            grant_type == "authorization_code" and bool(self.row.redirect_addresses)
        )


def client_of(work: Work, client_id: str) -> Client | None:
    """Return the client of this id; None for none, and while whoever has registered it is suspended."""
    try:
        row = work.session.get(ProgramRow, UUID(client_id))
    except ValueError:
        return None
    if row is None or str(row.id) != client_id or is_suspended(work, row.owner):
        return None
    return Client(row)
