"""Refresh tokens: each is good once, and one that comes back ends all that came of its consent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sipsorcery_web.oauth import consents
from sipsorcery_web.service.store.oauth import RefreshTokenRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .program import OAuthProgram, error_of, rest_status

ON_BOTH_STORES = True


def test_a_refresh_token_gives_new_tokens_and_ends_the_access_token_before(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    first = program.tokens(alice)
    second = program.refresh(first["refresh_token"]).get_json()

    assert rest_status(harness, second["access_token"]) == 200
    assert rest_status(harness, first["access_token"]) == 401
    assert second["scope"] == "accounts:read"
    assert program.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_that_comes_back_ends_its_whole_family(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    first, others = program.tokens(alice), program.tokens(alice)
    second = program.refresh(first["refresh_token"]).get_json()

    assert error_of(program.refresh(first["refresh_token"])) == (400, "invalid_grant")

    assert rest_status(harness, second["access_token"]) == 401
    assert error_of(program.refresh(second["refresh_token"])) == (400, "invalid_grant")
    assert rest_status(harness, others["access_token"]) == 200


def test_of_those_who_come_at_once_one_gets_tokens_and_the_family_ends(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    token = program.tokens(alice)["refresh_token"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: program.refresh(token), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5
    (told,) = [answer.get_json() for answer in answers if answer.status_code == 200]
    assert rest_status(harness, told["access_token"]) == 401


@pytest.mark.parametrize("scope", ["accounts:read calls:read", "calls:read", "accounts:read-passwords", "sign-in"])
def test_a_program_gets_no_more_than_was_allowed_by_asking_again(
    alice: Browser, program: OAuthProgram, scope: str
) -> None:
    token = program.tokens(alice)["refresh_token"]
    assert error_of(program.refresh(token, scope=scope)) == (400, "invalid_scope")
    assert program.refresh(token).status_code == 200


def test_a_program_can_ask_for_less_and_later_for_all_again(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    token = program.tokens(alice, "accounts:read calls:read")["refresh_token"]
    less = program.refresh(token, scope="calls:read").get_json()
    assert less["scope"] == "calls:read"
    assert rest_status(harness, less["access_token"]) == 403
    assert program.refresh(less["refresh_token"]).get_json()["scope"] == "accounts:read calls:read"


def test_a_refresh_token_of_another_program_gives_nothing_and_stays_good(
    alice: Browser, program: OAuthProgram, server_program: OAuthProgram
) -> None:
    first = program.tokens(alice)
    second = program.refresh(first["refresh_token"]).get_json()
    for token in (first["refresh_token"], second["refresh_token"], second["access_token"], "sipr_unknown", "\x00"):
        assert error_of(server_program.refresh(token)) == (400, "invalid_grant")
    assert program.refresh(second["refresh_token"]).status_code == 200


def test_an_access_token_lasts_an_hour_and_a_refresh_token_30_days(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told = program.tokens(alice)
    harness.clock.pass_(hours=1)
    assert rest_status(harness, told["access_token"]) == 401
    harness.clock.pass_(days=29)
    told = program.refresh(told["refresh_token"]).get_json()
    harness.clock.pass_(days=30)
    assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_grant")


def test_a_consent_ends_after_a_year_however_often_its_program_comes(
    harness: AppHarness, alice: Browser, program: OAuthProgram
) -> None:
    told = program.tokens(alice)
    for _ in range(13):
        harness.clock.pass_(days=28)
        told = program.refresh(told["refresh_token"]).get_json()
    harness.clock.pass_(days=2)
    assert error_of(program.refresh(told["refresh_token"])) == (400, "invalid_grant")


def test_used_tokens_are_kept_up_to_a_number(
    alice: Browser, program: OAuthProgram, harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "MOST_USED", 3)
    told = program.tokens(alice)
    for _ in range(5):
        harness.clock.pass_(seconds=1)
        told = program.refresh(told["refresh_token"]).get_json()
    with harness.database.read() as session:
        assert session.query(RefreshTokenRow).count() == 3
    assert program.refresh(told["refresh_token"]).status_code == 200
