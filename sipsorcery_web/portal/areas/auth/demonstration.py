"""A portal that is only to be tried: its sign-in page tells whom to sign in as."""

from collections.abc import Mapping
from dataclasses import dataclass

from sipsorcery_web.portal.http.parts import find_part


@dataclass(frozen=True)
class Demonstration:
    """The customers of a demonstration, by username, and the password that all of them have."""

    people: Mapping[str, str]
    password: str


def demonstration() -> Demonstration | None:
    """Return what the sign-in page may tell."""
    return find_part(Demonstration)
