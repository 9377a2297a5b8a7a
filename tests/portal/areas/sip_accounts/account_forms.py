"""The forms of a SIP account, filled in."""

from typing import Any

from sipsorcery_web.service.store.models import SIPDialPlanRow
from tests.factories.rows import dial_plan_values
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

SECRET = "bl4ckbird!"
MARKUP = "<b>&\"'</b>"


def add(browser: Browser, **fields: Any) -> Page:
    return browser.submit("/sip-accounts/add", **({"sip_username": "front-desk", "sip_password": SECRET} | fields))


def dial_plan(harness: AppHarness, owner: str, *names: str) -> None:
    with harness.database.write() as session:
        for name in names:
            session.add(SIPDialPlanRow(**dial_plan_values(owner, name, harness.clock())))


def row_of(page: Page, name: str) -> str:
    return next(row for row, row_name in zip(page.rows, page.names, strict=True) if row_name == name)
