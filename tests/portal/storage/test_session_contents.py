import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sipsorcery_web.portal.storage.session_contents import (
    EndedSession,
    LoginSession,
    SessionContents,
    SessionContentsError,
    with_changes,
)

NINE = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ALICE = LoginSession("alice", "t0ken", NINE, NINE + timedelta(hours=1), False, "Dublin, Edinburgh, Lisbon, London")


@pytest.mark.parametrize(
    "contents",
    [
        SessionContents(),
        SessionContents({"csrf_token": "abc", "name": "Grüße \ud83d 電話", "many": [1, None, {"a": True}]}),
        SessionContents({}, ALICE),
        SessionContents({}, replace(ALICE, proved_at=NINE)),
        SessionContents({"a": 1}, None, EndedSession("alice", NINE, None, "(GMT) Dublin")),
    ],
)
def test_contents_are_read_as_they_were_written(contents: SessionContents) -> None:
    assert SessionContents.from_json(contents.to_json()) == contents


def test_a_session_of_a_version_that_noted_no_proof_has_none() -> None:
    parts = json.loads(SessionContents({}, ALICE).to_json())
    del parts["visit"]["proved_at"]
    assert SessionContents.from_json(json.dumps(parts)) == SessionContents({}, ALICE)


def test_the_same_contents_are_the_same_text() -> None:
    elsewhere = ALICE.ends_at.astimezone(timezone(timedelta(hours=2)))

    assert (
        SessionContents({"a": 1, "b": 2}, ALICE).to_json()
        == SessionContents({"b": 2, "a": 1}, replace(ALICE, ends_at=elsewhere)).to_json()
    )


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", float("nan")])
def test_a_value_that_json_lacks_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        SessionContents({"value": value}).to_json()


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
    with pytest.raises(SessionContentsError):
        SessionContents.from_json(text)


def test_contents_from_a_later_version_are_not_guessed_at() -> None:
    parts = json.loads(SessionContents({}, ALICE).to_json())
    parts["visit"]["second_factor"] = True

    with pytest.raises(SessionContentsError):
        SessionContents.from_json(json.dumps(parts))


def test_no_repr_shows_a_secret() -> None:
    assert "t0ken" not in repr(SessionContents({}, ALICE))
    assert "s3cret" not in repr(EndedSession("alice", NINE, "s3cret"))


def test_changes_of_two_requests_are_both_kept() -> None:
    before = SessionContents({"kept": 1, "removed": 1, "changed": 1}, ALICE)
    mine = SessionContents({"kept": 1, "changed": 2, "added": 2}, replace(ALICE, time_zone="UTC"))
    later = ALICE.ends_at + timedelta(hours=1)
    theirs = SessionContents({"kept": 3, "removed": 1, "changed": 1, "other": 3}, replace(ALICE, ends_at=later))

    assert with_changes(before, mine, theirs) == SessionContents(
        {"kept": 3, "changed": 2, "added": 2, "other": 3}, replace(ALICE, time_zone="UTC", ends_at=later)
    )


def test_an_unchanged_session_changes_nothing() -> None:
    before = SessionContents({"a": 1}, ALICE)

    assert with_changes(before, before, SessionContents({}, None)) == SessionContents({}, None)
