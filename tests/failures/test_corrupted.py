"""A database file that is damaged while the portal runs: pages say that it is away, and the log does not break."""

from pathlib import Path

import pytest
from flask import Flask

from sipsorcery_web.service.operators import Operators
from tests.factories.records import person
from tests.portal.browser import Browser

HEAD = 100
"""Bytes at the beginning of a file of SQLite, which say what it is."""


@pytest.fixture
def alice(app: Flask) -> Browser:
    """The browser of alice, who has signed in."""
    Operators(app.extensions["service"].context).create_customer(person("alice"), administrator=False)
    browser = Browser(app, set())
    browser.sign_in("alice")
    return browser


def test_a_damaged_file_is_no_error_of_the_portals(app: Flask, alice: Browser, tmp_path: Path) -> None:
    form = alice.open("/sip-accounts/add")
    app.extensions["database"].close()  # the last one to do so: SQLite then puts all into one file
    file = tmp_path / "sipsorcery.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:HEAD] + bytes(b ^ 0x5A for b in whole[HEAD:]))

    refused = form.submit(sip_username="front-desk", sip_password="bl4ckbird!")
    assert refused.status == 503
    assert "front-desk" in refused.source
    assert alice.open("/sip-accounts").status == 503
    assert alice.raw("GET", "/readyz").status_code == 503
    assert alice.raw("GET", "/healthz").status_code == 200
    app.extensions["database"].close()
    file.write_bytes(whole)
    assert alice.open("/sip-accounts").names == ["alice"]
