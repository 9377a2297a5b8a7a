"""The ladder as text."""

from datetime import timedelta

import pytest

from sipsorcery_web.events.ladder.ladder import ladder_of
from sipsorcery_web.events.ladder.text import offset_words, text_of
from tests.factories.events import ALICE, SERVICE, refused_call


def test_parties_messages_notes_and_gaps_stand_in_order() -> None:
    text = text_of(ladder_of(refused_call()))

    assert text.startswith(f"alice: {ALICE}\n{SERVICE}: {SERVICE}\n")
    wanted = [
        f"--- 1. +0.000 s {ALICE} -> {SERVICE} (udp)\nINVITE sip:bob@sip.example.org SIP/2.0\nVia: ",
        "--- 4. +0.020 s 203.0.113.41:5060 -> 192.0.2.1:5060 (udp), sent 3 times\n",
        "--- +1.530 s NewCall\n    New call from alice to bob\n",
        "--- nothing for 7.0 s ---\n",
        "SIP/2.0 486 Busy Here\n",
    ]
    places = [text.index(each) for each in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "+0.000 s"), (59.9994, "+59.999 s"), (62.5, "+1:02.500"), (3600, "+60:00.000")]
)
def test_an_offset_is_told_to_the_millisecond(seconds: float, words: str) -> None:
    assert offset_words(timedelta(seconds=seconds)) == words
