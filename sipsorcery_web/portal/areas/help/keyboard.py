"""The keys of the pages: which there are, and whether this browser wants them (WCAG 2.1.4)."""

from dataclasses import dataclass

from flask import request

from .topics import TOPICS

COOKIE = "keyboard"
OFF = "off"


@dataclass(frozen=True)
class Jump:
    """A letter that leads somewhere after `g`."""

    key: str
    endpoint: str
    words: str


JUMPS = (
    *(Jump(topic.key, topic.endpoint, topic.title) for topic in TOPICS if topic.key),
    Jump("h", "help.index", "Help"),
)


def keys_are_on() -> bool:
    """Whether this browser has not switched them off."""
    return request.cookies.get(COOKIE) != OFF
