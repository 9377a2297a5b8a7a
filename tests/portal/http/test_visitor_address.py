"""Tests of the address of a visitor."""

from pathlib import Path

from flask import Flask

import sipsorcery_web.portal
from sipsorcery_web.portal.http import visitor_address as module
from sipsorcery_web.portal.http.visitor_address import visitor_address


def test_the_address_is_the_one_that_alice_connects_from() -> None:
    """Limits and notes take what the server was told."""
    with Flask("test").test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        assert visitor_address() == "192.0.2.7"


def test_a_visitor_without_an_address_has_an_empty_one() -> None:
    """A server on a Unix socket tells none, and limits still have a text to count by."""
    with Flask("test").test_request_context(environ_base={"REMOTE_ADDR": None}):
        assert visitor_address() == ""


def test_no_other_module_of_the_portal_asks_the_request_itself() -> None:
    """One way to ask, so that no place forgets the visitor without an address."""
    portal = Path(sipsorcery_web.portal.__file__).parent
    asking = [path for path in portal.rglob("*.py") if "remote_addr" in path.read_text(encoding="utf-8")]
    assert asking == [Path(module.__file__)]
