"""Calls that ring without a plan, from one Kamailio to the next."""

import base64
from collections.abc import Sequence

import pytest

from sipsorcery_web.kamailio.call_channel.ringing_calls import RingingCalls


class Stand:
    """The list of them, with the records that it writes."""

    def __init__(self) -> None:
        self.recorded: list[str] = []
        self.calls = RingingCalls(self._record)

    def _record(self, invites: Sequence[str]) -> None:
        self.recorded += invites

    def rings(self, dialog: str) -> None:
        self.calls.take({"ev": "rings", "dialog": dialog, "invite": base64.b64encode(f"of {dialog}".encode()).decode()})

    def rang(self, dialog: str) -> None:
        self.calls.take({"ev": "rang", "dialog": dialog})

    def told(self, since: float) -> None:
        self.calls.take({"ev": "told", "since": str(since)})


@pytest.fixture
def stand() -> Stand:
    stand = Stand()
    stand.told(1)
    for dialog in ("1:1", "1:2"):
        stand.rings(dialog)
    stand.rang("1:1")
    return stand


def test_calls_that_rang_when_kamailio_ended_are_recorded_once(stand: Stand) -> None:
    stand.calls.gone()
    stand.told(2)
    assert stand.recorded == ["of 1:2"]
    stand.calls.gone()
    stand.told(3)
    assert stand.recorded == ["of 1:2"]


def test_the_same_kamailio_tells_again_what_still_rings(stand: Stand) -> None:
    stand.calls.gone()
    stand.rings("1:3")
    stand.told(1)
    assert stand.recorded == []
    stand.calls.gone()
    stand.told(2)
    assert stand.recorded == ["of 1:3"]


def test_what_the_next_kamailio_has_before_it_has_told_all_goes_on(stand: Stand) -> None:
    stand.calls.gone()
    stand.rings("2:1")
    stand.told(2)
    assert stand.recorded == ["of 1:2"]
    stand.rang("2:1")
    stand.calls.gone()
    stand.told(3)
    assert stand.recorded == ["of 1:2"]
