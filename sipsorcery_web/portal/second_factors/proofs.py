"""Proofs that a visitor who has signed in is there: the password, a code of their app, or a passkey of theirs."""

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.password_proof import is_password_of
from sipsorcery_web.portal.http.recent_proof import FIELD, WaysToProve

from .attempts import counted
from .passkeys.proving import prove_again
from .passkeys.refusals import refusals
from .totp import Totp

CODE_FIELD, PASSKEY_FIELD = "proof_code", "proof_credential"


def is_code_of(username: str, code: str) -> bool:
    """Return whether a code is of the user's authenticator app. Raises TooManyAttempts and StorageUnavailable."""
    app = part(Totp)
    return app.is_set_up(username) and counted(username, lambda: app.takes(username, code))


def is_passkey_of(username: str, answer: str) -> bool:
    """Return whether a passkey of the user has signed an answer for this session. Raises StorageUnavailable."""
    try:
        with refusals():
            prove_again(username, current_login().token, answer)
    except Refused:
        return False
    return True


EVERY_WAY = WaysToProve({FIELD: is_password_of, CODE_FIELD: is_code_of, PASSKEY_FIELD: is_passkey_of})
