"""The portal's own pages are the same, byte for byte, by the generator of the pages and by Jinja's own compiler."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.templating import Environment

from sipsorcery_web.portal.ui.templating.environment import PageEnvironment

from ...app_harness import AppHarness

LISTS = ("/sip-accounts", "/registrations", "/providers", "/provider-registrations", "/dial-plans", "/calls", "/cdrs")
OTHERS = ("/account", "/account/password", "/account/delete", "/help", "/developers", "/nowhere")
FORMS = {"account_id": "/sip-accounts", "provider_id": "/providers", "plan_id": "/dial-plans"}
RANDOM = re.compile(
    r'((?:name="(?:csrf_token|opened|id)"[^>]* value|data-live-stamp)=")[^"]*|(?<=request <code translate="no">)[0-9a-f]+'
)


@contextmanager
def by_jinja_alone(app: Flask) -> Iterator[None]:
    """Compile the templates of an application with Jinja's own generator while this lasts."""
    pages = app.jinja_env
    assert isinstance(pages, PageEnvironment)
    options = app.jinja_options | {"autoescape": True, "extensions": [*pages.extensions], "bytecode_cache": None}
    plain = Environment(app, **options)
    plain.globals, plain.filters, plain.tests = pages.globals, pages.filters, pages.tests
    app.__dict__["jinja_env"] = plain
    yield
    app.__dict__["jinja_env"] = pages


@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_every_page_is_as_jinja_alone_would_write_it(harness: AppHarness, username: str) -> None:
    ids = harness.one_of_each("alice", out_dial_plan_name="<b>\u202e", ip_address_acl="^203", is_incoming_only=True)
    harness.accounts("bobby", 3)
    details = [f"{top}/{ids[name]}{end}" for name, top in FORMS.items() for end in ("", "/delete")]
    added = [f"{top}/add" for top in FORMS.values()]
    searched = [f"{each}?q={text}" for each in LISTS for text in ("zzz", "front", "%3Cb%3E")]
    paths = [*LISTS, *searched, *OTHERS, *details, *added, f"/cdrs/{ids['cdr_id']}", "/sip-accounts?size=1&page=2"]
    browser = harness.signed_in(username)

    def pages() -> dict[str, str]:
        return {path: RANDOM.sub(r"\1", browser.raw("GET", path).get_data(as_text=True)) for path in paths}

    written = pages()
    with by_jinja_alone(harness.app):
        assert pages() == written
