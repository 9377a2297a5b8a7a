from collections.abc import Mapping
from datetime import timedelta

import pytest

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.contract.extensions import AccessToken
from tests.conftest import Clock, ServiceFixture

from .conftest import Run


@pytest.fixture
def tokens(service_fixture: ServiceFixture, clock: Clock) -> Mapping[str, str]:
    """Two tokens of alice's and one of bobby's, by their names."""
    ends = clock() + timedelta(days=7)
    return {
        name: customer.add_access_token(AccessToken(name=name, scopes="accounts:read", ends=ends)).token or ""
        for customer, names in (
            (service_fixture.alice, ("backup", "night shift")),
            (service_fixture.bob, ("bobby's",)),
        )
        for name in names
    }


def opens(service_fixture: ServiceFixture, token: str) -> bool:
    try:
        service_fixture.client(token).sip_accounts.count()
    except SessionExpired:
        return False
    return True


def test_a_customer_s_tokens_are_listed_without_what_opens_the_service(
    run: Run, service_fixture: ServiceFixture, tokens: Mapping[str, str]
) -> None:
    assert opens(service_fixture, tokens["night shift"])

    result = run("tokens", "list", "Alice")

    assert result.output.splitlines() == [
        "backup\taccounts:read\tends 2026-11-30\tnever used",
        "night shift\taccounts:read\tends 2026-11-30\tused 2026-11-23 from 127.0.0.1",
    ]


def test_one_token_is_ended_by_its_name(run: Run, service_fixture: ServiceFixture, tokens: Mapping[str, str]) -> None:
    result = run("tokens", "end", "alice", "night shift")

    assert (result.exit_code, result.output) == (0, "Tokens of alice that have ended: 1\n")
    assert {name: opens(service_fixture, token) for name, token in tokens.items()} == {
        "backup": True,
        "night shift": False,
        "bobby's": True,
    }


def test_all_tokens_of_a_customer_are_ended_at_once(
    run: Run, service_fixture: ServiceFixture, tokens: Mapping[str, str]
) -> None:
    assert run("tokens", "end", "alice", "--all").output == "Tokens of alice that have ended: 2\n"
    assert [name for name, token in tokens.items() if opens(service_fixture, token)] == ["bobby's"]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("end", "alice", "bobby's"), 1, 'alice has no token "bobby\'s".'),
        (("end", "mallory", "--all"), 1, "There is no customer 'mallory'."),
        (("list", "mallory"), 1, "There is no customer 'mallory'."),
        (("end", "alice"), 2, "Name one token, or give --all."),
        (("end", "alice", "backup", "--all"), 2, "Name one token, or give --all."),
    ],
)
def test_what_cannot_be_ended_or_listed_is_a_sentence_and_all_tokens_stay(
    run: Run,
    service_fixture: ServiceFixture,
    tokens: Mapping[str, str],
    words: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    result = run("tokens", *words)

    assert result.exit_code == code
    assert f"Error: {sentence}\n" in result.output
    assert all(opens(service_fixture, token) for token in tokens.values())
