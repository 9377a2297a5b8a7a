"""SIP providers in every state, with their registrations."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..scenes import Scene


def furnish(scene: "Scene") -> None:
    """Put them there for the scene's owner."""
