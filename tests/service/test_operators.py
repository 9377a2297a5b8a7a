import pytest

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused, SessionExpired
from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.mailed_links import new_link
from sipsorcery_web.service.operators import Operators
from tests.conftest import HOME, Clock, ServiceFixture
from tests.factories.records import person

OTHER_PASSWORD = "closesesame8"


@pytest.fixture
def operators(service_context: ServiceContext) -> Operators:
    return Operators(service_context)


def test_customers_are_listed_by_name_without_their_secrets(
    operators: Operators, service_fixture: ServiceFixture
) -> None:
    assert service_fixture.bob
    assert service_fixture.alice
    assert service_fixture.administrator

    listed = operators.customers()
    assert [customer.customer_username for customer in listed] == ["alice", "bobby", "root-admin"]
    assert {(customer.customer_password, customer.security_answer) for customer in listed} == {(None, None)}


@pytest.mark.parametrize(("administrator", "admin_id"), [(True, "*"), (False, None)])
def test_a_customer_is_made_who_can_sign_in(
    operators: Operators, service_fixture: ServiceFixture, administrator: bool, admin_id: str | None
) -> None:
    operators.create_customer(person("Carol", email_address=" Carol@Example.org "), administrator)

    made = service_fixture.client(service_fixture.token_of("carol")).customer("carol")
    assert (made.customer_username, made.email_address, made.admin_id) == ("carol", "carol@example.org", admin_id)
    assert made.created_from_ip_address == "operator"


def test_a_customer_of_the_operators_keeps_to_the_rules(operators: Operators, service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice

    with pytest.raises(Conflict):
        operators.create_customer(person("alice", email_address="a@example.org"), False)
    with pytest.raises(Refused, match="password length"):
        operators.create_customer(person("carol", customer_password="short"), False)
    with pytest.raises(Refused, match="not permitted"):
        operators.create_customer(person("my-dispatcher"), False)


def test_what_a_record_says_of_rights_is_not_taken(operators: Operators) -> None:
    operators.create_customer(person("carol", admin_id="*", suspended=True, admin_member_id="x"), False)

    (made,) = operators.customers()
    assert (made.admin_id, made.suspended, made.admin_member_id) == (None, False, None)


def test_a_suspended_customer_is_signed_out_and_cannot_sign_in(
    operators: Operators, service_fixture: ServiceFixture
) -> None:
    alice = service_fixture.alice
    operators.suspend(" Alice ", "unpaid")

    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    with pytest.raises(Refused, match=r"^Your account is suspended\.$"):
        service_fixture.token_of("alice")
    (listed,) = operators.customers()
    assert (listed.suspended, listed.suspended_reason) == (True, "unpaid")


def test_the_only_administrator_who_can_sign_in_is_not_suspended(
    operators: Operators, service_fixture: ServiceFixture
) -> None:
    assert service_fixture.administrator
    with pytest.raises(Refused, match="the only administrator"):
        operators.suspend("root-admin", None)
    operators.create_customer(person("carol", email_address="carol@example.org"), administrator=True)
    operators.suspend("root-admin", None)
    with pytest.raises(Refused, match="the only administrator"):
        operators.suspend("carol", None)


def test_a_customer_who_is_resumed_can_sign_in_but_old_sessions_stay_over(
    operators: Operators, service_fixture: ServiceFixture
) -> None:
    alice = service_fixture.alice
    operators.suspend("alice", "unpaid")
    operators.resume("alice")

    assert service_fixture.token_of("alice")
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    (listed,) = operators.customers()
    assert (listed.suspended, listed.suspended_reason) == (False, None)


def test_a_new_password_takes_the_old_ones_place_and_ends_the_sessions(
    operators: Operators, service_fixture: ServiceFixture
) -> None:
    alice, bob = service_fixture.alice, service_fixture.bob
    operators.set_password("alice", OTHER_PASSWORD)

    assert service_fixture.token_of("alice", OTHER_PASSWORD)
    assert service_fixture.stranger.login("alice", "opensesame7") is None
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    assert bob.sip_accounts.count() == 1


def test_a_new_password_ends_the_links_that_were_mailed_before(
    operators: Operators, service_fixture: ServiceFixture, clock: Clock
) -> None:
    assert service_fixture.alice
    context = service_fixture.service.context
    with context.database.write() as session:
        reset = new_link(session, LinkPurpose.RESET, "alice", "alice@example.org", clock())
        change = new_link(session, LinkPurpose.ADDRESS_CHANGE, "alice", "mallory@example.org", clock())
    operators.set_password("alice", OTHER_PASSWORD)

    for link in (reset, change):
        with pytest.raises(NotFound):
            service_fixture.stranger.mailed_link(link)


def test_a_new_password_keeps_to_the_rules(operators: Operators, service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice

    with pytest.raises(Refused, match="password length"):
        operators.set_password("alice", "short")
    assert service_fixture.token_of("alice")


def test_a_customer_who_is_not_there_is_named(operators: Operators) -> None:
    for verb in (
        operators.resume,
        lambda name: operators.suspend(name, None),
        lambda name: operators.set_password(name, OTHER_PASSWORD),
    ):
        with pytest.raises(NotFound, match=r"There is no customer 'mallory'\."):
            verb("mallory")


def test_invite_codes_are_made_and_each_can_be_used(operators: Operators, service_fixture: ServiceFixture) -> None:
    codes = operators.make_invites(3)

    assert len(set(codes)) == 3
    assert [service_fixture.client(None, HOME).invite_complaint(code) for code in codes] == [None, None, None]
