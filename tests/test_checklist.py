"""Every row of the acceptance checklist has a test that is there, or a reason."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.browser.views import VIEWS

TOP = Path(__file__).resolve().parent.parent
CHECKLIST = TOP / "tests" / "checklist.md"
LAST = 116
PROOF = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """A row: its id, the names of what proves it, and why nothing does."""

    id: str
    what: str
    proofs: tuple[str, ...]
    reason: str


def rows() -> list[Row]:
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in CHECKLIST.read_text("utf-8").splitlines()]
    return [
        Row(each[0], each[1], tuple(PROOF.findall(each[2])), each[3])
        for each in cells
        if len(each) == 4 and each[0].startswith("SL-")
    ]


@cache
def functions_of(file: str) -> set[str]:
    """The test functions of a file."""
    path = TOP / file
    if not path.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def is_there(proof: str) -> bool:
    kind, colon, view = proof.partition(":")
    if kind == "view" and colon:
        return view in VIEWS
    file, _, function = proof.partition("::")
    return function.startswith("test_") and function in functions_of(file)


def test_every_row_is_there_once_and_in_order() -> None:
    assert [row.id for row in rows()] == [f"SL-{number:02}" for number in range(1, LAST + 1)]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_row_is_proved_by_tests_that_there_are_or_says_why_not(row: Row) -> None:
    assert row.what
    assert row.proofs or row.reason, f"{row.id} is neither proved nor out of place"
    assert [proof for proof in row.proofs if not is_there(proof)] == []


@pytest.mark.parametrize(
    "proof", ["tests/test_checklist.py::test_nobody_wrote_it", "tests/nowhere.py::test_it", "view:nowhere", "words"]
)
def test_a_name_that_leads_nowhere_is_noticed(proof: str) -> None:
    assert not is_there(proof)
