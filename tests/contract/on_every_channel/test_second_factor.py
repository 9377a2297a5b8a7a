"""Second factors on every channel: who sets the flag, what it closes, and what app passwords open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sipsorcery_web.contract.errors import Refused, SessionExpired
from sipsorcery_web.contract.extensions import ALL_OPERATIONS, AccessToken
from sipsorcery_web.contract.operations import Access
from sipsorcery_web.contract.scopes import SCOPES, SIGN_IN
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.operators import Operators
from tests.conftest import Clock, ServiceFixture
from tests.factories import PASSWORD
from tests.factories.records import sip_account

ENDS = datetime(2026, 12, 24, tzinfo=UTC)
NEEDED = "This account has a second factor. Sign in with an app password"
CLOSED = [
    each.name for each in ALL_OPERATIONS.values() if each.access is Access.SESSION and not each.is_open_to_app_passwords
]


def by_the_portal(service_fixture: ServiceFixture, client: ProvisioningClient, has_second_factor: bool) -> None:
    """Set the flag as the portal in the same process does, for the same caller."""
    here = ProvisioningClient(service_fixture.service, client._visitor)
    here.update_second_factor(has_second_factor)


def app_password(client: ProvisioningClient, scopes: str = SIGN_IN, **more: Any) -> str:
    token = client.add_access_token(AccessToken(name="phone book", scopes=scopes, ends=ENDS).with_(**more)).token
    assert token is not None
    return token


@pytest.fixture
def opened(service_fixture: ServiceFixture) -> Callable[..., ProvisioningClient]:
    """Opens a session with an app password of alice's."""

    def opened(**more: Any) -> ProvisioningClient:
        password = app_password(service_fixture.alice, **more)
        return service_fixture.client(service_fixture.stranger.login("alice", password))

    return opened


# The flag


def test_with_a_second_factor_the_password_alone_is_refused_with_words_that_help(
    service_fixture: ServiceFixture,
) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    with pytest.raises(Refused, match=NEEDED):
        service_fixture.stranger.login("alice", PASSWORD)
    with pytest.raises(Refused, match=NEEDED):
        service_fixture.stranger.login(" ALICE ", PASSWORD)


def test_whoever_has_not_the_password_does_not_learn_of_the_second_factor(service_fixture: ServiceFixture) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    assert service_fixture.stranger.login("alice", "n1ghtingale") is None


def test_the_first_factor_ends_the_sessions_that_the_password_alone_has_opened(service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice
    program = service_fixture.client(service_fixture.token_of("alice"))
    by_the_portal(service_fixture, alice, True)
    with pytest.raises(SessionExpired):
        program.sip_accounts.count()
    assert service_fixture.alice.sip_accounts.count() == 1
    assert service_fixture.bob.sip_accounts.count() == 1


def test_another_factor_ends_none(service_fixture: ServiceFixture) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    program = service_fixture.client(service_fixture.stranger.login("alice", app_password(service_fixture.alice)))
    by_the_portal(service_fixture, service_fixture.alice, True)
    assert program.sip_accounts.count() == 1


def test_without_the_flag_the_password_is_taken_again(service_fixture: ServiceFixture) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    by_the_portal(service_fixture, service_fixture.alice, False)
    assert service_fixture.stranger.login("alice", PASSWORD)


def test_the_flag_is_its_owners_alone(service_fixture: ServiceFixture) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    by_the_portal(service_fixture, service_fixture.bob, False)
    by_the_portal(service_fixture, service_fixture.administrator, False)
    with pytest.raises(Refused, match=NEEDED):
        service_fixture.stranger.login("alice", PASSWORD)


@pytest.mark.parametrize("wanted", [True, False])
def test_whoever_has_a_token_of_a_session_alone_does_not_change_the_flag(
    service_fixture: ServiceFixture, wanted: bool
) -> None:
    by_the_portal(service_fixture, service_fixture.alice, not wanted)
    with pytest.raises(Refused, match="on the pages of this service alone"):
        service_fixture.alice._call("UpdateSecondFactor", has_second_factor=wanted)
    if wanted:
        assert service_fixture.stranger.login("alice", PASSWORD)
    else:
        with pytest.raises(Refused, match=NEEDED):
            service_fixture.stranger.login("alice", PASSWORD)


def test_a_stranger_changes_no_flag(service_fixture: ServiceFixture) -> None:
    for client in (service_fixture.stranger, service_fixture.client("nonsense")):
        with pytest.raises(SessionExpired):
            client._call("UpdateSecondFactor", has_second_factor=False)


def test_the_operator_takes_the_flag_away(service_fixture: ServiceFixture) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    Operators(service_fixture.service.context).remove_second_factor(" Alice ")
    assert service_fixture.stranger.login("alice", PASSWORD)


# App passwords


def test_an_app_password_opens_a_session_that_does_what_programs_do(
    service_fixture: ServiceFixture, opened: Callable[..., ProvisioningClient]
) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    program = opened()
    account = program.sip_accounts.add(sip_account("front-desk"))
    assert account.owner == "alice"
    assert next(each for each in program.sip_accounts.page() if each.id == account.id).sip_password
    assert program.customer("alice").email_address
    program.extend_session(60)
    program.logout()
    with pytest.raises(SessionExpired):
        program.sip_accounts.count()


@pytest.mark.parametrize("name", CLOSED)
def test_what_decides_who_gets_in_is_closed_to_such_a_session(
    opened: Callable[..., ProvisioningClient], name: str
) -> None:
    program = opened()
    with pytest.raises(Refused, match=f"No session that an app password has opened can call {name}"):
        program._call(name)


def test_what_is_closed_is_what_changes_the_customer_or_who_gets_in() -> None:
    changes = {"UpdateCustomer", "UpdateCustomerPassword", "DeleteCustomer"}
    assert {*CLOSED} >= changes | {"AddAccessToken", "DeleteAccessToken", "UpdateSecondFactor"}
    assert not {*CLOSED} & {"ExtendSession", "GetRevision", "GetCustomer"}


@pytest.mark.parametrize("scopes", [scope for scope in SCOPES if scope != SIGN_IN])
def test_a_token_without_that_scope_is_no_app_password(service_fixture: ServiceFixture, scopes: str) -> None:
    assert service_fixture.stranger.login("alice", app_password(service_fixture.alice, scopes)) is None


def test_an_app_password_alone_is_no_token_that_opens_anything_else(service_fixture: ServiceFixture) -> None:
    program = service_fixture.client(app_password(service_fixture.alice))
    with pytest.raises(Refused, match="needs the scope accounts:read"):
        program.sip_accounts.count()


def test_bobs_app_password_does_not_sign_alice_in(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.sip_accounts.count()
    assert service_fixture.stranger.login("alice", app_password(service_fixture.bob)) is None


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text[:-1], lambda text: text + "x", lambda text: text + text]
)
def test_an_app_password_that_was_changed_opens_nothing(
    service_fixture: ServiceFixture, change: Callable[[str], str]
) -> None:
    assert service_fixture.stranger.login("alice", change(app_password(service_fixture.alice))) is None


def test_an_app_password_that_was_deleted_opens_nothing_and_neither_does_what_it_had_opened(
    service_fixture: ServiceFixture,
) -> None:
    password = app_password(service_fixture.alice)
    program = service_fixture.client(service_fixture.stranger.login("alice", password))
    (token,) = service_fixture.alice.access_tokens()
    service_fixture.alice.delete_access_token(token.id)
    with pytest.raises(SessionExpired):
        program.sip_accounts.count()
    assert service_fixture.stranger.login("alice", password) is None


def test_a_session_ends_with_the_app_password_that_has_opened_it(
    service_fixture: ServiceFixture, clock: Clock, opened: Callable[..., ProvisioningClient]
) -> None:
    program = opened(ends=clock() + timedelta(minutes=90))
    clock.pass_(minutes=59)
    program.extend_session(60)
    clock.pass_(minutes=30)
    assert program.sip_accounts.count() == 1
    clock.pass_(minutes=1)
    with pytest.raises(SessionExpired):
        program.sip_accounts.count()


def test_an_app_password_whose_day_is_over_opens_nothing(service_fixture: ServiceFixture, clock: Clock) -> None:
    password = app_password(service_fixture.alice, ends=clock() + timedelta(minutes=5))
    clock.pass_(minutes=5)
    assert service_fixture.stranger.login("alice", password) is None


def test_a_sign_in_with_an_app_password_is_its_last_use(service_fixture: ServiceFixture, clock: Clock) -> None:
    visitor = service_fixture.client(None, "192.0.2.7")
    assert visitor.login("alice", app_password(service_fixture.alice))
    (token,) = service_fixture.alice.access_tokens()
    assert token.last_used == clock()


def test_an_app_password_of_an_administrator_reaches_no_one_else(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.sip_accounts.add(sip_account("front-desk"))
    password = app_password(service_fixture.administrator)
    program = service_fixture.client(service_fixture.stranger.login("root-admin", password))
    assert {each.owner for each in program.sip_accounts.page()} == {"root-admin"}


def test_a_suspended_customer_signs_in_with_no_app_password(service_fixture: ServiceFixture) -> None:
    password = app_password(service_fixture.alice)
    Operators(service_fixture.service.context).suspend("alice", None)
    assert service_fixture.stranger.login("alice", password) is None


def test_the_portal_that_asks_for_the_factor_itself_takes_the_password_and_no_app_password(
    service_fixture: ServiceFixture,
) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    password = app_password(service_fixture.alice)
    portal = ProvisioningClient(service_fixture.service, ClientIdentity())
    assert portal.login("alice", PASSWORD, asks_second_factor=True)
    assert portal.login("alice", password, asks_second_factor=True) is None


def test_nobody_asks_for_the_factor_themselves_over_the_wire(service_fixture: ServiceFixture) -> None:
    by_the_portal(service_fixture, service_fixture.alice, True)
    if service_fixture.stranger._channel is service_fixture.service:
        pytest.skip("The portal in the same process does.")
    with pytest.raises(Refused, match=NEEDED):
        service_fixture.stranger.login("alice", PASSWORD, asks_second_factor=True)
    with pytest.raises(Refused, match="on the pages of this service alone"):
        service_fixture.alice.update_second_factor(False)
