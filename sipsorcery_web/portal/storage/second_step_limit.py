"""The limit on second factors that are wrong: five of an account in 15 minutes, in however many browsers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sipsorcery_web.database.sign_in_limit import Attempt, Place, SignInLimit
from sipsorcery_web.logs.sign_ins import noted
from sipsorcery_web.portal.storage.sessions import sql_errors


@dataclass(frozen=True)
class SecondStepLimit:
    """The limit of one installation, in front of any service."""

    limit: SignInLimit
    refusal: type[Exception]
    """The error of somebody who has failed too often."""

    @contextmanager
    def attempt(self, username: str, address: str, browser: str) -> Iterator[Attempt]:
        """Let a second factor be looked at; see `SignInLimit.attempt`. `browser` is a known one, or empty.

        Raises StorageUnavailable.
        """
        limited = self.limit.attempt(f"second step of {username}", Place.of_second_step(username, browser))
        with sql_errors(), noted(limited, address, self.refusal) as attempt:
            attempt.account = username
            yield attempt
