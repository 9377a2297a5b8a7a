"""A record that has gone while its form was open: what was typed is added as a new one."""

from uuid import UUID, uuid4

import pytest

from tests.factories import PASSWORD

from .app_harness import AppHarness
from .browser import Browser
from .typed_forms import Filled, check_in_form, check_shown, edited, of, table


@pytest.fixture
def ids(harness: AppHarness) -> dict[str, UUID]:
    return harness.one_of_each("alice")


@edited
def test_what_was_typed_for_a_record_that_has_gone_is_added_as_new(
    harness: AppHarness, alice: Browser, ids: dict[str, UUID], filled: Filled
) -> None:
    page = alice.open(of(filled, ids))
    alice.submit(f"{of(filled, ids)}/delete")
    answer = page.submit(**filled.typed)
    assert answer.status == 404
    assert answer.h1.endswith(" has been deleted meanwhile")
    check_shown(answer, filled)
    form = answer.follow("Add it as new")
    assert form.h1.startswith("New ")
    check_in_form(form, Filled("", {name: text for name, text in filled.typed.items() if name != "note"}, ()))


def test_a_sip_account_that_is_added_as_new_has_its_name_again(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    page = alice.open(f"/sip-accounts/{account.id}")
    alice.submit(f"/sip-accounts/{account.id}/delete")
    answer = page.submit(network_id="attic")
    assert answer.h1 == "front-desk has been deleted meanwhile"
    form = answer.follow("Add it as new")
    assert (form.value("sip_username"), form.value("network_id")) == ("front-desk", "attic")
    assert form.submit(sip_password="bl4ckbird!").notes == ["front-desk@sip.example.org is added."]
    assert harness.stored_accounts("alice")["front-desk"].network_id == "attic"
    assert harness.saved_forms() == 0


def test_a_google_voice_provider_stays_one_when_it_is_added_as_new(harness: AppHarness, alice: Browser) -> None:
    alice.submit(
        "/providers/add?provider_type=GoogleVoice",
        provider_name="gv",
        provider_username="alice@gmail.example",
        provider_password="bl4ckbird!",
        gv_callback_number="15550123",
    )
    provider = harness.stored_providers("alice")["gv"]
    page = alice.open(f"/providers/{provider.id}")
    alice.submit(f"/providers/{provider.id}/delete")
    form = page.submit(gv_callback_number="15550199").follow("Add it as new")
    assert form.value("gv_callback_number") == "15550199"
    assert form.value("provider_type") == "GoogleVoice"


def test_a_record_that_goes_between_the_end_of_a_session_and_the_sign_in_is_told_too(
    harness: AppHarness, alice: Browser
) -> None:
    account = harness.account("alice", "front-desk")
    page = alice.open(f"/sip-accounts/{account.id}")
    harness.clock.pass_(minutes=61)
    message_page = page.submit(network_id="attic")
    harness.signed_in("alice").submit(f"/sip-accounts/{account.id}/delete")
    answer = message_page.submit(password=PASSWORD)
    assert (answer.status, answer.h1) == (404, "front-desk has been deleted meanwhile")
    assert answer.follow("Add it as new").value("network_id") == "attic"


def test_a_copy_is_added_though_the_plan_that_it_was_made_of_has_gone(harness: AppHarness, alice: Browser) -> None:
    plan = harness.service_fixture.someone("alice").dial_plans.page()[0]
    page = alice.open(f"/dial-plans/add?copy={plan.id}")
    alice.submit(f"/dial-plans/{plan.id}/delete")
    done = page.submit(dial_plan_name="night", dial_plan_script="exten => 1,1,SIPReply(486,mine)")
    assert done.notes == ["night is added."]


def test_bob_who_sends_alices_id_is_told_no_more_than_of_an_id_that_nobody_has(
    harness: AppHarness, bob: Browser, ids: dict[str, UUID]
) -> None:
    answers = []
    for account_id in (ids["account_id"], uuid4()):
        typed = {"csrf_token": bob.token(), "network_id": "attic", "opened": "f" * 64}
        page = bob.post(f"/sip-accounts/{account_id}", typed)
        answers.append((page.status, page.h1, table(page), page.follow("Add it as new").value("sip_username")))
    assert answers[0] == answers[1]
    assert (answers[0][1], answers[0][3]) == ("There is nothing here", "")
