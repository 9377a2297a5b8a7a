"""The engine dies and comes back: nothing that was answered is lost, nothing that has ended comes back."""

import os
import signal

import pytest

from tests.conftest import DOMAIN

from .house import EngineHouse, eventually
from .sipp import CONVERSATION


def kill_engine(house: EngineHouse) -> None:
    """As a crash would, and wait for the next one."""
    before = house.supervisor.process_id
    os.kill(before, signal.SIGKILL)
    eventually(lambda: house.supervisor.process_id not in (None, before) and house.answers())


def test_a_registration_outlives_the_engine(house: EngineHouse) -> None:
    account = house.account("alice", "outlives")
    phone = house.phone(account)
    phone.register()

    kill_engine(house)

    assert len(house.page("alice", "/registrations?q=outlives").rows) == 1
    hers = house.phone(house.account("alice", "calls-after"))
    answering = phone.takes(*CONVERSATION)
    number = f"outlives@{DOMAIN}"
    hers.calls(number, *hers.talk(number, seconds=0.2)).wait()
    answering.wait()


def test_a_call_outlives_the_engine_and_its_record_is_whole(house: EngineHouse) -> None:
    hers, his, number = house.pair("talks")
    answering = his.takes(*CONVERSATION)
    calling = hers.calls(number, *hers.talk(number, seconds=6))
    eventually(lambda: house.legs("alice", his.username))

    kill_engine(house)

    assert house.legs("alice", his.username)
    calling.wait()
    answering.wait()
    (cdr,) = eventually(lambda: [cdr for cdr in house.records("alice") if cdr.dst == his.username])
    assert (cdr.answered_status, cdr.hungup_reason) == (200, "Client dialogue hungup")
    assert eventually(lambda: house.legs("alice", his.username) == [], seconds=3)
    kill_engine(house)
    assert house.legs("alice", his.username) == []


def test_an_account_that_is_disabled_while_the_engine_is_away_stays_without_phones(house: EngineHouse) -> None:
    account = house.account("alice", "disabled-away")
    phone = house.phone(account)
    phone.register()
    house.stop_kamailio()

    house.client("alice").sip_accounts.update(account.with_(is_user_disabled=True))

    house.start_kamailio()
    assert house.bindings_of(account) == []
    phone.is_refused(403)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)  # half a minute between two looks of the engine's own
def test_a_call_whose_phones_died_is_gone_within_a_minute(house: EngineHouse) -> None:
    hers, his, number = house.pair("dies")
    answering = his.takes(*CONVERSATION)
    calling = hers.calls(number, *hers.talk(number, seconds=100))
    eventually(lambda: house.legs("alice", his.username))

    calling.end()
    answering.end()

    assert eventually(lambda: house.legs("alice", his.username) == [], seconds=60)
