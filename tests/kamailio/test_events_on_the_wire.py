"""The console, the ladder and its capture file have what tshark captures on loopback in the same run."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from sipsorcery_web.events.event import Event, EventType
from sipsorcery_web.events.ladder.ladder import ladder_of
from sipsorcery_web.events.registrations import WRONG_PASSWORD
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .test_baresip import baresip
from .test_events import SECRET, Console, is_kind
from .user_agent import UserAgent
from .wiretap import NEEDS, Heard, Wiretap, messages, said_in, warnings_of

pytestmark = [NEEDS, pytest.mark.usefixtures("collected")]
USUALLY_WITHIN = 0.005
AT_ONCE = timedelta(milliseconds=50)
"""Messages nearer to each other than this may change places: Kamailio takes the time when it comes to a message."""


def kept_of(console: Console, call_ids: Sequence[str], is_whole: Callable[[Sequence[Event]], bool]) -> list[Event]:
    """The events of some Call-IDs when they are whole."""
    return eventually(lambda: console.now(lambda event: event.call_id in call_ids), is_whole)


def agree(kept: Sequence[Event], heard: Sequence[Heard], folder: Path) -> None:
    """The same messages in the same order at the same times, without credentials, in all that is made of them."""
    told = messages(kept)
    in_ladder = [row.event for row in ladder_of(kept).messages]
    assert sorted(map(said_in, told), key=str) == sorted((each.said for each in heard), key=str)
    assert {said_in(each) for each in in_ladder} == {each.said for each in heard}
    late = [abs(event.time - near(event, heard).time).total_seconds() for event in told]
    assert median(late) < USUALLY_WITHIN, late
    order = [each.said for each in heard]
    for before, after in pairwise(told):
        first, second = near(before, heard), near(after, heard)
        assert order.index(first.said) <= order.index(second.said) or first.time - second.time < AT_ONCE
    text = "".join(event.text for event in told)
    assert not SECRET.search(text)
    assert warnings_of(folder, told) == []


def near(event: Event, heard: Sequence[Heard]) -> Heard:
    """The message of a capture that is the one of an event; of those that were sent again the nearest."""
    alike = [each for each in heard if each.said == said_in(event)]
    return min(alike, key=lambda each: abs(each.time - event.time))


def test_a_wrong_password(harness: KamailioHarness, wire: Wiretap, tmp_path: Path) -> None:
    account, console = harness.account("alice", "wire-wrong"), Console(harness, "alice")

    with baresip(harness, account.with_(sip_password="guessed1")):
        (refused,) = console.told(is_kind(EventType.RegisterFail))[:1]
    assert WRONG_PASSWORD in refused.text
    assert "baresip" in refused.text

    def refusals(found: Sequence[Event]) -> bool:
        return sum(event.text.startswith("SIP/2.0 401 ") for event in found) >= 2

    kept = kept_of(console, [refused.call_id], refusals)
    heard = wire.of_calls([refused.call_id], lambda found: len(found) >= len(messages(kept)))
    agree(kept_of(console, [refused.call_id], lambda found: len(messages(found)) == len(heard)), heard, tmp_path)
    sent = [line for event in messages(kept) for line in re.findall(r"^Authorization:.*", event.text, re.MULTILINE)]
    assert {line.strip() for line in sent} == {"Authorization: ***"}
    rows = eventually(lambda: harness.kamailio.kept_refusals().of_accounts([account.id]).get(account.id, ()))
    assert [(each.reason, each.address) for each in rows] == [("wrong password", "127.0.0.1")]


def test_a_call_that_is_forked_to_two_phones(
    harness: KamailioHarness, agent: Callable[..., UserAgent], wire: Wiretap, tmp_path: Path
) -> None:
    hers, his = harness.account("alice", "wire-hers"), agent("bobby", "wire-his")
    his.registers()
    console = Console(harness, "alice")
    with baresip(harness, harness.stored("bobby", "wire-his"), more=";answermode=auto"):
        eventually(lambda: len(harness.bindings_of(harness.stored("bobby", "wire-his"))) == 2)
        with baresip(harness, hers, f"/dial sip:wire-his@{DOMAIN}") as folder:
            invite = his.hears("INVITE")
            his.replies(invite, 180, "Ringing")
            his.replies(his.hears("CANCEL"), 200, "OK")
            his.replies(invite, 487, "Request Terminated")
            eventually(lambda: harness.legs("alice", "wire-his"))
            assert harness.kamailio.control.hang_up(harness.legs("alice", "wire-his")[0].id)
            eventually(lambda: b"session closed" in (folder / "log").read_bytes())

    call_id = invite["Call-ID"]
    (over,) = console.told(is_kind(EventType.MediatedCall))
    assert over.call_id == call_id
    heard = eventually(lambda: wire.of_calls([call_id], bool), lambda found: "BYE" in found[-1].said.cseq)
    kept = kept_of(console, [call_id], lambda found: len(messages(found)) >= len(heard))
    agree(kept, wire.of_calls([call_id], lambda found: len(found) == len(messages(kept))), tmp_path)
    assert {event.source for event in messages(kept)} >= {his.at}
