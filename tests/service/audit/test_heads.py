"""The file of the chains' ends."""

import logging
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from sipsorcery_web.service.audit.heads import Head, Heads

from ..conftest import at_once

ALICES, BOBS = UUID(int=1), UUID(int=2)


def head(number: int) -> Head:
    return Head(number, f"{number:064x}")


def test_the_furthest_end_of_each_chain_counts(heads: Heads) -> None:
    for chain, number in [(ALICES, 1), (ALICES, 3), (BOBS, 1), (ALICES, 2)]:
        heads.note(chain, head(number))

    assert heads.read() == {ALICES: head(3), BOBS: head(1)}


def test_there_are_none_where_nothing_was_noted(heads: Heads) -> None:
    heads.tidy()

    assert heads.read() == {}
    assert not heads.path.exists()


def test_the_file_is_its_owners_alone(heads: Heads) -> None:
    heads.note(ALICES, head(1))
    assert heads.path.stat().st_mode & 0o777 == 0o600
    heads.tidy()
    assert heads.path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_power_failure_has_cut_off_is_passed_by(heads: Heads) -> None:
    heads.note(ALICES, head(1))
    with heads.path.open("a") as file:
        file.write(f"{ALICES} 2 {'0' * 40}\n\0\0\0")

    assert heads.read() == {ALICES: head(1)}


def test_one_line_of_each_chain_is_kept(heads: Heads) -> None:
    for number in range(1, 9):
        heads.note(ALICES, head(number))
    heads.tidy()

    assert heads.path.read_text() == f"{ALICES} 8 {8:064x}\n"


def test_an_end_that_another_one_contradicts_stays_for_good(heads: Heads) -> None:
    heads.note(ALICES, head(8))
    for number in (7, 8, 9):  # of a chain that was cut off and has grown again
        heads.note(ALICES, Head(number, "f" * 64))
        heads.tidy()

    assert heads.read() == {ALICES: head(8)}


def test_no_line_is_lost_while_the_file_is_made_short(heads: Heads) -> None:
    notes = [partial(heads.note, UUID(int=number), head(number)) for number in range(1, 60)]

    assert at_once(*notes, *[heads.tidy] * 20) == []
    assert heads.read() == {UUID(int=number): head(number) for number in range(1, 60)}


def test_an_end_that_cannot_be_noted_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Heads(tmp_path / "away" / "heads").note(ALICES, head(1))

    assert "was not noted" in caplog.text
