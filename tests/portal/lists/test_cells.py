import csv
import io
from datetime import UTC, datetime, tzinfo
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.contract.time_zones import DEFAULT_TIME_ZONE, zone_of
from sipsorcery_web.portal.lists import cells
from sipsorcery_web.portal.lists.cells import column_writer, line, text_cell

TURNED = (
    "63647220-2020-2020-0000-000000000dec",  # an id: a number and a month
    "0871234567",
    "007",
    "00",
    "+353871234567",
    "1234567890123456",
    "12e3",
    "1E5",
    "1/2",
    "10-11",
    "00-11-22",
    "2026-01-02",
    "12:30",
    "3pm",
    "12:30 PM",
    "1,234",
    "1.50",
    "1.",
    "5%",
    "10 %",
    "(123)",
    "$5",
    "5 EUR",
    " 12",
    "Mar 1",
    "MAR1",
    "1. März 2026",
    "true",
    "Falsch",
    "\u0660\u0668\u0667",
)
"""What some spreadsheet, in some country, reads as a number, a time, a date or a truth."""
PLAIN = (
    "",
    "0",
    "101",
    "353871234567",
    "alice",
    "line-00001",
    "front-desk",
    "Snom/10.1",
    "203.0.113.41:5060",
    "sip:0871234567@northline.example",
    "3c26700c57f1@203.0.113.41",
    "5th floor",
    "may be",
    "yes",
    "true story",
    "d5f1d366-6a5b-4a0e-8c0c-9a3f8d1b7c21",
)


def cell(value: object, zone: tzinfo) -> str:
    """A value's cell as a spreadsheet reads it."""
    (written,) = column_writer(zone)([value])
    ((read, _),) = csv.reader(io.StringIO(f"{written},end\r\n", newline=""), strict=True)
    return read


@pytest.mark.parametrize("text", TURNED)
def test_what_a_spreadsheet_would_turn_into_something_else_is_marked_as_text(text: str) -> None:
    assert cell(text, UTC) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_what_it_leaves_alone_is_left_alone(text: str) -> None:
    assert cell(text, UTC) == text


def test_numbers_and_truths_are_what_they_are() -> None:
    assert [cell(value, UTC) for value in (0, 486, -1, True, False, None)] == ["0", "486", "-1", "yes", "no", ""]


def test_a_call_over_the_hour_that_comes_twice_ends_after_it_began() -> None:
    zone = zone_of(DEFAULT_TIME_ZONE) or UTC
    began, ended = datetime(2026, 10, 25, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 1, tzinfo=UTC)
    assert [cell(moment, zone) for moment in (began, ended)] == [
        "2026-10-25 01:59:00+01:00",
        "2026-10-25 01:01:00+00:00",
    ]


def test_what_parts_cells_somewhere_stands_in_quotes() -> None:
    assert line(["a;b", "a\tb", "a,b", 'a"b', "a\nb", " a", "a b"]) == '"a;b","a\tb","a,b","a""b","a\nb"," a",a b\r\n'


def test_nothing_invisible_is_in_a_cell() -> None:
    assert cell("+353\u202e17", UTC) == "'+353[U+202E]17"


@given(text=st.text("ab1@;,<>\"'\t\r\n =+-\uff0b\u202eé", max_size=12) | st.from_regex(cells._ADDRESS))
def test_an_address_is_written_as_any_text(text: str) -> None:
    assert cells.text_cell(text) == cells._cell(text)


@pytest.mark.parametrize("text", [*TURNED, *PLAIN])
@pytest.mark.parametrize("more", ["@", "@sip.example.org", ";tag=1@", " <sip:alice@sip.example.org>"])
def test_what_a_spreadsheet_turns_is_no_address(text: str, more: str) -> None:
    for address in (f"{text}{more}", f"<{text}{more}", f"sip:{text}{more}"):
        assert cells.text_cell(address) == cells._cell(address)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000 + "x",
        " " * 200_000 + "x",
        "1 " * 100_000 + "x",
        "mar" + "1" * 200_000 + "x",
        "<" + "a;b@" * 50_000 + ";",
    ],
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    before = perf_counter()
    cells.text_cell(text)
    assert perf_counter() - before < 2


def test_a_text_that_comes_again_in_a_column_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def noting(text: str) -> str:
        looked_at.append(text)
        return text_cell(text)

    monkeypatch.setattr(cells, "text_cell", noting)

    written = column_writer(UTC)(["=1", "OK"] * 50)

    assert written == ["'=1", "OK"] * 50
    assert sorted(looked_at) == ["=1", "OK"]
