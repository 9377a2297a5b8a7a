"""Whether this installation offers to register with providers, and which domain its customers are reached at."""

from dataclasses import dataclass

from flask import Flask, current_app

EXTENSION = "registering"


@dataclass(frozen=True)
class Registering:
    """`domain` is that of the contacts which are proposed; where nothing is offered, stored values stay as they are."""

    is_offered: bool
    domain: str

    def contact_of(self, owner: str | None) -> str:
        """The contact of a customer who names none."""
        return f"{owner}@{self.domain}"


def init_app(app: Flask, registering: Registering) -> None:
    """Tell the portal."""
    app.extensions[EXTENSION] = registering


def registering() -> Registering:
    """What this installation says about it."""
    here: Registering = current_app.extensions[EXTENSION]
    return here
