"""Pages of lists as they lie in the store."""

from dataclasses import replace
from uuid import UUID

import pytest

from sipsorcery_web.contract.records import ProviderType, SIPAccount, SIPProvider, wire_fields
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.operations.sip_accounts import SIP_ACCOUNTS
from sipsorcery_web.service.operations.sip_providers import SIP_PROVIDERS
from sipsorcery_web.service.store.lists import Scope
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPProviderRow
from sipsorcery_web.service.store.reading import StoredPage
from sipsorcery_web.service.store.rows import fill
from tests.factories.records import sip_account, sip_provider

ALICE = Scope("alice")


@pytest.fixture
def stored(service_context: ServiceContext) -> list[SIPAccount]:
    """Three accounts of alice's, which are in the store."""
    now, keyring = service_context.clock(), service_context.keyring
    accounts = [
        sip_account(f"desk-{place}", id=UUID(int=place), owner="alice", inserted=now, sip_password=f"bl4ckbird{place}")
        for place in range(3)
    ]
    with service_context.database.write() as session:
        alice = {"customer_username": "alice", "email_address": "alice", "password_hash": "x", "inserted": now}
        session.add(CustomerRow(id=UUID(int=9), **alice))
        session.flush()
        for account in accounts:
            row = SIPAccountRow(id=account.id)
            fill(row, account, [entry.attribute for entry in wire_fields(SIPAccount)], keyring)
            session.add(row)
    return accounts


def page_of(context: ServiceContext) -> StoredPage[SIPAccount]:
    with context.database.read() as session:
        return SIP_ACCOUNTS.listing.page(session, ALICE, None, 0, 25, context.keyring)


def test_a_page_holds_the_records_that_were_stored(service_context: ServiceContext, stored: list[SIPAccount]) -> None:
    page = page_of(service_context)

    assert list(page) == stored
    assert (len(page), page[1], page[-1], list(page[1:])) == (3, stored[1], stored[2], stored[1:])


def test_a_record_of_a_page_is_like_any_other(service_context: ServiceContext, stored: list[SIPAccount]) -> None:
    record = page_of(service_context)[0]

    assert (record.present, record.unknown, hash(record), repr(record)) == (None, (), hash(stored[0]), repr(stored[0]))
    assert replace(record, network_id="home") == stored[0].with_(network_id="home")


def test_plain_values_are_in_the_order_of_the_wire(service_context: ServiceContext, stored: list[SIPAccount]) -> None:
    found = [list(values) for values in page_of(service_context).values()]

    assert found == [[getattr(account, entry.attribute) for entry in wire_fields(SIPAccount)] for account in stored]


def test_one_secret_that_does_not_open_spoils_no_list(
    service_context: ServiceContext, stored: list[SIPAccount]
) -> None:
    with service_context.database.write() as session:
        moved = session.get_one(SIPAccountRow, stored[1].id)
        moved.sealed_sip_password = session.get_one(SIPAccountRow, stored[0].id).sealed_sip_password
    page = page_of(service_context)

    assert page[0].sip_password == "bl4ckbird0"
    assert page[1].is_unreadable("sip_password")


def test_a_name_of_an_enumeration_is_its_member(service_context: ServiceContext, stored: list[SIPAccount]) -> None:
    provider = sip_provider("trunk", id=UUID(int=1), owner="alice", provider_type=ProviderType.GOOGLE_VOICE)
    with service_context.database.write() as session:
        row = SIPProviderRow()
        fill(row, provider, [entry.attribute for entry in wire_fields(SIPProvider)], service_context.keyring)
        session.add(row)
    with service_context.database.read() as session:
        page = SIP_PROVIDERS.listing.page(session, ALICE, None, 0, 25, service_context.keyring)

    assert page[0].provider_type is ProviderType.GOOGLE_VOICE
    assert page[0] == provider
