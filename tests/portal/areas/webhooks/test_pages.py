"""Webhooks on their pages."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.webhooks.distribution import WEBHOOK
from sipsorcery_web.webhooks.keeping import MOST_WEBHOOKS, WebhookKeeping
from sipsorcery_web.webhooks.models import MessageState, WebhookMessageRow, WebhookRow
from sipsorcery_web.webhooks.posting import Attempt
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page
from tests.portal.genuine import Front

LIST = "/security/webhooks"
URL = "https://hooks.example.org/sip"
SHAPE = re.compile(r"whsec_[0-9A-Za-z+/]{43}=")
NOT_HERS = ("", "/edit", "/secret", "/delete")


def ask(browser: Browser, *kinds: str, url: str = URL) -> Page:
    """Fill in the form and send it."""
    return browser.force(LIST, {"kinds": list(kinds) or None}, url=url)


def kept(harness: AppHarness) -> WebhookKeeping:
    found: WebhookKeeping = parts_of(harness.app)[WebhookKeeping]
    return found


def change(harness: AppHarness, **values: Any) -> None:
    """Change what is noted of all webhooks."""
    with harness.database.write() as session:
        session.execute(update(WebhookRow).values(**values))


def deliver(harness: AppHarness, attempt: Attempt) -> None:
    """Have the messages that wait get this answer."""
    distribution, delivery = harness.app.extensions["webhooks"]()
    distribution.distribute()
    answering: Any = type("Answering", (), {"post": lambda *_: attempt})
    object.__setattr__(delivery, "poster", answering())
    for job in distribution.queue.take([WEBHOOK]):
        delivery.send_job(job)
        distribution.queue.done(job)


def test_security_leads_there_and_so_does_the_page_for_developers(alice: Browser) -> None:
    assert alice.open("/security").follow("Webhooks").h1 == "Webhooks"
    page = alice.open(LIST)
    assert page.current_nav_items == ["Security"] * len(page.current_nav_items)
    assert page.links["Help with this page"] == "/help#security"
    assert "webhook-id" in alice.open("/developers").text


def test_a_new_webhook_shows_its_secret_this_once(harness: AppHarness, alice: Browser) -> None:
    page = ask(alice, "call.ended", "record.changed")

    assert (page.status, page.h1) == (200, "Secret of the webhook")
    (secret,) = SHAPE.findall(page.text)
    again = alice.open(LIST)
    assert again.rows == [f"{URL} call.ended, record.changed On 23 Nov 2026 12:00:00"]
    assert secret not in again.source
    assert secret not in again.follow(URL).source
    assert secret not in harness.stored_rows()


def test_all_events_are_ticked_at_first(alice: Browser) -> None:
    assert len(alice.open(LIST).all("//input[@name='kinds'][@checked]")) == 8


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://hooks.example.org/", "It has to be an address that begins with https."),
        ("https://192.168.1.1/", "192.168.1.1 is no public address."),
        ("https://localhost/", "localhost is no public address."),
        ("javascript:alert(1)", "It has to be an address that begins with https."),
        ("", "It has to be an address that begins with https."),
    ],
)
def test_what_is_wrong_with_an_address_is_told_at_the_field(
    harness: AppHarness, alice: Browser, url: str, complaint: str
) -> None:
    page = ask(alice, "call.ended", url=url)

    assert (page.status, page.errors) == (422, {"url": complaint})
    assert kept(harness).of_owner("alice") == []


@pytest.mark.parametrize("kinds", [(), ("call.tapped",)])
def test_a_webhook_is_for_something_that_there_is(alice: Browser, kinds: tuple[str, ...]) -> None:
    assert ask(alice, *kinds).errors == {"kinds": "Tick at least one."}


def test_with_ten_there_is_no_form_and_no_other_way(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(LIST)
    for _ in range(MOST_WEBHOOKS):
        harness.webhook("alice")

    assert alice.force_page(page, {"kinds": ["call.ended"]}, url=URL).status == 422
    assert not alice.open(LIST).has("url")
    assert len(kept(harness).of_owner("alice")) == MOST_WEBHOOKS


def test_a_webhook_is_changed_and_switched_off(harness: AppHarness, alice: Browser) -> None:
    harness.webhook("alice")
    page = alice.open(LIST).follow(URL).follow("Change the webhook")

    page = page.submit(url="https://hooks.example.org/other", is_on=False)

    assert page.notes[0] == "The webhook is saved."
    (hook,) = kept(harness).of_owner("alice")
    assert (hook.url, hook.is_on) == ("https://hooks.example.org/other", False)
    assert "nothing is posted to it" in page.text


def test_a_test_is_listed_with_its_answer_as_text_and_sent_again(harness: AppHarness, alice: Browser) -> None:
    harness.webhook("alice")
    page = alice.open(LIST).follow(URL)
    assert page.rows[0].startswith("webhook.test 23 Nov 2026 12:00:00 Waits Not yet")

    deliver(harness, Attempt(200, "<script>alert(1)</script>\u202e", 17))

    page = alice.open(LIST).follow(URL)
    assert "Delivered 200, 17 ms <script>alert(1)</script>[U+202E]" in page.rows[0]
    page = page.press("Send again: webhook.test of 23 Nov 2026 12:00:00")
    assert page.notes == ["The message is on its way once more."]
    page = page.submit(action=f"{page.path}/test")
    assert len(page.rows) == 2


def test_a_webhook_that_fails_says_since_when(harness: AppHarness, alice: Browser) -> None:
    harness.webhook("alice")
    change(harness, failing_since=harness.clock.now, failures=1, lost=3)

    page = alice.open(LIST).follow(URL)
    assert "Nothing was taken since 23 Nov 2026 12:00:00" in page.text
    assert "3 messages were dropped" in page.text

    harness.clock.pass_(days=1)
    alice.sign_in("alice")
    assert "Failing" in alice.open(LIST).rows[0]


def test_a_new_secret_is_shown_and_the_one_before_signs_on(harness: AppHarness, alice: Browser) -> None:
    harness.webhook("alice")

    page = alice.open(LIST).follow(URL).follow("New secret").submit()

    assert len(SHAPE.findall(page.text)) == 1
    assert "The one before signs as well until 24 Nov 2026 12:00:00." in page.text


def test_a_webhook_is_deleted_after_being_asked(harness: AppHarness, alice: Browser) -> None:
    harness.webhook("alice")

    page = alice.open(LIST).follow(URL).follow("Delete").submit()

    assert page.notes == ["The webhook is deleted. Nothing more is posted to it."]
    assert page.rows == []


def test_who_did_what_to_a_webhook_stands_in_the_audit(harness: AppHarness, alice: Browser) -> None:
    ask(alice, "call.ended")
    alice.open(LIST).follow(URL).follow("Delete").submit()

    operations = [entry.operation for entry in harness.service_fixture.alice.audit.page()]

    assert operations[:2] == ["DeleteWebhook", "AddWebhook"]


def test_bob_gets_to_nothing_of_alices_webhooks(harness: AppHarness, bob: Browser) -> None:
    ids = harness.webhook("alice")
    here = f"{LIST}/{ids['webhook_id']}"
    before = harness.stored_rows()

    token = MultiDict({"csrf_token": bob.token(), "url": URL, "kinds": "call.ended"})
    for place in NOT_HERS:
        assert bob.open(f"{here}{place}").status == 404
    for place in ("/edit", "/secret", "/delete", "/test", f"/messages/{ids['message_id']}/replay"):
        assert bob.post(f"{here}{place}", token).status == 404

    assert bob.open(LIST).rows == []
    assert kept(harness).of_owner("alice")[0].url in harness.stored_rows()
    assert len(kept(harness).messages("alice", ids["webhook_id"])) == 1
    assert before.count("webhook_messages") == harness.stored_rows().count("webhook_messages")


def test_a_message_is_sent_again_by_its_own_webhook_alone(harness: AppHarness, bob: Browser) -> None:
    alices, bobs = harness.webhook("alice"), harness.webhook("bobby")
    with harness.database.write() as session:
        session.execute(update(WebhookMessageRow).values(state=MessageState.DELIVERED))

    address = f"{LIST}/{bobs['webhook_id']}/messages/{alices['message_id']}/replay"
    assert bob.post(address, MultiDict({"csrf_token": bob.token()})).status == 404

    (message,) = kept(harness).messages("alice", UUID(str(alices["webhook_id"])))
    assert message.state is MessageState.DELIVERED


def test_without_an_engine_the_page_says_that_no_calls_are_told(alice: Browser) -> None:
    assert "There is no SIP engine here" in alice.open(LIST).text


@pytest.mark.usefixtures("sip_engine")
def test_with_an_engine_it_does_not(alice: Browser) -> None:
    assert "There is no SIP engine here" not in alice.open(LIST).text


def test_in_front_of_another_service_there_is_no_such_place(mysql_front: Front) -> None:
    elsewhere = mysql_front.signed_in("alice-kelly")
    for address in (LIST, f"{LIST}/{uuid4()}", f"{LIST}/{uuid4()}/delete"):
        assert elsewhere.open(address).status == 404
    assert "Webhooks" not in elsewhere.open("/developers").text
    assert "Webhooks" not in elsewhere.open("/security").text
