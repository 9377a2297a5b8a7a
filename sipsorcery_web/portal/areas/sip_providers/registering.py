"""The registering with providers that this installation offers, and which domain its customers are reached at."""

from dataclasses import dataclass

from sipsorcery_web.portal.http.parts import part


@dataclass(frozen=True)
class Registering:
    """`domain` is that of the contacts which are proposed, "" where none are.

    Where nothing is offered, stored values stay as they are.
    """

    is_offered: bool
    domain: str

    def contact_of(self, owner: str | None) -> str | None:
        """The contact of a customer who names none; None where the domain of customers is not known."""
        return f"{owner}@{self.domain}" if self.domain else None


def registering() -> Registering:
    """Return the installation's settings for registering."""
    return part(Registering)
