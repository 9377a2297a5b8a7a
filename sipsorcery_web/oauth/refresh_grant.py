"""The grant of refresh tokens (RFC 6749, section 6), each of which is good once."""

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.oauth import ConsentRow, RefreshTokenRow

from . import consents
from .clients import WAYS, Client
from .work import WithWork, is_suspended


class RefreshToken(TokenMixin):
    """A refresh token with the consent that it came of."""

    def __init__(self, row: RefreshTokenRow, consent: ConsentRow) -> None:
        self.row = row
        self.consent = consent

    def check_client(self, client: Client) -> bool:
        """Return True for the program that was given it."""
        return self.consent.program_id == client.row.id

    def get_scope(self) -> str:
        """Return what the customer allowed; a program can ask for less, and never for more."""
        return self.consent.scopes


class RefreshGrant(WithWork, RefreshTokenGrant):
    """The grant over the tokens of the store."""

    TOKEN_ENDPOINT_AUTH_METHODS = WAYS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        """Return a good token; None otherwise, and the end of its family where its own program sends a used one."""
        row = self.work.session.get(RefreshTokenRow, hash_secret(refresh_token), with_for_update=True)
        if row is None:
            return None
        found = RefreshToken(row, self.work.session.get_one(ConsentRow, row.consent_id))
        if row.is_used and found.check_client(self.request.client):
            consents.end_family(self.work, found.consent, "RefreshTokenReused")
            return None
        return found if found.consent.ends > self.work.now and not row.is_used else None

    def authenticate_user(self, refresh_token: RefreshToken) -> ConsentRow | None:
        """Return the consent, which stands for its customer; None where that one is kept out."""
        return None if is_suspended(self.work, refresh_token.consent.owner) else refresh_token.consent

    def revoke_old_credential(self, refresh_token: RefreshToken) -> None:
        """Note that the token was used."""
        refresh_token.row.is_used = True
