"""The portal's commands to the engine, with phones that notice."""

from uuid import uuid4

import pytest

from sipsorcery_web.kamailio.rpc import KamailioAbsent, KamailioRefusal, Rpc
from tests.running import free_port

from .harness import KamailioHarness, eventually
from .sipp import ACKED, ANSWER, HUNG_UP_ON, RING


def test_hanging_up_ends_the_call_for_both_phones(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("hangs")
    answering = his.takes(RING, ANSWER, ACKED, *HUNG_UP_ON)
    calling = hers.calls(number, *hers.answered(number), *HUNG_UP_ON)
    eventually(lambda: harness.legs("alice", his.username))

    page = harness.own_browser("alice").open(f"/calls?q={his.username}").press("Hang up")
    assert page.notes == ["The call is hung up."]

    calling.wait()
    answering.wait()
    assert eventually(lambda: harness.legs("alice", his.username) == [])
    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.username])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Ended by the server")


def test_a_call_that_has_gone_is_not_hung_up(harness: KamailioHarness) -> None:
    assert not harness.kamailio.control.hang_up(uuid4())


def test_removing_a_binding_forgets_the_phone_at_once(harness: KamailioHarness) -> None:
    account = harness.account("alice", "removed-one")
    first, second = harness.phone(account), harness.phone(account)
    first.register()
    second.register()
    (removed,) = [contact for contact in harness.bindings_of(account) if str(first.port) in contact]

    page = harness.own_browser("alice").open(f"/registrations?q={first.port}")
    assert page.press("Remove").notes

    assert removed not in harness.bindings_of(account)
    assert len(harness.bindings_of(account)) == 1
    assert not harness.kamailio.control.remove_binding(uuid4())


def test_registering_now_with_an_unknown_provider_says_so(harness: KamailioHarness) -> None:
    assert not harness.kamailio.control.register_now(uuid4())


def test_the_control_channel_wants_the_secret(harness: KamailioHarness) -> None:
    with pytest.raises(KamailioRefusal, match="403"):
        Rpc(harness.settings.sip_rpc_port, lambda: "guessed").call("core.version")


def test_an_engine_that_is_not_there_is_absent() -> None:
    with pytest.raises(KamailioAbsent, match="does not answer"):
        Rpc(free_port(), lambda: "secret").call("core.version")
