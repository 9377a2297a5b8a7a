"""Phones register, and the pages show it."""

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.service.operators import Operators

from .harness import KamailioHarness, eventually


def registrations(harness: KamailioHarness, owner: str, account: SIPAccount) -> list[str]:
    """Return the text about an account on the page of registrations."""
    rows = harness.page(owner, f"/registrations?q={account.sip_username}").rows
    return [row for row in rows if str(account.sip_username) in row]


def test_a_phone_with_the_right_password_is_registered_and_shown(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-one")
    phone = harness.phone(account)

    phone.register()

    (row,) = registrations(harness, "alice", account)
    assert f"127.0.0.1:{phone.port}" in row
    assert "Registered" in next(row for row in harness.page("alice", "/sip-accounts").rows if "desk-one" in row)
    (binding,) = harness.client("alice").registrar_bindings.page()
    assert (binding.expiry, binding.user_agent) == (600, "sipp")
    assert binding.remote_sip_socket == f"udp:127.0.0.1:{phone.port}"

    phone.register(expires=0)
    assert registrations(harness, "alice", account) == []


def test_a_registration_keeps_its_id_when_the_phone_refreshes_it(harness: KamailioHarness) -> None:
    account = harness.account("carol", "refreshed")
    phone = harness.phone(account)

    phone.register()
    first = harness.client("carol").registrar_bindings.page()[0]
    phone.register(expires=900)
    second = harness.client("carol").registrar_bindings.page()[0]

    assert (first.id, second.expiry) == (second.id, 900)


def test_a_wrong_password_registers_nothing(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-two")

    harness.phone(account, password="guessed1").is_refused(401)

    assert registrations(harness, "alice", account) == []


def test_a_phone_registers_over_tcp(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-tcp")

    harness.phone(account, transport="t1").register()

    (row,) = registrations(harness, "alice", account)
    assert "tcp:127.0.0.1" in row


def test_a_disabled_account_loses_its_phones_and_gets_none(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-three")
    phone = harness.phone(account)
    phone.register()

    harness.client("alice").sip_accounts.update(account.with_(is_user_disabled=True))

    assert registrations(harness, "alice", account) == []
    phone.is_refused(403)
    harness.client("alice").sip_accounts.update(account.with_(is_user_disabled=False))
    phone.register()


def test_a_new_password_ends_what_the_old_one_registered(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-four")
    phone = harness.phone(account)
    phone.register()

    harness.client("alice").sip_accounts.update(account.with_(sip_password="n3wpassword"))

    assert registrations(harness, "alice", account) == []
    phone.is_refused(401)
    harness.phone(account, password="n3wpassword").register()


def test_another_change_leaves_the_phones_alone(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-five")
    harness.phone(account).register()

    harness.client("alice").sip_accounts.update(account.with_(network_id="office"))

    assert registrations(harness, "alice", account)


def test_a_deleted_account_takes_its_phones_with_it(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-six")
    phone = harness.phone(account)
    phone.register()

    harness.client("alice").sip_accounts.delete(account)

    eventually(lambda: harness.bindings_of(account) == [])
    phone.is_refused(401)


def test_a_suspended_customer_has_no_phones(harness: KamailioHarness) -> None:
    account = harness.account("dave-1", "desk-seven")
    phone = harness.phone(account)
    phone.register()
    operators = Operators(harness.service_context)

    operators.suspend("dave-1", "unpaid")
    eventually(lambda: harness.bindings_of(account) == [])
    phone.is_refused(403)
    operators.resume("dave-1")
    phone.register()


def test_a_deleted_customer_leaves_nothing_in_the_engine(harness: KamailioHarness) -> None:
    account = harness.account("erin-1", "desk-eight")
    phone = harness.phone(account)
    phone.register()

    harness.client("erin-1").delete_customer("erin-1")

    eventually(lambda: harness.bindings_of(account) == [])
    phone.is_refused(401)


def test_one_account_cannot_register_the_address_of_another(harness: KamailioHarness) -> None:
    hers, his = harness.account("alice", "desk-nine"), harness.account("bobby", "desk-ten")
    impostor = harness.phone(his)
    impostor.username = str(hers.sip_username)

    impostor.signs_in_as(str(his.sip_username)).is_refused(403)

    assert registrations(harness, "alice", hers) == []


def test_bob_does_not_see_where_alice_has_registered(harness: KamailioHarness) -> None:
    account = harness.account("alice", "desk-eleven")
    harness.phone(account).register()

    assert registrations(harness, "alice", account)
    assert registrations(harness, "bobby", account) == []
