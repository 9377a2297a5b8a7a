"""What the portal asks of the engine, with phones that notice."""

from uuid import uuid4

import pytest

from sipsorcery_web.engine.rpc import EngineAbsent, EngineRefusal, Rpc

from .house import EngineHouse, eventually
from .sipp import ACKED, ANSWER, HUNG_UP_ON, RING, free_port


def test_hanging_up_ends_the_call_for_both_phones(house: EngineHouse) -> None:
    hers, his, number = house.pair("hangs")
    answering = his.takes(RING, ANSWER, ACKED, *HUNG_UP_ON)
    calling = hers.calls(number, *hers.answered(number), *HUNG_UP_ON)
    eventually(lambda: house.legs("alice", his.username))

    page = house.own_browser("alice").open(f"/calls?q={his.username}").press("Hang up")
    assert page.notes == ["The call is hung up."]

    calling.wait()
    answering.wait()
    assert eventually(lambda: house.legs("alice", his.username) == [])
    (cdr,) = eventually(lambda: [cdr for cdr in house.records("alice") if cdr.dst == his.username])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Ended by the server")


def test_a_call_that_has_gone_is_not_hung_up(house: EngineHouse) -> None:
    assert not house.engine.control.hang_up(uuid4())


def test_removing_a_binding_forgets_the_phone_at_once(house: EngineHouse) -> None:
    account = house.account("alice", "removed-one")
    first, second = house.phone(account), house.phone(account)
    first.register()
    second.register()
    (removed,) = [contact for contact in house.bindings_of(account) if str(first.port) in contact]

    page = house.own_browser("alice").open(f"/registrations?q={first.port}")
    assert page.press("Remove").notes

    assert removed not in house.bindings_of(account)
    assert len(house.bindings_of(account)) == 1
    assert not house.engine.control.remove_binding(uuid4())


def test_registering_now_with_an_unknown_provider_says_so(house: EngineHouse) -> None:
    assert not house.engine.control.register_now(uuid4())


def test_the_control_channel_wants_the_secret(house: EngineHouse) -> None:
    with pytest.raises(EngineRefusal, match="403"):
        Rpc(house.settings.sip_rpc_port, lambda: "guessed").call("core.version")


def test_an_engine_that_is_not_there_is_absent() -> None:
    with pytest.raises(EngineAbsent, match="does not answer"):
        Rpc(free_port(), lambda: "secret").call("core.version")
