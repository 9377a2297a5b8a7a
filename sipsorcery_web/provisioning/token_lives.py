"""The lives of the tokens that a channel has carried (spec, section 2)."""

from collections.abc import Callable, Mapping
from typing import Any

from sipsorcery_web.contract.operations import LONGEST_SESSION_MINUTES, SESSION_MINUTES, Operation

FIRST_LIFE = SESSION_MINUTES * 60.0
LONGEST_LIFE = LONGEST_SESSION_MINUTES * 60.0


class TokenLives:
    """The lives of tokens, for services that hide why they refuse: an old token has probably expired."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without tokens; `clock` counts seconds."""
        self._clock = clock
        self._ends: dict[str, float] = {}

    def note(self, operation: Operation, token: str | None, arguments: Mapping[str, Any], result: Any) -> None:
        """Look at a call that went well: it may have begun or lengthened a session."""
        if operation.name == "Login" and result:
            self._forget_old()
            self._ends[result] = self._clock() + FIRST_LIFE
        elif operation.name == "ExtendSession" and token in self._ends:
            self._ends[token] += 60.0 * arguments["minutes"]

    def may_be_over(self, token: str | None) -> bool:
        """Return True when a token has outlived what it was given.

        One that another process has obtained is not known.
        """
        return token in self._ends and self._clock() >= self._ends[token]

    def _forget_old(self) -> None:
        for token, ends_at in list(self._ends.items()):
            if self._clock() > ends_at + LONGEST_LIFE:
                self._ends.pop(token, None)
