"""The filters that a service has refused."""

import pytest

from sipsorcery_web.contract.filters import Expression, Member, Not, all_of, any_of, prop
from sipsorcery_web.portal.lists import refused_filters
from sipsorcery_web.portal.lists.refused_filters import RefusedFilters, form_of
from tests.conftest import Clock

DST, STATUS, OFF = prop("Dst"), prop("AnsweredStatus"), prop("IsUserDisabled")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DST.contains("1"), DST.contains("2")),
        (any_of(STATUS.equals(486), STATUS.equals(600)), any_of(STATUS.equals(403), STATUS.equals(603), STATUS.equals(606))),
        (all_of(DST.lower().equals("a"), OFF), all_of(DST.lower().equals("b"), OFF)),
    ],
)  # fmt: skip
def test_what_is_looked_for_makes_no_difference(one: Expression, other: Expression) -> None:
    assert form_of("GetCDRs", one) == form_of("GetCDRs", other)


@pytest.mark.parametrize(
    "other",
    [
        DST.starts_with("1"),
        prop("DstURI").contains("1"),
        DST.equals("1"),
        DST.differs("1"),
        Not(DST.contains("1")),
        Member(DST, "Length").equals(1),
        all_of(DST.contains("1"), OFF),
        any_of(DST.contains("1"), OFF),
    ],
)
def test_names_and_operators_make_the_difference(other: Expression) -> None:
    assert form_of("GetCDRs", DST.contains("1")) != form_of("GetCDRs", other)
    assert form_of("GetCDRs", other) != form_of("GetCalls", other)


def test_a_refusal_counts_for_everybody_or_for_one_alone(clock: Clock) -> None:
    refused = RefusedFilters(clock)
    refused.note("GetCDRs", OFF)
    refused.note("GetCDRs", DST.contains("1"), "alice")

    assert [refused.has("GetCDRs", OFF, name) for name in ("alice", "bobby")] == [True, True]
    assert [refused.has("GetCDRs", DST.contains("2"), name) for name in ("alice", "bobby")] == [True, False]


def test_a_refusal_is_forgotten_after_an_hour(clock: Clock) -> None:
    refused = RefusedFilters(clock)
    refused.note("GetCDRs", OFF)
    clock.pass_(minutes=59)
    assert refused.has("GetCDRs", OFF, "alice")
    clock.pass_(minutes=1)
    assert not refused.has("GetCDRs", OFF, "alice")


def test_there_is_room_for_so_many(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_filters, "MOST", 3)
    refused = RefusedFilters(clock)
    for number in range(8):
        refused.note("GetCDRs", prop(f"Field{number}"))
        assert len(refused._since) <= 3
        assert refused.has("GetCDRs", prop(f"Field{number}"), "alice")
