import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from sipsorcery_web.contract.errors import Refused, SessionExpired, TooManyAttempts
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories import PASSWORD

ELSEWHERE = "192.0.2.7"
WRONG = "closesesame8"


def fail(service_fixture: ServiceFixture, times: int = 1, username: str = "alice", address: str = HOME) -> None:
    for _ in range(times):
        assert service_fixture.client(None, address).login(username, WRONG) is None


def sign_in(service_fixture: ServiceFixture, username: str = "alice", address: str = HOME) -> str | None:
    return service_fixture.client(None, address).login(username, PASSWORD)


@pytest.fixture(autouse=True)
def users(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    assert service_fixture.bob


def test_the_right_password_gives_a_token_that_works(service_fixture: ServiceFixture) -> None:
    token = sign_in(service_fixture)

    assert token is not None
    assert len(token) == 96
    assert service_fixture.client(token).customer("alice").customer_username == "alice"


def test_every_sign_in_gives_a_session_of_its_own(service_fixture: ServiceFixture) -> None:
    first, second = sign_in(service_fixture), sign_in(service_fixture)

    assert first != second
    assert (
        service_fixture.client(first).sip_accounts.count() == service_fixture.client(second).sip_accounts.count() == 1
    )


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
def test_what_does_not_belong_together_gives_nothing(
    service_fixture: ServiceFixture, username: str, password: str
) -> None:
    assert service_fixture.stranger.login(username, password) is None


@pytest.mark.parametrize("username", ["ALICE", "Alice", " alice "])
def test_a_name_may_be_typed_in_another_way(service_fixture: ServiceFixture, username: str) -> None:
    assert sign_in(service_fixture, username)


def test_a_missing_name_or_password_is_not_counted(service_fixture: ServiceFixture) -> None:
    for _ in range(30):
        assert service_fixture.stranger.login("alice", "") is None

    assert sign_in(service_fixture)


def test_who_signed_in_from_where_is_kept(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    sign_in(service_fixture, address=ELSEWHERE)

    with service_context.database.read() as session:
        addresses = session.scalars(text("SELECT ip_address FROM customersessions WHERE customer_username = 'alice'"))
        assert ELSEWHERE in addresses.all()


def test_an_address_that_is_not_confirmed_is_told_with_the_right_password_only(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    with service_context.database.write() as session:
        session.execute(text("UPDATE customers SET email_address_confirmed = false"))

    fail(service_fixture)
    with pytest.raises(Refused, match=r"^Your email address has not yet been confirmed\.$"):
        sign_in(service_fixture)


def test_a_suspended_account_is_told_with_the_right_password_only(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    Operators(service_context).suspend("alice", "unpaid")

    fail(service_fixture)
    with pytest.raises(Refused, match=r"^Your account is suspended\.$"):
        sign_in(service_fixture)


def test_a_missing_confirmation_is_told_before_a_suspension(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    Operators(service_context).suspend("alice", "unpaid")
    with service_context.database.write() as session:
        session.execute(text("UPDATE customers SET email_address_confirmed = false"))

    with pytest.raises(Refused, match="not yet been confirmed"):
        sign_in(service_fixture)


# The limit


def test_the_right_password_is_not_looked_at_while_sign_in_is_limited(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    fail(service_fixture, 5)

    with pytest.raises(TooManyAttempts) as refused:
        sign_in(service_fixture)
    assert refused.value.retry_after == 900


class NoHasher(PasswordHasher):
    """Hashes once, for nobody, and then no more."""

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        raise AssertionError("A password was looked at.")


def test_no_hash_is_computed_while_sign_in_is_limited(
    service_fixture: ServiceFixture, service_context: ServiceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(service_fixture, 5)
    monkeypatch.setattr(service_context.passwords, "_hasher", NoHasher())

    with pytest.raises(TooManyAttempts):
        sign_in(service_fixture)


def test_the_account_opens_again_after_a_quarter_of_an_hour(service_fixture: ServiceFixture, clock: Clock) -> None:
    fail(service_fixture, 5)
    clock.pass_(minutes=15)

    assert sign_in(service_fixture)


def test_a_limited_account_is_not_locked_for_its_owner_elsewhere(service_fixture: ServiceFixture) -> None:
    fail(service_fixture, 5)

    assert sign_in(service_fixture, address=ELSEWHERE)


def test_success_clears_what_failed_before(service_fixture: ServiceFixture) -> None:
    for _ in range(5):
        fail(service_fixture, 4)
        assert sign_in(service_fixture)


def test_success_for_one_account_does_not_clear_what_failed_for_others(service_fixture: ServiceFixture) -> None:
    for _ in range(4):
        fail(service_fixture, 5, username=f"guess-{_}")
        service_fixture.client(None, ELSEWHERE).login("bobby", PASSWORD)

    with pytest.raises(TooManyAttempts):
        sign_in(service_fixture)


def test_unknown_names_count_like_known_ones(service_fixture: ServiceFixture) -> None:
    fail(service_fixture, 5, username="mallory")

    with pytest.raises(TooManyAttempts):
        fail(service_fixture, username="mallory")


def test_a_suspended_account_does_not_use_up_its_attempts_with_the_right_password(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    Operators(service_context).suspend("alice", "unpaid")

    for _ in range(10):
        with pytest.raises(Refused, match="suspended"):
            sign_in(service_fixture)


def test_an_unknown_name_costs_one_hash_like_a_known_one(
    service_fixture: ServiceFixture, service_context: ServiceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[bool] = []
    match = Passwords.match

    def noted(self: Passwords, stored: str | None, password: str) -> bool:
        looked_at.append(stored is not None)
        return match(self, stored, password)

    monkeypatch.setattr(Passwords, "match", noted)
    fail(service_fixture, username="mallory")
    fail(service_fixture, username="alice")

    assert looked_at == [False, True]


# Leaving


def test_signing_out_ends_this_session_and_no_other(service_fixture: ServiceFixture) -> None:
    here, there = service_fixture.client(sign_in(service_fixture)), service_fixture.client(sign_in(service_fixture))
    here.logout()

    assert there.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        here.sip_accounts.count()


@pytest.mark.parametrize("token", [None, "", "0" * 96])
def test_signing_out_without_a_session_does_nothing(service_fixture: ServiceFixture, token: str | None) -> None:
    service_fixture.client(token).logout()

    assert service_fixture.alice.sip_accounts.count() == 1


def test_signing_out_twice_is_harmless(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.logout()
    service_fixture.alice.logout()


# Staying


def test_a_session_that_was_extended_lasts_longer(service_fixture: ServiceFixture, clock: Clock) -> None:
    clock.pass_(minutes=45)
    service_fixture.alice.extend_session(60)
    clock.pass_(minutes=74)

    assert service_fixture.alice.sip_accounts.count() == 1
    clock.pass_(minutes=1)
    with pytest.raises(SessionExpired):
        service_fixture.alice.sip_accounts.count()


def test_a_session_that_is_over_cannot_be_extended(service_fixture: ServiceFixture, clock: Clock) -> None:
    clock.pass_(minutes=60)

    with pytest.raises(SessionExpired):
        service_fixture.alice.extend_session(60)


def test_extending_has_its_limits(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="one minute at the least"):
        service_fixture.alice.extend_session(0)
    service_fixture.alice.extend_session(2**31 - 1)
    with pytest.raises(Refused, match="beyind 600 minutes"):
        service_fixture.alice.extend_session(1)


def test_only_the_own_session_is_extended(service_fixture: ServiceFixture, clock: Clock) -> None:
    other = service_fixture.client(sign_in(service_fixture))
    service_fixture.alice.extend_session(60)
    clock.pass_(minutes=60)

    assert service_fixture.alice.sip_accounts.count() == 1
    with pytest.raises(SessionExpired):
        other.sip_accounts.count()
