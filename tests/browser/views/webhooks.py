"""Webhooks: the list, one whose messages arrived, failed and wait, and what is asked before something is done."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import delete, update

from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.ip_addresses import PUBLIC_ONLY
from sipsorcery_web.service.store.domain_events import DomainEventKind
from sipsorcery_web.webhooks.addresses import Addresses
from sipsorcery_web.webhooks.keeping import WebhookKeeping
from sipsorcery_web.webhooks.messages import new_message
from sipsorcery_web.webhooks.models import MessageState, WebhookMessageRow, WebhookRow

from ..portals import OVER_SOAP
from ..scenes import Scene
from ..steps import heading
from .view import Steps, view

LIST = "/security/webhooks"
ADDRESSES = (
    "https://hooks.example.org/sip",
    "https://integration-of-telephony.customers.example.org:8443/webhooks/incoming/sipsorcery?tenant=204417",
    "https://old.example.org/",
)
OUTCOMES = (
    (MessageState.DELIVERED, 200, "{}"),
    (MessageState.FAILED, 500, "<html><body>Internal-Server-Error-in-the-module-that-takes-all-the-messages</body>"),
    (MessageState.QUEUED, None, "Nobody answered there."),
    (MessageState.WAITING, None, ""),
)


def _view(steps: Steps) -> Steps:
    return steps if OVER_SOAP else view("owner")(steps)


def _make_webhooks(scene: Scene) -> None:
    """Leave the owner a webhook with messages of all fates, one that fails and one that is off."""
    portal, now = scene.portal, datetime.now(UTC)
    keyring = Keyring.load(portal.keeper.folder / "instance" / "keys")
    moments = count()
    kept = WebhookKeeping(
        portal.database, keyring, Addresses(PUBLIC_ONLY), lambda: now + timedelta(seconds=next(moments) - 60)
    )
    with portal.database.write() as session:
        session.execute(delete(WebhookRow))
    hooks = [
        kept.add(scene.owner, address, list(DomainEventKind)[place:])[0] for place, address in enumerate(ADDRESSES)
    ]
    failing = {"failing_since": now - timedelta(days=2), "failures": 40}
    with portal.database.write() as session:
        session.execute(update(WebhookRow).values(paused_until=now + timedelta(hours=1)))  # nothing is really posted
        session.execute(update(WebhookRow).where(WebhookRow.id == hooks[1].id).values(**failing, lost=12))
        session.execute(update(WebhookRow).where(WebhookRow.id == hooks[2].id).values(**failing, is_on=False))
        session.add_all(_message(keyring, hooks[0].id, place, now) for place in range(len(OUTCOMES)))


def _message(keyring: Keyring, webhook_id: UUID, place: int, now: datetime) -> WebhookMessageRow:
    state, status, answer = OUTCOMES[place]
    kind, at = DomainEventKind.PROVIDER_REGISTRATION_RECOVERED, now - timedelta(minutes=place)
    row = WebhookMessageRow(**new_message(keyring, webhook_id, uuid4(), kind, b"{}") | {"at": at, "state": state})
    row.attempts = 0 if state is MessageState.WAITING else 3
    row.status, row.milliseconds, row.tried_at = status, 231, now
    row.sealed_answer = keyring.seal(answer, place_of(WebhookMessageRow.sealed_answer, row.id, webhook_id))
    return row


def _open(page: Page, scene: Scene, place: int = 0) -> None:
    _make_webhooks(scene)
    page.goto(LIST)
    page.get_by_role("table", name="Your webhooks").get_by_role("link").nth(place).click()
    expect(heading(page, "Webhook")).to_be_visible()


@_view
def webhooks(page: Page, scene: Scene) -> None:
    _make_webhooks(scene)
    page.goto(LIST)
    expect(page.get_by_text("Failing")).to_be_visible()


@_view
def webhooks_refused(page: Page, scene: Scene) -> None:
    page.goto(LIST)
    page.get_by_label("Address", exact=True).fill("https://192.168.1.1/")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="Make webhook").click()
    expect(page).to_have_title(re.compile("^Error: "))


@_view
def webhook_made(page: Page, scene: Scene) -> None:
    _make_webhooks(scene)
    page.goto(LIST)
    page.get_by_label("Address", exact=True).fill("https://hooks.example.org/new")
    page.get_by_role("button", name="Make webhook").click()
    expect(heading(page, "Secret of the webhook")).to_be_visible()


@_view
def webhook(page: Page, scene: Scene) -> None:
    _open(page, scene)


@_view
def webhook_failing(page: Page, scene: Scene) -> None:
    _open(page, scene, 1)


@_view
def webhook_off(page: Page, scene: Scene) -> None:
    _open(page, scene, 2)


@_view
def webhook_edited(page: Page, scene: Scene) -> None:
    _open(page, scene)
    page.get_by_role("link", name="Change the webhook").click()
    expect(page.get_by_role("button", name="Save webhook")).to_be_visible()


@_view
def webhook_secret(page: Page, scene: Scene) -> None:
    _open(page, scene)
    page.get_by_role("link", name="New secret").click()
    expect(page.get_by_role("button", name="Make a new secret")).to_be_visible()


@_view
def webhook_deleted(page: Page, scene: Scene) -> None:
    _open(page, scene)
    page.get_by_role("link", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="Delete webhook")).to_be_visible()
