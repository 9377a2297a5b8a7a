import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from sipsorcery_web.contract.errors import Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.service.call import Parts
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME, PASSWORD, Clock, Stage

ELSEWHERE = "192.0.2.7"
WRONG = "closesesame8"


def fail(stage: Stage, times: int = 1, username: str = "alice", address: str = HOME) -> None:
    for _ in range(times):
        assert stage.client(None, address).login(username, WRONG) is None


def sign_in(stage: Stage, username: str = "alice", address: str = HOME) -> str | None:
    return stage.client(None, address).login(username, PASSWORD)


@pytest.fixture(autouse=True)
def cast(stage: Stage) -> None:
    assert stage.alice
    assert stage.bob


def test_the_right_password_gives_a_token_that_works(stage: Stage) -> None:
    token = sign_in(stage)

    assert token is not None
    assert len(token) == 96
    assert stage.client(token).customer("alice").customer_username == "alice"


def test_every_sign_in_gives_a_session_of_its_own(stage: Stage) -> None:
    first, second = sign_in(stage), sign_in(stage)

    assert first != second
    assert stage.client(first).sip_accounts.count() == stage.client(second).sip_accounts.count() == 1


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("alice", WRONG),
        ("alice", PASSWORD.upper()),
        ("alice", f" {PASSWORD}"),
        ("bobby2", PASSWORD),
        ("mallory", PASSWORD),
        ("alice' or '1'='1", PASSWORD),
        ("", PASSWORD),
        ("alice", ""),
        (" ", " "),
    ],
)
def test_what_does_not_belong_together_gives_nothing(stage: Stage, username: str, password: str) -> None:
    assert stage.stranger.login(username, password) is None


@pytest.mark.parametrize("username", ["ALICE", "Alice", " alice "])
def test_a_name_may_be_typed_in_another_way(stage: Stage, username: str) -> None:
    assert sign_in(stage, username)


def test_a_missing_name_or_password_is_not_counted(stage: Stage) -> None:
    for _ in range(30):
        assert stage.stranger.login("alice", "") is None

    assert sign_in(stage)


def test_who_signed_in_from_where_is_kept(stage: Stage, parts: Parts) -> None:
    sign_in(stage, address=ELSEWHERE)

    with parts.database.read() as session:
        addresses = session.scalars(text("SELECT ip_address FROM customersessions WHERE customer_username = 'alice'"))
        assert ELSEWHERE in addresses.all()


def test_an_address_that_is_not_confirmed_is_told_with_the_right_password_only(stage: Stage, parts: Parts) -> None:
    with parts.database.write() as session:
        session.execute(text("UPDATE customers SET email_address_confirmed = false"))

    fail(stage)
    with pytest.raises(Refused, match=r"^Your email address has not yet been confirmed\.$"):
        sign_in(stage)


def test_a_suspended_account_is_told_with_the_right_password_only(stage: Stage, parts: Parts) -> None:
    Operators(parts).suspend("alice", "unpaid")

    fail(stage)
    with pytest.raises(Refused, match=r"^Your account is suspended\.$"):
        sign_in(stage)


def test_a_missing_confirmation_is_told_before_a_suspension(stage: Stage, parts: Parts) -> None:
    Operators(parts).suspend("alice", "unpaid")
    with parts.database.write() as session:
        session.execute(text("UPDATE customers SET email_address_confirmed = false"))

    with pytest.raises(Refused, match="not yet been confirmed"):
        sign_in(stage)


# The limit


def test_the_right_password_is_not_looked_at_while_sign_in_is_limited(stage: Stage, parts: Parts) -> None:
    fail(stage, 5)

    with pytest.raises(TooManyAttempts) as refused:
        sign_in(stage)
    assert refused.value.retry_after == 900


class NoHasher(PasswordHasher):
    """Hashes once, for nobody, and then no more."""

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        raise AssertionError("A password was looked at.")


def test_no_hash_is_computed_while_sign_in_is_limited(
    stage: Stage, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(stage, 5)
    monkeypatch.setattr(parts.passwords, "_hasher", NoHasher())

    with pytest.raises(TooManyAttempts):
        sign_in(stage)


def test_the_account_opens_again_after_a_quarter_of_an_hour(stage: Stage, clock: Clock) -> None:
    fail(stage, 5)
    clock.pass_(minutes=15)

    assert sign_in(stage)


def test_a_limited_account_is_not_locked_for_its_owner_elsewhere(stage: Stage) -> None:
    fail(stage, 5)

    assert sign_in(stage, address=ELSEWHERE)


def test_success_clears_what_failed_before(stage: Stage) -> None:
    for _ in range(5):
        fail(stage, 4)
        assert sign_in(stage)


def test_success_for_one_account_does_not_clear_what_failed_for_others(stage: Stage) -> None:
    for _ in range(4):
        fail(stage, 5, username=f"guess-{_}")
        stage.client(None, ELSEWHERE).login("bobby", PASSWORD)

    with pytest.raises(TooManyAttempts):
        sign_in(stage)


def test_unknown_names_count_like_known_ones(stage: Stage) -> None:
    fail(stage, 5, username="mallory")

    with pytest.raises(TooManyAttempts):
        fail(stage, username="mallory")


def test_a_suspended_account_does_not_use_up_its_attempts_with_the_right_password(stage: Stage, parts: Parts) -> None:
    Operators(parts).suspend("alice", "unpaid")

    for _ in range(10):
        with pytest.raises(Refused, match="suspended"):
            sign_in(stage)


def test_an_unknown_name_costs_one_hash_like_a_known_one(
    stage: Stage, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[bool] = []
    match = Passwords.match

    def noted(self: Passwords, stored: str | None, password: str) -> bool:
        looked_at.append(stored is not None)
        return match(self, stored, password)

    monkeypatch.setattr(Passwords, "match", noted)
    fail(stage, username="mallory")
    fail(stage, username="alice")

    assert looked_at == [False, True]


# Leaving


def test_signing_out_ends_this_session_and_no_other(stage: Stage) -> None:
    here, there = stage.client(sign_in(stage)), stage.client(sign_in(stage))
    here.logout()

    assert there.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        here.sip_accounts.count()


@pytest.mark.parametrize("token", [None, "", "0" * 96])
def test_signing_out_without_a_session_does_nothing(stage: Stage, token: str | None) -> None:
    stage.client(token).logout()

    assert stage.alice.sip_accounts.count() == 1


def test_signing_out_twice_is_harmless(stage: Stage) -> None:
    stage.alice.logout()
    stage.alice.logout()


# Staying


def test_a_session_that_was_extended_lasts_longer(stage: Stage, clock: Clock) -> None:
    clock.pass_(minutes=45)
    stage.alice.extend_session(60)
    clock.pass_(minutes=74)

    assert stage.alice.sip_accounts.count() == 1
    clock.pass_(minutes=1)
    with pytest.raises(SessionExpired):
        stage.alice.sip_accounts.count()


def test_a_session_that_is_over_cannot_be_extended(stage: Stage, clock: Clock) -> None:
    clock.pass_(minutes=60)

    with pytest.raises(SessionExpired):
        stage.alice.extend_session(60)


def test_extending_has_its_limits(stage: Stage) -> None:
    with pytest.raises(Refused, match="one minute at the least"):
        stage.alice.extend_session(0)
    stage.alice.extend_session(2**31 - 1)
    with pytest.raises(Refused, match="beyind 600 minutes"):
        stage.alice.extend_session(1)


def test_only_the_own_session_is_extended(stage: Stage, clock: Clock) -> None:
    other = stage.client(sign_in(stage))
    stage.alice.extend_session(60)
    clock.pass_(minutes=60)

    assert stage.alice.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        other.sip_accounts.count()
