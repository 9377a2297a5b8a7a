from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest
from lxml import etree

from sipsorcery_web.contract.records import (
    Customer,
    ProviderType,
    SIPAccount,
    SIPProvider,
    SIPProviderBinding,
    UnknownElement,
    wire_fields,
)
from sipsorcery_web.contract.wire_types import NEVER, ZERO_ID

BOTH = ("sip_username", "network_id")


def test_a_field_that_was_left_out_has_the_value_that_stands_for_absent() -> None:
    account, provider = SIPAccount(), SIPProvider()

    assert (account.sip_username, account.is_user_disabled, account.id, account.inserted) == (
        None,
        False,
        ZERO_ID,
        NEVER,
    )
    assert (provider.provider_type, provider.gv_callback_type, provider.register_expiry) == (ProviderType.SIP, None, 0)
    assert SIPProviderBinding().last_register_time is None


def test_a_record_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        SIPAccount().owner = "bobby"  # type: ignore[misc]


def test_a_record_made_here_has_every_field() -> None:
    assert all(SIPAccount().has(entry.attribute) for entry in wire_fields(SIPAccount))


def test_a_record_from_the_wire_knows_which_fields_were_there() -> None:
    account = SIPAccount(network_id=None, present=frozenset({"network_id"}))

    assert account.has("network_id")
    assert not account.has("sip_username")


def test_a_field_that_is_changed_counts_as_given() -> None:
    account = SIPAccount(present=frozenset({"id"})).with_(network_id="home")

    assert account.present == frozenset({"id", "network_id"})
    assert isinstance(account.present, frozenset), "writers of records are kept by what is present"
    assert SIPAccount().with_(network_id="home").present is None


def test_given_fields_stand_over_the_stored_ones_and_the_others_stay() -> None:
    stored = SIPAccount(sip_username="alice-desk", network_id="home")

    assert SIPAccount(sip_username="alice-hall", present=frozenset({"sip_username"})).over(
        stored, BOTH
    ) == stored.with_(sip_username="alice-hall")


def test_a_given_nil_clears_and_a_given_empty_text_is_a_text() -> None:
    stored = SIPAccount(sip_username="alice-desk", network_id="home")
    given = SIPAccount(sip_username="", network_id=None, present=frozenset(BOTH))

    assert (given.over(stored, BOTH).sip_username, given.over(stored, BOTH).network_id) == ("", None)


def test_only_the_named_fields_are_taken() -> None:
    stored = SIPAccount(owner="alice", network_id="home")

    assert SIPAccount(owner="bobby", network_id="away").over(stored, ["network_id"]) == stored.with_(network_id="away")


def test_what_is_not_of_the_contract_does_not_make_records_differ() -> None:
    plain = SIPAccount(sip_username="alice-desk")
    from_wire = SIPAccount(
        sip_username="alice-desk",
        present=frozenset({"sip_username"}),
        unknown=(UnknownElement("", etree.Element("x")),),
    )
    assert plain == from_wire


def test_no_secret_shows_in_a_log_or_traceback() -> None:
    shown = repr(
        (
            SIPAccount(sip_password="hush-hush"),
            SIPProvider(provider_password="hush-hush"),
            Customer(customer_password="hush-hush", security_answer="hush-hush"),
        )
    )
    assert "hush" not in shown


def test_every_field_tells_its_place_on_the_wire() -> None:
    entry = next(entry for entry in wire_fields(SIPProviderBinding) if entry.attribute == "last_register_time")

    assert (entry.element, entry.kind.type_name, entry.nillable, entry.absent) == (  # type: ignore[union-attr]
        "LastRegisterTime",
        "sys:DateTimeOffset",
        True,
        None,
    )


def test_a_field_that_cannot_be_nil_has_a_default() -> None:
    for record in (Customer, SIPAccount, SIPProvider, SIPProviderBinding):
        for entry in wire_fields(record):
            assert (entry.absent is None) == entry.nillable


def test_records_with_the_same_values_are_equal() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert SIPAccount(owner="alice", inserted=noon) == SIPAccount(owner="alice", inserted=noon)
    assert SIPAccount(owner="alice") != SIPAccount(owner="bobby")
