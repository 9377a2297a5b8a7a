"""The limit on records that the operator allows to a customer, however many are added at once."""

from dataclasses import replace

import pytest

from sipsorcery_web.contract.errors import Conflict, Refused
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account
from tests.service.conftest import at_once

FULL = r"^The SIP accounts of a customer are limited to 3 here\. Delete one to add another\.$"


def limited(context: ServiceContext, limit: int) -> ServiceFixture:
    return ServiceFixture(Service(replace(context, quotas={SIPAccount: limit})))


def test_of_additions_at_once_only_as_many_pass_as_there_are_places(
    busy_database: Database, keyring: Keyring, passwords: Passwords, clock: Clock
) -> None:
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, keyring, clock())
    policy = NewAccounts("open", chosen=True)
    context = ServiceContext(
        database=busy_database, keyring=keyring, passwords=passwords, clock=clock, new_accounts=policy
    )
    alice = limited(context, 3).alice
    acts = [lambda name=f"desk-{place}": alice.sip_accounts.add(sip_account(name)) for place in range(8)]

    refused = at_once(*acts)

    assert [type(error) for error in refused] == [Refused] * 6
    assert alice.sip_accounts.count() == 3


def test_a_place_that_is_free_again_can_be_taken(service_context: ServiceContext) -> None:
    alice = limited(service_context, 3).alice
    desk = alice.sip_accounts.add(sip_account("desk-1"))
    alice.sip_accounts.add(sip_account("desk-2"))
    with pytest.raises(Refused, match=FULL):
        alice.sip_accounts.add(sip_account("desk-3"))

    alice.sip_accounts.delete(desk)
    assert alice.sip_accounts.add(sip_account("desk-3"))
    with pytest.raises(Refused, match=FULL):
        alice.sip_accounts.add(desk)


def test_whoever_sends_the_last_one_twice_is_told_that_it_is_there(service_context: ServiceContext) -> None:
    alice = limited(service_context, 2).alice
    desk = alice.sip_accounts.add(sip_account("desk-1"))

    with pytest.raises(Conflict, match=r"^A record with this id already exists\.$"):
        alice.sip_accounts.add(desk)


def test_zero_is_any_number(service_context: ServiceContext) -> None:
    alice = limited(service_context, 0).alice
    for place in range(5):
        alice.sip_accounts.add(sip_account(f"desk-{place}"))

    assert alice.sip_accounts.count() == 6


def test_whoever_has_more_already_keeps_them_and_adds_none(service_context: ServiceContext) -> None:
    before = limited(service_context, 0)
    for place in range(4):
        before.alice.sip_accounts.add(sip_account(f"desk-{place}"))
    alice = limited(service_context, 3).client(before.token_of("alice"))

    with pytest.raises(Refused, match=FULL):
        alice.sip_accounts.add(sip_account("desk-4"))
    assert alice.sip_accounts.count() == 5
    assert alice.sip_accounts.update(alice.sip_accounts.page()[1].with_(network_id="attic"))
