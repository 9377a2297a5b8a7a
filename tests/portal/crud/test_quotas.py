"""One record more than the operator allows, in forms and by undoing."""

import pytest

from tests.portal.browser import Browser
from tests.portal.conftest import HarnessWith

FORMS = {
    "/sip-accounts/add": ("SIP account", {"sip_username": "front-desk", "sip_password": "bl4ckbird!"}),
    "/providers/add": ("SIP provider", {"provider_name": "northline", "provider_server": "sip.northline.example"}),
    "/dial-plans/add?type=Asterisk": (
        "dial plan",
        {"dial_plan_name": "night", "dial_plan_script": "exten => 112,1,SIPReply(403,No)"},
    ),
}


@pytest.fixture
def alice(harness_with: HarnessWith) -> Browser:
    """The browser of alice, who may have one of each and has all of them."""
    harness = harness_with(max_accounts=1, max_providers=1, max_dial_plans=1)
    harness.provider("alice", "blueline")
    return harness.signed_in("alice")


@pytest.mark.parametrize("path", FORMS)
def test_the_form_says_in_a_sentence_how_many_there_may_be_and_keeps_what_was_typed(alice: Browser, path: str) -> None:
    noun, typed = FORMS[path]
    page = alice.submit(path, **typed)
    assert page.status == 422
    assert page.notes == [f"The {noun}s of a customer are limited to 1 here. Delete one to add another."]
    name = next(iter(typed))
    assert page.value(name) == typed[name]


def test_a_deletion_is_not_undone_once_the_place_is_taken(alice: Browser) -> None:
    deleted = alice.open("/sip-accounts").follow("Delete").submit()
    alice.submit("/sip-accounts/add", sip_username="front-desk", sip_password="bl4ckbird!")
    page = deleted.submit(action="/undo")
    assert page.notes[0] == (
        "It could not be put back. The SIP accounts of a customer are limited to 1 here. Delete one to add another."
    )
    assert page.names == ["front-desk"]


def test_a_deletion_is_undone_while_the_place_is_free(alice: Browser) -> None:
    page = alice.open("/sip-accounts").follow("Delete").submit().submit(action="/undo")
    assert page.names == ["alice"]
