"""A POST with a key can be sent twice, and makes one record."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sipsorcery_web.rest import idempotency
from sipsorcery_web.rest.idempotency import IdempotencyKeyRow
from tests.factories import SIP_PASSWORD
from tests.portal.app_harness import AppHarness

from .program import Program, problem
from .test_handlers import NEW

ON_BOTH_STORES = True
ACCOUNT = NEW["sip-accounts"]
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def test_the_same_sent_twice_makes_one_record_and_tells_it_twice(alice: Program) -> None:
    first, second = (alice.post("/sip-accounts", ACCOUNT, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert first.headers["Location"] == second.headers["Location"]


def test_without_a_key_the_second_is_refused(alice: Program) -> None:
    alice.post("/sip-accounts", ACCOUNT)
    assert problem(alice.post("/sip-accounts", ACCOUNT))[0] == 409


def test_a_key_is_not_taken_for_something_else(alice: Program) -> None:
    alice.post("/sip-accounts", ACCOUNT, headers=KEY)
    for noun, body in (("sip-accounts", ACCOUNT | {"sip_username": "back-desk"}), ("providers", NEW["providers"])):
        assert problem(alice.post(f"/{noun}", body, headers=KEY)) == (422, "key-used", "Idempotency-Key")


def test_the_keys_of_one_customer_are_not_those_of_another(alice: Program, bob: Program) -> None:
    alice.post("/dial-plans", NEW["dial-plans"], headers=KEY)
    assert bob.post("/dial-plans", NEW["dial-plans"], headers=KEY).get_json()["owner"] == "bobby"


def test_an_answer_that_was_lost_after_the_record_was_made_is_told_again(harness: AppHarness, alice: Program) -> None:
    first = alice.post("/sip-accounts", ACCOUNT, headers=KEY)
    with harness.database.write() as session:
        session.execute(update(IdempotencyKeyRow).values(is_used=False))
    assert alice.post("/sip-accounts", ACCOUNT, headers=KEY).get_json() == first.get_json()


def test_what_was_refused_can_be_sent_again_when_it_can_be_done(harness: AppHarness, alice: Program) -> None:
    harness.account("bobby", "front-desk")
    assert problem(alice.post("/sip-accounts", ACCOUNT, headers=KEY))[0] == 409
    (taken,) = harness.service_fixture.bob.sip_accounts.page()[1:]
    harness.service_fixture.bob.sip_accounts.delete(taken)
    assert alice.post("/sip-accounts", ACCOUNT, headers=KEY).status_code == 201


def test_what_was_deleted_since_is_not_made_again(alice: Program) -> None:
    alice.delete(alice.post("/sip-accounts", ACCOUNT, headers=KEY).headers["Location"])
    assert problem(alice.post("/sip-accounts", ACCOUNT, headers=KEY)) == (409, "key-used", "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "é"])
def test_a_key_has_up_to_200_visible_characters(alice: Program, key: str) -> None:
    answer = alice.post("/sip-accounts", ACCOUNT, headers={"Idempotency-Key": key})
    assert problem(answer) == (400, "wrong-type", "Idempotency-Key")


def kept(harness: AppHarness) -> int:
    with harness.database.read() as session:
        return session.scalar(select(func.count()).select_from(IdempotencyKeyRow)) or 0


def test_keys_are_kept_for_a_day_and_no_more_than_a_number_of_them(
    harness: AppHarness, alice: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_OF_AN_OWNER", 3)
    for number in range(5):
        harness.clock.pass_(seconds=1)
        plan = {"dial_plan_name": f"plan-{number}"}
        alice.post("/dial-plans", plan, headers={"Idempotency-Key": f"key-{number}"})
    assert kept(harness) == 3
    harness.clock.pass_(seconds=timedelta(days=1).total_seconds())
    alice.post("/dial-plans", {"dial_plan_name": "tomorrow"}, headers=KEY)
    assert kept(harness) == 1


def test_nothing_of_what_was_sent_is_kept_and_a_key_by_its_hash(harness: AppHarness, alice: Program) -> None:
    alice.post("/sip-accounts", ACCOUNT, headers=KEY)
    stored = harness.stored_rows()
    assert SIP_PASSWORD not in stored
    assert KEY["Idempotency-Key"] not in stored


def test_the_keys_of_a_deleted_customer_go_too(harness: AppHarness, alice: Program) -> None:
    alice.post("/sip-accounts", ACCOUNT, headers=KEY)
    page = harness.signed_in("alice").open("/account/delete")
    page.submit(customer_username="alice")
    assert harness.customer("alice") is None
    assert kept(harness) == 0
