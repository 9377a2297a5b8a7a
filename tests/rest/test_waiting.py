"""Programs that wait for a change instead of asking again and again."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from sipsorcery_web.rest import waiting
from sipsorcery_web.rest.waiting import ASK_AGAIN, AT_ONCE, LONGEST, LOOKS_EVERY, NoPlace, Waits
from tests.portal.app_harness import AppHarness

from .program import Program, problem

ON_BOTH_STORES = True


class FakeTime:
    """Time that passes while somebody sleeps, and what happens then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        self.meanwhile()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    time = FakeTime()
    monkeypatch.setattr(waiting, "monotonic", time.monotonic)
    monkeypatch.setattr(waiting, "sleep", time.sleep)
    return time


def revision_of(program: Program) -> str:
    return str(program.get("/sip-accounts").get_json()["revision"])


def test_a_change_is_told_while_a_program_waits(harness: AppHarness, alice: Program, time: FakeTime) -> None:
    revision = revision_of(alice)
    time.meanwhile = lambda: time.slept == 3 and harness.account("alice", "front-desk")

    answer = alice.get(f"/sip-accounts?since={revision}&wait=10")

    assert answer.status_code == 200
    assert "front-desk" in [each["sip_username"] for each in answer.get_json()["items"]]
    assert answer.get_json()["revision"] == revision_of(alice) != revision
    assert time.now == 3 * LOOKS_EVERY


def test_a_wait_is_over_after_its_seconds(alice: Program, time: FakeTime) -> None:
    answer = alice.get(f"/sip-accounts?since={revision_of(alice)}&wait=2")

    assert (answer.status_code, answer.headers.get("Retry-After")) == (204, None)
    assert time.now == 2


def test_what_bob_does_ends_no_wait_of_alices(harness: AppHarness, alice: Program, time: FakeTime) -> None:
    harness.add_users("bobby")
    time.meanwhile = lambda: time.slept == 1 and harness.account("bobby", "bobs-desk")

    assert alice.get(f"/sip-accounts?since={revision_of(alice)}&wait=2").status_code == 204


def test_a_known_change_is_told_at_once(alice: Program, time: FakeTime) -> None:
    assert alice.get("/sip-accounts?since=earlier&wait=10").status_code == 200
    assert time.slept == 0


def test_a_token_that_is_deleted_meanwhile_waits_no_longer(harness: AppHarness, alice: Program, time: FakeTime) -> None:
    client = harness.service_fixture.alice
    revision = revision_of(alice)

    def end() -> None:
        for token in client.access_tokens():
            client.delete_access_token(token.id)

    time.meanwhile = end

    assert problem(alice.get(f"/sip-accounts?since={revision}&wait=10"))[0] == 401
    assert time.slept == 1


@pytest.mark.parametrize("wait", ["-1", "1.5", "x", "", str(LONGEST + 1), "²"])
def test_a_wait_is_a_few_whole_seconds(alice: Program, wait: str) -> None:
    assert problem(alice.get(f"/sip-accounts?since=x&wait={wait}"))[0] == 400


def test_a_list_that_has_no_revision_takes_no_wait(alice: Program) -> None:
    assert problem(alice.get("/cdrs?wait=1"))[0] == 400


def test_who_finds_no_place_is_told_when_to_ask_again(harness: AppHarness, alice: Program, time: FakeTime) -> None:
    revision = revision_of(alice)
    answers: list[TestResponse] = []

    def ask_beside() -> None:
        answers.append(alice.get(f"/sip-accounts?since={revision}&wait=10"))

    time.meanwhile = ask_beside
    alice.get(f"/sip-accounts?since={revision}&wait=1")

    assert {each.status_code for each in answers} == {204}
    assert {each.headers["Retry-After"] for each in answers} == {str(ASK_AGAIN)}


def test_few_wait_at_once_and_each_gives_its_place_back(time: FakeTime) -> None:
    waits = Waits(lambda token: "same")
    refused: list[int] = []

    def come(number: int) -> None:
        time.meanwhile = lambda: come(number + 1)
        try:
            waits.changed(f"token {number}", "same", 1)
        except NoPlace:
            refused.append(number)
            time.meanwhile = lambda: None

    come(1)
    assert refused == [AT_ONCE + 1]

    time.meanwhile = lambda: None
    assert waits.changed("token 1", "same", 1) == "same"
