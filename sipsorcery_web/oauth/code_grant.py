"""The grant of authorization codes (RFC 6749, section 4.1), each bound to its program by PKCE (RFC 7636)."""

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from sqlalchemy import select

from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.service.store.oauth import ConsentRow

from . import consents
from .clients import WAYS, Client
from .requests import Asked
from .work import WithWork, is_suspended

S256_LENGTH = 43
"""Characters of a SHA-256 in base64url."""


class Code(AuthorizationCodeMixin):
    """The authorization code of a consent."""

    def __init__(self, consent: ConsentRow) -> None:
        self.consent = consent
        self.code_challenge = consent.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """Return the address that the browser was sent back to."""
        return self.consent.redirect_address

    def get_scope(self) -> str:
        """Return what the customer allowed."""
        return self.consent.scopes


class CodeGrant(WithWork, AuthorizationCodeGrant):
    """The grant over the consents of the store."""

    TOKEN_ENDPOINT_AUTH_METHODS = WAYS

    def save_authorization_code(self, code: str, request: Asked) -> None:
        """Keep the customer's consent with the hash of its code."""
        payload: Any = request.payload
        consents.add(
            self.work,
            request.user,
            request.client.row,
            request.scope,
            self.work.now + consents.CODE_LASTS,
            code_hash=hash_secret(code),
            code_challenge=payload.data["code_challenge"],
            redirect_address=payload.redirect_uri,
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Return a good code of the program; None otherwise, and the end of all that came of it for one used before."""
        hashed = select(ConsentRow).where(ConsentRow.code_hash == hash_secret(code)).with_for_update()
        consent = self.work.session.scalars(hashed).one_or_none()
        if consent is None or consent.program_id != client.row.id:
            return None
        if consent.is_taken:
            consents.end_family(self.work, consent, "AuthorizationCodeReused")
            return None
        return Code(consent) if consent.ends > self.work.now else None

    def authenticate_user(self, authorization_code: Code) -> ConsentRow | None:
        """Return the consent, which stands for its customer; None where that one is kept out."""
        consent = authorization_code.consent
        return None if is_suspended(self.work, consent.owner) else consent

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Leave it, so that it is known when it comes back: its consent was noted as taken with its tokens."""


class Pkce(CodeChallenge):
    """PKCE for every code, by S256: `plain` would tell the verifier to whoever sees the request."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 (read by Authlib as it is)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Raise InvalidRequestError without a challenge, and for any other method."""
        given = grant.request.payload.data
        if given.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The 'code_challenge_method' S256 is needed.")
        if len(given.get("code_challenge", "")) != S256_LENGTH:
            raise InvalidRequestError("Invalid 'code_challenge'")
        super().validate_code_challenge(grant, redirect_uri)
