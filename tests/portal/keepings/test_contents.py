import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sipsorcery_web.portal.keepings.contents import Contents, ContentsError, EndedSession, Visit, with_changes

NINE = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ALICE = Visit("alice", "t0ken", NINE, NINE + timedelta(hours=1), False, "Dublin, Edinburgh, Lisbon, London")


@pytest.mark.parametrize(
    "contents",
    [
        Contents(),
        Contents({"csrf_token": "abc", "name": "Grüße \ud83d 電話", "many": [1, None, {"a": True}]}),
        Contents({}, ALICE),
        Contents({"a": 1}, None, EndedSession("alice", NINE, None, "(GMT) Dublin")),
    ],
)
def test_contents_are_read_as_they_were_written(contents: Contents) -> None:
    assert Contents.from_json(contents.to_json()) == contents


def test_the_same_contents_are_the_same_text() -> None:
    elsewhere = ALICE.ends_at.astimezone(timezone(timedelta(hours=2)))

    assert (
        Contents({"a": 1, "b": 2}, ALICE).to_json()
        == Contents({"b": 2, "a": 1}, replace(ALICE, ends_at=elsewhere)).to_json()
    )


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", float("nan")])
def test_a_value_that_json_lacks_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Contents({"value": value}).to_json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"values":{},"visit":{},"ended":null}',
        '{"values":{},"visit":null,"ended":{"username":"alice","ended_at":5,"csrf_secret":null}}',
        '{"values":7,"visit":null,"ended":null}',
    ],
)
def test_contents_of_another_shape_are_not_read(text: str) -> None:
    with pytest.raises(ContentsError):
        Contents.from_json(text)


def test_contents_from_a_later_version_are_not_guessed_at() -> None:
    parts = json.loads(Contents({}, ALICE).to_json())
    parts["visit"]["second_factor"] = True

    with pytest.raises(ContentsError):
        Contents.from_json(json.dumps(parts))


def test_no_repr_shows_a_secret() -> None:
    assert "t0ken" not in repr(Contents({}, ALICE))
    assert "s3cret" not in repr(EndedSession("alice", NINE, "s3cret"))


def test_changes_of_two_requests_are_both_kept() -> None:
    before = Contents({"kept": 1, "removed": 1, "changed": 1}, ALICE)
    mine = Contents({"kept": 1, "changed": 2, "added": 2}, replace(ALICE, time_zone="UTC"))
    later = ALICE.ends_at + timedelta(hours=1)
    theirs = Contents({"kept": 3, "removed": 1, "changed": 1, "other": 3}, replace(ALICE, ends_at=later))

    assert with_changes(before, mine, theirs) == Contents(
        {"kept": 3, "changed": 2, "added": 2, "other": 3}, replace(ALICE, time_zone="UTC", ends_at=later)
    )


def test_an_unchanged_session_changes_nothing() -> None:
    before = Contents({"a": 1}, ALICE)

    assert with_changes(before, before, Contents({}, None)) == Contents({}, None)
