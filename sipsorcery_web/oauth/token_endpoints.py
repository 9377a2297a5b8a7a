"""The endpoints at which a program ends its tokens (RFC 7009) or asks about them (RFC 7662), and about no others."""

from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from sqlalchemy import select

from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.access_tokens import AccessTokenRow
from sipsorcery_web.service.store.oauth import ConsentRow, RefreshTokenRow

from . import consents
from .clients import WAYS, WITH_SECRET, Client
from .requests import Asked
from .work import WithWork, Work, is_suspended


class Found(TokenMixin):
    """A token with the consent that it came of."""

    def __init__(self, work: Work, row: AccessTokenRow | RefreshTokenRow, consent: ConsentRow) -> None:
        self.row = row
        self.consent = consent
        self._work = work

    def is_expired(self) -> bool:
        """Return True for one whose time is over."""
        return self.ends <= self._work.now

    def is_revoked(self) -> bool:
        """Return True for a refresh token that was used, and for the tokens of a customer who is kept out."""
        is_used = isinstance(self.row, RefreshTokenRow) and self.row.is_used
        return is_used or is_suspended(self._work, self.consent.owner)

    @property
    def ends(self) -> datetime:
        """Return when it is over: with its consent, or an access token before that."""
        return self.row.ends if isinstance(self.row, AccessTokenRow) else self.consent.ends


def find(work: Work, text: str, client: Client) -> Found | None:
    """Return a token of a program's own, whatever it is; None for any other."""
    hashed = hash_secret(text)
    access = work.session.scalars(select(AccessTokenRow).where(AccessTokenRow.token_hash == hashed)).one_or_none()
    row = access or work.session.get(RefreshTokenRow, hashed)
    if row is None or row.consent_id is None:
        return None
    consent = work.session.get_one(ConsentRow, row.consent_id)
    return Found(work, row, consent) if consent.program_id == client.row.id else None


def _token_in(request: Asked) -> str:
    """Return the token that a request is about, with any hint; InvalidRequestError for none."""
    token = request.form.get("token")
    if not token:
        raise InvalidRequestError("Missing 'token' in request.")
    return token


class OwnTokens(WithWork):
    """The part of both endpoints that looks a token up."""

    def authenticate_token(self, request: Asked, client: Client) -> Found | None:
        """Return the token; None for one that is not there or not the program's, which is answered alike."""
        return find(self.work, _token_in(request), client)


class Revocation(OwnTokens, RevocationEndpoint):
    """The endpoint that ends a consent with all tokens, whichever of them a program names."""

    CLIENT_AUTH_METHODS = WAYS

    def revoke_token(self, token: Found, request: Asked) -> None:
        """End the consent."""
        consents.end_family(self.work, token.consent, "DeleteConsent")


class Introspection(OwnTokens, IntrospectionEndpoint):
    """The endpoint that tells a program that has a secret of its own tokens."""

    CLIENT_AUTH_METHODS = WITH_SECRET

    def introspect_token(self, token: Found) -> dict[str, Any]:
        """Return what is told of a token that is good (RFC 7662, section 2.2)."""
        row, consent = token.row, token.consent
        is_access = isinstance(row, AccessTokenRow)
        return {
            "active": True,
            "scope": row.scopes if isinstance(row, AccessTokenRow) else consent.scopes,
            "client_id": str(consent.program_id),
            "username": consent.owner,
            "sub": consent.owner,
            "iss": self.server.issuer,
            "iat": int(row.inserted.timestamp()),
            "exp": int(token.ends.timestamp()),
            **({"token_type": "Bearer"} if is_access else {}),
        }
