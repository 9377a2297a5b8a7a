"""A portal that is only to be tried: its sign-in page tells whom to sign in as."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, current_app

EXTENSION = "demonstration"


@dataclass(frozen=True)
class Demonstration:
    """Who there is, by username, and the password that all of them have."""

    people: Mapping[str, str]
    password: str


def init_app(app: Flask, shown: Demonstration | None) -> None:
    """None for every portal that is in earnest."""
    app.extensions[EXTENSION] = shown


def demonstration() -> Demonstration | None:
    """What the sign-in page may tell."""
    shown: Demonstration | None = current_app.extensions[EXTENSION]
    return shown
