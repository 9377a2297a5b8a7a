"""The parts of one application's portal, each found by its class: `app.extensions["portal"]`."""

from typing import Any, TypeVar

from flask import Flask, current_app

EXTENSION = "portal"

P = TypeVar("P")


def add_part(app: Flask, part: object) -> None:
    """Give an application a part, which its class alone names from now on."""
    app.extensions.setdefault(EXTENSION, {})[type(part)] = part


def parts_of(app: Flask) -> dict[type[Any], Any]:
    """Return all parts of an application, by their classes."""
    parts: dict[type[Any], Any] = app.extensions[EXTENSION]
    return parts


def part(kind: type[P]) -> P:
    """Return the part of this class in the application that answers the request; KeyError where it has none."""
    found: P = parts_of(current_app)[kind]
    return found


def find_part(kind: type[P]) -> P | None:
    """Return the part of this class in the application that answers the request, or None."""
    found: P | None = parts_of(current_app).get(kind)
    return found
