"""docs/asvs.md: each requirement of levels 1 and 2 once, with a place that there is or a reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from .test_checklist import TOP, functions_of

DOCUMENT = TOP / "docs/asvs.md"
LEVELS_1_AND_2: Mapping[str, int] = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; those of level 3 come after them."""
NUMBERS = [f"{section}.{number}" for section, count in LEVELS_1_AND_2.items() for number in range(1, count + 1)]
STATES = {"met", "in part", "no", "n/a"}
PLACE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """A row: the numbers it is about, what is so, how, and where."""

    numbers: Sequence[str]
    state: str
    how: str
    places: Sequence[str]


def rows() -> Iterator[Row]:
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and re.match(r"\d+\.\d+\.\d+", cells[0]):
            yield Row(numbers_of(cells[0]), cells[1], cells[2], PLACE.findall(cells[3]))


def numbers_of(cell: str) -> Sequence[str]:
    """Return the numbers that a cell names: one, or those from the first to the last."""
    first, _, last = cell.partition("–")
    return NUMBERS[NUMBERS.index(first) : NUMBERS.index(last or first) + 1]


def is_there(place: str) -> bool:
    file, colons, function = place.partition("::")
    return function in functions_of(file) if colons else (TOP / file).exists()


def test_every_requirement_of_levels_1_and_2_is_there_once_and_in_order() -> None:
    assert [number for row in rows() for number in row.numbers] == NUMBERS
    assert len(NUMBERS) == 253


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.numbers[0])
def test_it_says_what_is_so_and_where_in_places_that_there_are(row: Row) -> None:
    assert row.state in STATES
    assert row.how
    assert row.places or row.state == "n/a"
    assert [place for place in row.places if not is_there(place)] == []


@pytest.mark.parametrize(
    "place", ["tests/test_asvs.py::test_nobody_wrote_it", "tests/nowhere.py::test_it", "docs/nowhere.md"]
)
def test_a_place_that_there_is_not_is_noticed(place: str) -> None:
    assert not is_there(place)
