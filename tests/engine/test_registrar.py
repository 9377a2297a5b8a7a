"""Phones register, and the pages show it."""

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.operators import Operators

from .house import EngineHouse, eventually


def registrations(house: EngineHouse, owner: str, account: SIPAccount) -> list[str]:
    """What the page of registrations says of an account."""
    rows = house.page(owner, f"/registrations?q={account.sip_username}").rows
    return [row for row in rows if str(account.sip_username) in row]


def test_a_phone_with_the_right_password_is_registered_and_shown(house: EngineHouse) -> None:
    account = house.account("alice", "desk-one")
    phone = house.phone(account)

    phone.register()

    (row,) = registrations(house, "alice", account)
    assert f"127.0.0.1:{phone.port}" in row
    assert "Registered" in next(row for row in house.page("alice", "/sip-accounts").rows if "desk-one" in row)
    (binding,) = house.client("alice").registrar_bindings.page()
    assert (binding.expiry, binding.user_agent) == (600, "sipp")
    assert binding.remote_sip_socket == f"udp:127.0.0.1:{phone.port}"

    phone.register(expires=0)
    assert registrations(house, "alice", account) == []


def test_a_registration_keeps_its_id_when_the_phone_refreshes_it(house: EngineHouse) -> None:
    account = house.account("carol", "refreshed")
    phone = house.phone(account)

    phone.register()
    first = house.client("carol").registrar_bindings.page()[0]
    phone.register(expires=900)
    second = house.client("carol").registrar_bindings.page()[0]

    assert (first.id, second.expiry) == (second.id, 900)


def test_a_wrong_password_registers_nothing(house: EngineHouse) -> None:
    account = house.account("alice", "desk-two")

    house.phone(account, password="guessed1").is_refused(401)

    assert registrations(house, "alice", account) == []


def test_a_phone_registers_over_tcp(house: EngineHouse) -> None:
    account = house.account("alice", "desk-tcp")

    house.phone(account, transport="t1").register()

    (row,) = registrations(house, "alice", account)
    assert "tcp:127.0.0.1" in row


def test_a_disabled_account_loses_its_phones_and_gets_none(house: EngineHouse) -> None:
    account = house.account("alice", "desk-three")
    phone = house.phone(account)
    phone.register()

    house.client("alice").sip_accounts.update(account.with_(is_user_disabled=True))

    assert registrations(house, "alice", account) == []
    phone.is_refused(403)
    house.client("alice").sip_accounts.update(account.with_(is_user_disabled=False))
    phone.register()


def test_a_new_password_ends_what_the_old_one_registered(house: EngineHouse) -> None:
    account = house.account("alice", "desk-four")
    phone = house.phone(account)
    phone.register()

    house.client("alice").sip_accounts.update(account.with_(sip_password="n3wpassword"))

    assert registrations(house, "alice", account) == []
    phone.is_refused(401)
    house.phone(account, password="n3wpassword").register()


def test_another_change_leaves_the_phones_alone(house: EngineHouse) -> None:
    account = house.account("alice", "desk-five")
    house.phone(account).register()

    house.client("alice").sip_accounts.update(account.with_(network_id="office"))

    assert registrations(house, "alice", account)


def test_a_deleted_account_takes_its_phones_with_it(house: EngineHouse) -> None:
    account = house.account("alice", "desk-six")
    phone = house.phone(account)
    phone.register()

    house.client("alice").sip_accounts.delete(account)

    eventually(lambda: house.bindings_of(account) == [])
    phone.is_refused(401)


def test_a_suspended_customer_has_no_phones(house: EngineHouse) -> None:
    account = house.account("dave-1", "desk-seven")
    phone = house.phone(account)
    phone.register()
    operators = Operators(house.parts)

    operators.suspend("dave-1", "unpaid")
    eventually(lambda: house.bindings_of(account) == [])
    phone.is_refused(403)
    operators.resume("dave-1")
    phone.register()


def test_a_deleted_customer_leaves_nothing_in_the_engine(house: EngineHouse) -> None:
    account = house.account("erin-1", "desk-eight")
    phone = house.phone(account)
    phone.register()

    house.client("erin-1").delete_customer("erin-1")

    eventually(lambda: house.bindings_of(account) == [])
    phone.is_refused(401)


def test_one_account_cannot_register_the_address_of_another(house: EngineHouse) -> None:
    hers, his = house.account("alice", "desk-nine"), house.account("bobby", "desk-ten")
    impostor = house.phone(his)
    impostor.username = str(hers.sip_username)

    impostor.signs_in_as(str(his.sip_username)).is_refused(403)

    assert registrations(house, "alice", hers) == []


def test_bob_does_not_see_where_alice_has_registered(house: EngineHouse) -> None:
    account = house.account("alice", "desk-eleven")
    house.phone(account).register()

    assert registrations(house, "alice", account)
    assert registrations(house, "bobby", account) == []
