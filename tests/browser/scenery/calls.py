"""Calls in progress and CDRs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..scenes import Scene


def furnish(scene: "Scene") -> None:
    """Put them there for the scene's owner."""
