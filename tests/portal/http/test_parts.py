"""The parts of an application's portal, each found by its class."""

from dataclasses import dataclass

import pytest
from flask import Flask

from sipsorcery_web.portal.http.parts import add_part, find_part, part, parts_of


@dataclass
class Lamp:
    """A part that says whose it is."""

    owner: str


@dataclass
class Stove:
    """Another part."""


def test_a_part_is_found_by_its_class_in_the_application_that_answers() -> None:
    hers, his = Flask("hers"), Flask("his")
    add_part(hers, Lamp("alice"))
    add_part(his, Lamp("bob"))
    with hers.app_context():
        assert part(Lamp).owner == "alice"
    with his.app_context():
        assert part(Lamp).owner == "bob"


def test_a_part_that_is_not_there_is_none_or_a_mistake_of_the_program() -> None:
    app = Flask("app")
    add_part(app, Lamp("alice"))
    with app.app_context():
        assert find_part(Stove) is None
        with pytest.raises(KeyError):
            part(Stove)


def test_the_last_part_of_a_class_counts() -> None:
    app = Flask("app")
    add_part(app, Lamp("alice"))
    add_part(app, Lamp("bob"))
    assert parts_of(app) == {Lamp: Lamp("bob")}
