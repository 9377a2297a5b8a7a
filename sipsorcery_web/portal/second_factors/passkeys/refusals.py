"""The words for passkeys that are refused; what was wrong with one is for the log alone."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.portal.storage.passkeys import MOST_PASSKEYS, CredentialTaken, TooManyPasskeys

from .ceremonies import PasskeyRefused
from .relying_party import NoPasskeysHere

NO_ANSWER = "The browser sent no passkey. That takes a browser that has passkeys, with scripts."
NOT_ACCEPTED = "This passkey was not accepted. Try again, or go another way."
TOO_MANY = f"There are {MOST_PASSKEYS} passkeys, as many as you can have. Remove one first."
TAKEN = "This passkey is known already."

log = logging.getLogger(__name__)


@contextmanager
def refusals() -> Iterator[None]:
    """Translate what is wrong with a passkey. Raises Refused."""
    try:
        yield
    except NoPasskeysHere as error:
        raise Refused(error.reason) from error
    except PasskeyRefused as error:
        log.warning("A passkey was not accepted: %.300r", str(error))
        raise Refused(NOT_ACCEPTED) from error
    except TooManyPasskeys as error:
        raise Refused(TOO_MANY) from error
    except CredentialTaken as error:
        raise Refused(TAKEN) from error
