"""The engine dies and comes back: nothing that was answered is lost, nothing that has ended comes back."""

import os
import signal

import pytest

from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .sipp import CONVERSATION


def kill_engine(harness: KamailioHarness) -> None:
    """Kill the engine as a crash would, and wait for the next one."""
    before = harness.supervisor.process_id
    assert before is not None
    os.kill(before, signal.SIGKILL)
    eventually(lambda: harness.supervisor.process_id not in (None, before) and harness.answers())


def test_a_registration_outlives_the_engine(harness: KamailioHarness) -> None:
    account = harness.account("alice", "outlives")
    phone = harness.phone(account)
    phone.register()

    kill_engine(harness)

    assert len(harness.page("alice", "/registrations?q=outlives").rows) == 1
    hers = harness.phone(harness.account("alice", "calls-after"))
    answering = phone.takes(*CONVERSATION)
    number = f"outlives@{DOMAIN}"
    hers.calls(number, *hers.talk(number, seconds=0.2)).wait()
    answering.wait()


def test_a_call_outlives_the_engine_and_its_record_is_whole(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("talks")
    answering = his.takes(*CONVERSATION)
    calling = hers.calls(number, *hers.talk(number, seconds=6))
    eventually(lambda: harness.legs("alice", his.username))

    kill_engine(harness)

    assert harness.legs("alice", his.username)
    calling.wait()
    answering.wait()
    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == his.username])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")
    assert eventually(lambda: harness.legs("alice", his.username) == [], seconds=3)
    kill_engine(harness)
    assert harness.legs("alice", his.username) == []


def test_an_account_that_is_disabled_while_the_engine_is_away_stays_without_phones(harness: KamailioHarness) -> None:
    account = harness.account("alice", "disabled-away")
    phone = harness.phone(account)
    phone.register()
    harness.stop_kamailio()

    harness.client("alice").sip_accounts.update(account.with_(is_user_disabled=True))

    harness.start_kamailio()
    assert harness.bindings_of(account) == []
    phone.is_refused(403)


@pytest.mark.parametrize("harness", ["sqlite"], indirect=True)  # half a minute between two looks of the engine's own
def test_a_call_whose_phones_died_is_gone_within_a_minute(harness: KamailioHarness) -> None:
    hers, his, number = harness.pair("dies")
    answering = his.takes(*CONVERSATION)
    calling = hers.calls(number, *hers.talk(number, seconds=100))
    eventually(lambda: harness.legs("alice", his.username))

    calling.end()
    answering.end()

    assert eventually(lambda: harness.legs("alice", his.username) == [], seconds=60)
