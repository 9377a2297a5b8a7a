"""A data directory with a customer who has sixty SIP accounts and is signed in."""

import re
from pathlib import Path

from sipsorcery_web import create_app
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.portal.http.session import COOKIE
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.settings import Settings
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account

USERNAME = "alice"
ACCOUNTS = 60


def signed_in(data_dir: Path) -> str:
    """Make it, and give the cookies of alice's browser."""
    settings = Settings(data_dir=data_dir)
    app = create_app(settings)
    parts = app.extensions["service"].context
    Operators(parts).create_customer(person(USERNAME), administrator=False)
    service = Service(parts)
    token = service.call(OPERATIONS["Login"], None, "127.0.0.1", {"username": USERNAME, "password": PASSWORD})
    for number in range(ACCOUNTS - 1):  # a new customer has one
        account = sip_account(f"desk-{number}", sip_domain=settings.domain)
        service.call(OPERATIONS["AddSIPAccount"], token, "127.0.0.1", {"sip_account": account})
    browser = app.test_client()
    page = browser.get("/login").get_data(as_text=True)
    csrf_token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]  # type: ignore[index]
    browser.post("/login", data={"username": USERNAME, "password": PASSWORD, "csrf_token": csrf_token})
    parts.database.close()
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    return f"{COOKIE}={cookie.value}"
