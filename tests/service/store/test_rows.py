import hashlib
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from sipsorcery_web.contract.records import Customer, ProviderType, SIPAccount, SIPProvider, wire_fields
from sipsorcery_web.contract.unreadable import UNREADABLE
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.key_sources import GivenKeys, new_line
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPProviderRow
from sipsorcery_web.service.store.rows import derive_ha1, fill, secret_of, set_secret, to_record, trimmed
from tests.conftest import ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import sip_account

FIELDS = [entry.attribute for entry in wire_fields(SIPAccount)]
SECRET = "bl4ckbird!"


def row_with(keyring: Keyring, **fields: object) -> SIPAccountRow:
    """A row of alice's account."""
    row = SIPAccountRow(id=uuid4())
    fill(row, replace(sip_account("alice-desk"), **{"id": row.id, "owner": "alice"} | fields), FIELDS, keyring)  # type: ignore[arg-type]
    return row


def test_a_record_comes_back_from_its_row(keyring: Keyring) -> None:
    record = sip_account("alice-desk", id=UUID(int=7), owner="alice", network_id="home", is_user_disabled=True)
    row = SIPAccountRow(id=record.id)
    fill(row, record, FIELDS, keyring)

    assert to_record(SIPAccount, row, keyring) == record


def test_a_record_from_a_row_has_every_field(keyring: Keyring) -> None:
    assert to_record(SIPAccount, row_with(keyring), keyring).present is None


def test_only_the_named_fields_are_filled(keyring: Keyring) -> None:
    row = row_with(keyring, network_id="home")
    fill(row, SIPAccount(network_id="away", owner="bobby"), ["network_id"], keyring)

    assert (row.network_id, row.owner) == ("away", "alice")


def test_a_secret_is_sealed_in_its_row(keyring: Keyring) -> None:
    row = row_with(keyring)

    assert row.sealed_sip_password is not None
    assert SECRET not in row.sealed_sip_password
    assert secret_of(row, "sip_password", keyring) == SECRET


def test_a_secret_that_was_moved_to_another_row_or_column_does_not_open(keyring: Keyring) -> None:
    alices, bobs = row_with(keyring), row_with(keyring)
    bobs.sealed_sip_password = alices.sealed_sip_password
    alices.sealed_ha1_md5 = alices.sealed_sip_password

    assert secret_of(bobs, "sip_password", keyring) is UNREADABLE
    assert secret_of(alices, "ha1_md5", keyring) is UNREADABLE
    assert to_record(SIPAccount, bobs, keyring).is_unreadable("sip_password")


@pytest.mark.parametrize("blank", [None, "", UNREADABLE])
def test_a_secret_that_cannot_be_read_gives_way_to_another_one_alone(keyring: Keyring, blank: str | None) -> None:
    """The key may come back, and with it the secret."""
    row = row_with(keyring)
    derive_ha1(row, keyring)
    before = row.sealed_sip_password, row.sealed_ha1_md5, row.sealed_ha1_sha256
    others = Keyring(GivenKeys.of(new_line()))

    set_secret(row, "sip_password", blank, others)
    derive_ha1(row, others)
    assert (row.sealed_sip_password, row.sealed_ha1_md5, row.sealed_ha1_sha256) == before

    set_secret(row, "sip_password", "an0therone", others)
    derive_ha1(row, others)
    assert secret_of(row, "sip_password", others) == "an0therone"
    assert secret_of(row, "ha1_md5", others) is not UNREADABLE


@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_secret_is_stored_as_none(keyring: Keyring, blank: str | None) -> None:
    row = row_with(keyring)
    set_secret(row, "sip_password", blank, keyring)

    assert row.sealed_sip_password is None
    assert secret_of(row, "sip_password", keyring) is None


def test_both_ha1_are_derived_from_name_domain_and_password(keyring: Keyring) -> None:
    row = row_with(keyring)
    derive_ha1(row, keyring)
    identity = f"alice-desk:{DOMAIN}:{SECRET}".encode()

    assert secret_of(row, "ha1_md5", keyring) == hashlib.md5(identity).hexdigest()
    assert secret_of(row, "ha1_sha256", keyring) == hashlib.sha256(identity).hexdigest()


def test_an_account_without_a_password_has_no_ha1(keyring: Keyring) -> None:
    row = row_with(keyring)
    derive_ha1(row, keyring)
    set_secret(row, "sip_password", None, keyring)
    derive_ha1(row, keyring)

    assert (row.sealed_ha1_md5, row.sealed_ha1_sha256) == (None, None)


def test_an_enumeration_is_stored_by_its_name_and_read_as_its_value(keyring: Keyring) -> None:
    row = SIPProviderRow(id=uuid4())
    fill(row, SIPProvider(provider_type=ProviderType.GOOGLE_VOICE), ["provider_type", "gv_callback_type"], keyring)

    assert (row.provider_type, type(row.provider_type), row.gv_callback_type) == ("GoogleVoice", str, None)


def test_a_customers_password_and_answer_are_nil_in_every_record(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    assert service_fixture.alice
    with service_context.database.read() as session:
        row = session.query(CustomerRow).one()
        record = to_record(Customer, row, service_context.keyring)

    assert row.password_hash.startswith("$argon2id$")
    assert (record.customer_password, record.security_answer) == (None, None)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"sip_username": " alice-desk "}, {"sip_username": "alice-desk"}),
        ({"sip_domain": " SIP.Example.ORG\n"}, {"sip_domain": "sip.example.org"}),
        ({"sip_password": " bl4ckbird! "}, {"sip_password": "bl4ckbird!"}),
        ({"sip_password": "  "}, {"sip_password": None}),
        (
            {"in_dial_plan_name": " ", "out_dial_plan_name": " default "},
            {"in_dial_plan_name": None, "out_dial_plan_name": "default"},
        ),
        ({"network_id": " home "}, {"network_id": " home "}),
        ({"sip_username": None, "sip_domain": None}, {"sip_username": "", "sip_domain": ""}),
    ],
)
def test_an_account_is_stored_without_outer_blanks(given: dict[str, str | None], stored: dict[str, str | None]) -> None:
    account = trimmed(replace(sip_account("alice-desk"), **given))  # type: ignore[arg-type]

    assert {name: getattr(account, name) for name in stored} == stored


def everything_in(database: Database) -> str:
    """All that a thief of the database would read."""
    with database.read() as session:
        # A virtual table's rows stand in the tables beneath it.
        ordinary = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        tables = session.scalars(text(ordinary)).all()
        return "\n".join(str(session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables)


def test_no_secret_stands_in_the_database_in_clear(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    token = service_fixture.token_of("alice") if service_fixture.alice else ""
    service_fixture.alice.sip_accounts.add(sip_account("alice-desk"))
    (first,) = [account for account in service_fixture.alice.sip_accounts.page() if account.sip_username == "alice"]
    ha1 = hashlib.md5(f"alice-desk:{DOMAIN}:{SECRET}".encode()).hexdigest()

    stolen = everything_in(service_context.database)
    assert "alice-desk" in stolen
    assert first.sip_password
    for secret in (token, "opensesame7", "teal", SECRET, first.sip_password, ha1):
        assert secret not in stolen


def test_the_zero_id_is_an_id_like_any_other_in_a_row(keyring: Keyring) -> None:
    row = SIPAccountRow(id=ZERO_ID)
    set_secret(row, "sip_password", SECRET, keyring)

    assert secret_of(row, "sip_password", keyring) == SECRET
