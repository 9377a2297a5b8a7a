"""Deleting a SIP provider, and somebody else's."""

import pytest

from sipsorcery_web.contract.records import SIPProvider
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .provider_forms import ADD, REGISTERING, change

# Deleting


def test_a_provider_is_deleted_after_asking_what_that_means(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    change(harness, northline, **REGISTERING)
    page = alice.open("/providers?q=north").follow("Delete northline")
    assert page.h1 == "Delete northline?"
    assert "Its registration is ended" in page.text
    assert "Dial plans that dial through it will fail" in page.text
    assert harness.stored_provider(northline.id) is not None
    page = page.submit()
    assert any(note.startswith("northline is deleted. Its registration is ended.") for note in page.notes)
    assert alice.redirects == ["/providers?q=north"]
    assert harness.stored_provider(northline.id) is None


def test_a_provider_that_is_not_registered_is_deleted_without_a_word_about_it(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    page = alice.open(f"/providers/{northline.id}/delete")
    assert "registration" not in page.one("//main//form").text_content()


# Somebody else's


@pytest.mark.parametrize("action", ["", "/delete", "/password"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bob_does_not_find_alices_provider(
    harness: AppHarness, bob: Browser, northline: SIPProvider, method: str, action: str
) -> None:
    typed = {
        "csrf_token": bob.token(),
        "provider_name": "mine",
        "provider_server": "sip.evil.example",
        "owner": "bobby",
    }
    answer = bob.raw(method, f"/providers/{northline.id}{action}", data=typed if method == "POST" else None)
    assert answer.status_code == (405 if (method, action) == ("GET", "/password") else 404)
    assert "northline" not in answer.text
    assert harness.stored_provider(northline.id) == northline


def test_bob_cannot_put_a_new_provider_in_the_place_of_alices(
    harness: AppHarness, bob: Browser, northline: SIPProvider
) -> None:
    bob.force(
        ADD, {"id": str(northline.id), "owner": "alice"}, provider_name="mine", provider_server="sip.evil.example"
    )
    assert harness.stored_provider(northline.id) == northline
    assert harness.stored_providers("bobby")["mine"].owner == "bobby"
