"""The methods of a portal: the kinds of second factors that its users can set up, and who has which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.capabilities import capabilities


class Method(Protocol):
    """A kind of second factor."""

    @property
    def page(self) -> str:
        """The endpoint of the page that asks for it at a sign-in."""

    @property
    def words(self) -> str:
        """The words that lead to that page from those of other methods."""

    @property
    def is_spare(self) -> bool:
        """Return True when it only stands in for another one, and asks nobody by itself."""

    def is_set_up(self, username: str) -> bool:
        """Return True when a user has it. Raises StorageUnavailable."""


@dataclass(frozen=True)
class SecondFactors:
    """The methods in the order in which they are offered; `forget` deletes all that is kept of a user's factors."""

    methods: Sequence[Method]
    forget: Callable[[str], None]

    def of(self, username: str) -> Sequence[Method]:
        """Return the methods that a user is asked for one of; none where there is nothing but spare ones."""
        return [method for method in self.methods if method.is_set_up(username)] if self.guard(username) else ()

    def guard(self, username: str) -> bool:
        """Return whether a user is asked for a second factor."""
        return any(not method.is_spare and method.is_set_up(username) for method in self.methods)


def tell_service(is_guarded: bool) -> None:
    """Let a service in this process refuse the password alone, or take it again, over SOAP.

    To be told before the first factor is kept, and after the last one is gone.
    """
    if capabilities().asks_for_app_passwords:
        service().update_second_factor(is_guarded)
