"""The sessions of a customer, and networks of SIP accounts, on every channel."""

from uuid import uuid4

import pytest

from sipsorcery_web.contract.errors import NotFound, Refused, SessionExpired
from sipsorcery_web.contract.extensions import AccessToken, SignIn
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.hashes import hash_secret, shown_id
from sipsorcery_web.service.store.account_networks import AccountNetworkRow
from tests.conftest import Clock

from .conftest import ChannelFixture

CAFE = "203.0.113.9"


def opened(service_fixture: ChannelFixture, username: str = "alice") -> str:
    """The token of one more session, from a café."""
    token = service_fixture.client(None, CAFE).login(username, "opensesame7")
    assert token
    return token


def network(service_fixture: ChannelFixture, clock: Clock, username: str = "alice") -> AccountNetworkRow:
    """A network that the first SIP account of somebody has registered from."""
    (account,) = service_fixture.someone(username).sip_accounts.page()
    seen = {"network": "203.0.0.0/16", "first_seen": clock(), "last_seen": clock(), "is_new": True}
    row = AccountNetworkRow(id=uuid4(), sip_account_id=account.id, **seen)
    with service_fixture.service.context.database.write() as session:
        session.add(row)
    return row


def test_alice_sees_her_sessions_by_ids_that_are_no_tokens(service_fixture: ChannelFixture, clock: Clock) -> None:
    assert service_fixture.alice
    clock.pass_(minutes=5)
    token = opened(service_fixture)

    newest, oldest = service_fixture.client(token).sessions()

    assert newest.id == shown_id(hash_secret(token))
    assert (newest.inserted, oldest.inserted < newest.inserted) == (clock(), True)
    assert (newest.ends - newest.inserted).total_seconds() == 3600
    assert token not in repr(newest)


def test_alice_ends_one_of_her_sessions(service_fixture: ChannelFixture) -> None:
    alice, token = service_fixture.alice, opened(service_fixture)
    alice.end_session(shown_id(hash_secret(token)))
    with pytest.raises(SessionExpired):
        service_fixture.client(token).sip_accounts.count()
    assert len(alice.sessions()) == 1


def test_alice_ends_all_her_other_sessions_and_nobody_elses(service_fixture: ChannelFixture) -> None:
    alice, bob, tokens = service_fixture.alice, service_fixture.bob, [opened(service_fixture) for _ in range(3)]
    alice.end_other_sessions()
    for token in tokens:
        with pytest.raises(SessionExpired):
            service_fixture.client(token).sip_accounts.count()
    assert (len(alice.sessions()), len(bob.sessions())) == (1, 1)


def test_bob_and_an_administrator_do_not_find_alices_session(service_fixture: ChannelFixture) -> None:
    (session,) = service_fixture.alice.sessions()
    for somebody in (service_fixture.bob, service_fixture.administrator):
        for id in (session.id, uuid4()):
            with pytest.raises(NotFound, match=r"^The session was not found\.$"):
                somebody.end_session(id)
        assert session.id not in [each.id for each in somebody.sessions()]
    assert service_fixture.alice.sip_accounts.count() == 1


def test_sessions_that_have_ended_are_not_told(service_fixture: ChannelFixture, clock: Clock) -> None:
    assert service_fixture.alice
    clock.pass_(minutes=60)
    assert len(service_fixture.client(opened(service_fixture)).sessions()) == 1


def test_no_token_for_programs_sees_sessions_sign_ins_or_networks(
    service_fixture: ChannelFixture, clock: Clock
) -> None:
    ends = clock().replace(month=12)
    made = service_fixture.alice.add_access_token(AccessToken(name="all", scopes="customer:read", ends=ends))
    program = service_fixture.client(made.token)
    for call in (program.sessions, program.end_other_sessions, program.sign_ins.page, program.account_networks.count):
        with pytest.raises(Refused):
            call()


def test_sign_ins_are_read_by_pages_and_by_filters(service_fixture: ChannelFixture, clock: Clock) -> None:
    assert service_fixture.alice
    for minute in range(4):
        clock.pass_(hours=1, minutes=minute)
        service_fixture.client(None, CAFE).login("alice", "closesesame8")
    alice = service_fixture.client(opened(service_fixture))

    failed = prop("Result").equals("WrongPassword")

    assert alice.sign_ins.count(failed) == 4
    assert [each.at for each in alice.sign_ins.page(1, 2, failed)] == sorted(
        (each.at for each in alice.sign_ins.page(0, 4, failed)), reverse=True
    )[1:3]
    assert {each.ip_address for each in alice.sign_ins.page(where=failed)} <= {CAFE, "127.0.0.1"}
    assert all(isinstance(each, SignIn) for each in alice.sign_ins.page())


def test_alice_says_that_a_network_is_known_and_bob_cannot(service_fixture: ChannelFixture, clock: Clock) -> None:
    row = network(service_fixture, clock)
    (seen,) = service_fixture.alice.account_networks.page()
    assert (seen.network, seen.is_new, seen.first_seen) == ("203.0.0.0/16", True, clock())
    assert (seen.sip_account_name or "").startswith("alice@")

    for somebody in (service_fixture.bob, service_fixture.administrator):
        assert somebody.account_networks.page() == []
        with pytest.raises(NotFound):
            somebody.accept_account_network(row.id)
    assert service_fixture.alice.account_networks.page()[0].is_new

    service_fixture.alice.accept_account_network(row.id)
    assert not service_fixture.alice.account_networks.page()[0].is_new


def test_networks_go_with_their_account(service_fixture: ChannelFixture, clock: Clock) -> None:
    network(service_fixture, clock)
    (account,) = service_fixture.alice.sip_accounts.page()
    service_fixture.alice.sip_accounts.delete(account)
    assert service_fixture.alice.account_networks.count() == 0
