"""Records of the DNS, and for how long they are remembered."""

import pytest

from sipsorcery_web.network.dns_records import (
    LONG_ENOUGH,
    LONGEST,
    MOST_REMEMBERED,
    WITHOUT_RECORDS,
    Answer,
    KnownRecords,
    answer_of,
)
from tests.name_server import NameServer, name_server

__all__ = ["name_server"]

NAME = "sip.northline.example"


class Names:
    """A name server, of which it is noted what it was asked for."""

    def __init__(self, answer: Answer) -> None:
        self.now = 1000.0
        self.answer = answer
        self.asked: list[str] = []
        self.known = KnownRecords(self.look_up, lambda: self.now)

    def look_up(self, name: str, kind: str, _seconds: float) -> Answer:
        self.asked.append(f"{name} {kind}")
        return self.answer

    def records(self, name: str = NAME, kind: str = "NAPTR") -> object:
        return self.known.records_of(name, kind, 5.0)


def test_records_are_asked_for_again_when_their_time_is_over() -> None:
    names = Names(Answer(["first"], 30.0))
    assert names.records() == names.records(NAME.upper()) == ["first"]
    assert names.asked == [f"{NAME} NAPTR"]

    names.answer = Answer(["second"], 30.0)
    names.now += 29
    assert names.records() == ["first"]
    names.now += 1
    assert names.records() == ["second"]


def test_other_records_of_a_name_are_others() -> None:
    names = Names(Answer(["one"], 30.0))
    names.records()
    names.records(kind="SRV")

    assert names.asked == [f"{NAME} NAPTR", f"{NAME} SRV"]


def test_records_that_may_not_be_remembered_are_asked_for_each_time() -> None:
    names = Names(Answer(["one"], 0.0))
    names.records()
    names.records()

    assert len(names.asked) == 2


def test_of_many_names_the_last_are_remembered() -> None:
    names = Names(Answer(["one"], 30.0))
    for number in range(MOST_REMEMBERED + 1):
        names.records(f"{number}.example")
    names.asked.clear()
    for number in (0, MOST_REMEMBERED):
        names.records(f"{number}.example")

    assert names.asked == ["0.example NAPTR"]


def test_a_name_server_says_for_how_long_its_records_hold(name_server: NameServer) -> None:
    name_server.knows(NAME, "SRV", "10 10 5070 one.example.")

    answer = answer_of(NAME, "SRV", 5.0)

    assert [each.port for each in answer.records] == [5070]
    assert answer.seconds == 60


def test_no_name_server_has_its_records_remembered_for_days(name_server: NameServer) -> None:
    name_server.seconds = 30 * 86_400
    name_server.knows(NAME, "SRV", "10 10 5070 one.example.")

    assert answer_of(NAME, "SRV", 5.0).seconds == LONGEST


@pytest.mark.parametrize(("seconds", "remembered"), [(5.0, WITHOUT_RECORDS), (LONG_ENOUGH / 2, 0.0)])
def test_a_name_without_records_is_remembered_by_who_had_time_to_ask(
    name_server: NameServer, seconds: float, remembered: float
) -> None:
    assert answer_of(NAME, "SRV", seconds) == Answer((), remembered)
