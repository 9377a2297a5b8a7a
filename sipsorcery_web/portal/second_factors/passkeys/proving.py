"""Passkeys at work: a new one of a user's, and those that prove who is there.

One that is refused at a sign-in is noted for its user, where that is known.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sipsorcery_web.contract.extensions import SignInResult
from sipsorcery_web.portal.http import sign_in_notes
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.storage.passkeys import CredentialTaken, Passkey

from .ceremonies import NOT_ITS_CHALLENGE, Assertion, PasskeyRefused, new_credential, read_assertion, sign_count_of
from .challenges import Ceremony, expiry_of, spend
from .method import kept_passkeys
from .relying_party import RelyingParty, relying_party

ANSWERED_BEFORE = "Its challenge was answered before."


def new_passkey(username: str, customer_id: UUID, name: str, answer: str) -> Passkey:
    """Return the passkey that a browser has made for a user, to be kept.

    Raises NoPasskeysHere, PasskeyRefused, CredentialTaken and StorageUnavailable.
    """
    party = relying_party()
    made = new_credential(party, answer, username)
    if not spend(made.challenge, Ceremony.ADD, username):
        raise PasskeyRefused(ANSWERED_BEFORE)
    if kept_passkeys().with_credential(made.credential_id) is not None:
        raise CredentialTaken
    return Passkey(
        username=username,
        customer_id=customer_id,
        name=name,
        rp_id=party.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        added_at=now(),
    )


def prove_second_step(username: str, sign_in: str, answer: str) -> Passkey:
    """Return the passkey of a user that has signed an answer for a sign-in under way, which counts as used now.

    Raises NoPasskeysHere, PasskeyRefused and StorageUnavailable.
    """
    return _proved(username, answer, Ceremony.SECOND_STEP, sign_in)


def prove_again(username: str, session_token: str, answer: str) -> Passkey:
    """Return the same for a session that goes on. Errors as above."""
    return _proved(username, answer, Ceremony.STEP_UP, session_token)


def prove_alone(answer: str) -> Passkey:
    """Return the passkey that has signed an answer and knows whose it is, which counts as used now.

    Raises NoPasskeysHere, PasskeyRefused and StorageUnavailable.
    """
    assertion, passkey = _passkey_of(answer)
    with _noted_for(passkey.username):
        if assertion.user_handle != passkey.customer_id.bytes:
            raise PasskeyRefused("Its user is not the one that it was made for.")
        return _used(relying_party(), assertion, passkey, Ceremony.ALONE, "")


def _proved(username: str, answer: str, ceremony: Ceremony, subject: str) -> Passkey:
    with _noted_for(username):
        assertion, passkey = _passkey_of(answer)
        if passkey.username != username:
            raise PasskeyRefused("It is another user's.")
        return _used(relying_party(), assertion, passkey, ceremony, subject)


@contextmanager
def _noted_for(username: str) -> Iterator[None]:
    try:
        yield
    except PasskeyRefused:
        sign_in_notes.note(username, SignInResult.PASSKEY_REFUSED)
        raise


def _passkey_of(answer: str) -> tuple[Assertion, Passkey]:
    assertion = read_assertion(answer)
    passkey = kept_passkeys().with_credential(assertion.credential_id)
    if passkey is None:
        raise PasskeyRefused("Nobody has it.")
    return assertion, passkey


def _used(party: RelyingParty, assertion: Assertion, passkey: Passkey, ceremony: Ceremony, subject: str) -> Passkey:
    if expiry_of(assertion.challenge, ceremony, subject) is None:
        raise PasskeyRefused(NOT_ITS_CHALLENGE)
    if passkey.rp_id != party.id:
        raise PasskeyRefused("It was made for another name of the portal.")
    sign_count = sign_count_of(party, assertion, passkey, alone=ceremony is Ceremony.ALONE)
    if not spend(assertion.challenge, ceremony, subject):
        raise PasskeyRefused(ANSWERED_BEFORE)
    if not kept_passkeys().note_use(passkey, sign_count):
        raise PasskeyRefused("It is removed, or its signature counter went back: it may have been copied.")
    return passkey
