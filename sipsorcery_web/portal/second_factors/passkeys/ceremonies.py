"""The ceremonies of WebAuthn (section 7): what a browser is asked for, and whether its answer is good.

The library is imported where it is used, since it takes a third of a second and few processes ever need it.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sipsorcery_web.portal.storage.passkeys import Passkey

from .challenges import LIFE, Ceremony, expiry_of, new_challenge
from .relying_party import RelyingParty

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

LONGEST_ANSWER = 20_000
"""Characters. An attestation that nobody asked for can have some certificates."""
MILLISECONDS = int(LIFE.total_seconds() * 1000)
PORTAL_NAME = "SIPSorcery"
JSON = "application/json"
NOT_ITS_CHALLENGE = "Its challenge is over, or was not made for this browser and what it does."

T = TypeVar("T")

log = logging.getLogger(__name__)


class PasskeyRefused(Exception):
    """An error for an answer of a browser that proves nothing."""


@dataclass(frozen=True)
class NewCredential:
    """A credential that an authenticator has just made, and the challenge that it answers."""

    challenge: str
    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]


@dataclass(frozen=True)
class Assertion:
    """An answer of an authenticator to a challenge, before its signature was looked at."""

    credential_id: str
    challenge: str
    user_handle: bytes
    text: str


def creation_options(party: RelyingParty, username: str, customer_id: UUID, theirs: Iterable[Passkey]) -> str:
    """Return what `navigator.credentials.create` is given to make a passkey for a user, as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=PORTAL_NAME,
        user_id=customer_id.bytes,
        user_name=username,
        challenge=new_challenge(Ceremony.ADD, username).encode(),
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=[*_descriptors(party, theirs)],
    )
    return options_to_json(options)


def request_options(party: RelyingParty, ceremony: Ceremony, subject: str, theirs: Iterable[Passkey]) -> str:
    """Return what `navigator.credentials.get` is given, as JSON; a passkey alone has to verify its user as well."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement as Verification

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=new_challenge(ceremony, subject).encode(),
        timeout=MILLISECONDS,
        allow_credentials=[*_descriptors(party, theirs)],
        user_verification=Verification.REQUIRED if ceremony is Ceremony.ALONE else Verification.PREFERRED,
    )
    return options_to_json(options)


def new_credential(party: RelyingParty, answer: str, username: str) -> NewCredential:
    """Return the credential in an answer to `creation_options`. Raises PasskeyRefused."""
    return _read(answer, lambda: _new_credential(party, answer, username))


def read_assertion(answer: str) -> Assertion:
    """Return what an answer to `request_options` says of itself. Raises PasskeyRefused."""
    return _read(answer, lambda: _assertion(answer))


def sign_count_of(party: RelyingParty, assertion: Assertion, passkey: Passkey, *, alone: bool) -> int:
    """Return the signature counter of an answer that a passkey has signed. Raises PasskeyRefused."""
    from webauthn import base64url_to_bytes, verify_authentication_response

    return _read(
        assertion.text,
        lambda: (
            verify_authentication_response(
                credential=assertion.text,
                expected_challenge=assertion.challenge.encode(),
                expected_rp_id=party.id,
                expected_origin=party.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=alone,
            ).new_sign_count
        ),
    )


def _new_credential(party: RelyingParty, answer: str, username: str) -> NewCredential:
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json

    credential = parse_registration_credential_json(answer)
    challenge = _challenge_in(credential.response.client_data_json)
    if expiry_of(challenge, Ceremony.ADD, username) is None:
        raise PasskeyRefused(NOT_ITS_CHALLENGE)
    verified = verify_registration_response(
        credential=credential,
        expected_challenge=challenge.encode(),
        expected_rp_id=party.id,
        expected_origin=party.origin,
    )
    return NewCredential(
        challenge=challenge,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        transports=tuple(sorted({each.value for each in credential.response.transports or ()})),
    )


def _assertion(answer: str) -> Assertion:
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json

    credential = parse_authentication_credential_json(answer)
    return Assertion(
        credential_id=bytes_to_base64url(credential.raw_id),
        challenge=_challenge_in(credential.response.client_data_json),
        user_handle=credential.response.user_handle or b"",
        text=answer,
    )


def _challenge_in(client_data: bytes) -> str:
    from webauthn.helpers import parse_client_data_json

    return parse_client_data_json(client_data).challenge.decode("ascii")


def _descriptors(party: RelyingParty, passkeys: Iterable[Passkey]) -> "Iterable[PublicKeyCredentialDescriptor]":
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    for passkey in passkeys:
        if passkey.rp_id == party.id:
            transports = [AuthenticatorTransport(each) for each in passkey.transports]
            yield PublicKeyCredentialDescriptor(base64url_to_bytes(passkey.credential_id), transports=transports)


def _read(answer: str, read: Callable[[], T]) -> T:
    """Read an answer of a browser, of which anything may be wrong: the library has no one error for it."""
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("It is too long.")
    try:
        return read()
    except PasskeyRefused:
        raise
    except Exception as error:
        raise PasskeyRefused(str(error) or type(error).__name__) from error
