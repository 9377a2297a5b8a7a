from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipsorcery_web.contract.records import CALLBACK_TYPE, PROVIDER_TYPE, GoogleVoiceCallbackType, ProviderType
from sipsorcery_web.contract.wire_types import (
    BOOLEAN,
    FOREVER,
    GUID,
    INT,
    NEVER,
    STRING,
    ZERO_ID,
    read_moment,
    write_moment,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "offset", "moment"),
    [
        ("2026-11-23T12:00:00Z", 0, NOON),
        ("2026-11-23T12:00:00Z", 600, NOON),
        ("2026-11-23T13:00:00+01:00", 0, NOON),
        ("2026-11-23T07:30:00-04:30", 0, NOON),
        ("2026-11-23T12:00:00", 0, NOON),
        ("2026-11-23T13:00:00", 60, NOON),
        ("2026-11-23T07:00:00", -300, NOON),
        (" 2026-11-23T12:00:00Z\n", 0, NOON),
        ("2026-11-23T12:00:00.5Z", 0, NOON + timedelta(milliseconds=500)),
        ("2026-11-23T12:00:00.1234567Z", 0, NOON + timedelta(microseconds=123456)),
        ("2026-11-23T12:00:00.9999999Z", 0, NOON + timedelta(microseconds=999999)),
        ("0001-01-01T00:00:00Z", 0, NEVER),
        ("0001-01-01T00:00:00", 600, NEVER),
        ("9999-12-31T23:59:59.9999999Z", 0, FOREVER),
        ("9999-12-31T23:59:59.9999999", -600, FOREVER),
        ("9999-12-31T23:59:59-14:00", 0, FOREVER),
        ("2026-11-23T12:00:00z", 0, NOON),
        ("2026-11-23", -720, NOON),
        ("2026-11-23-12:00", 0, NOON),
    ],
)
def test_a_time_is_read_as_an_instant(text: str, offset: int, moment: datetime) -> None:
    assert read_moment(text, offset) == moment
    assert read_moment(text, offset).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "12:00:00",
        "--11-23",
        "2026-11-31",
        "2026-11-23T12:00:00+02:60",
        "2026-11-23T24:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-23T12:00Z",
        "12026-11-23T12:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_moment(text, 0)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-11-23T12:00:00Z"),
        (NOON + timedelta(microseconds=120), "2026-11-23T12:00:00.00012Z"),
        (NOON.astimezone(timezone(timedelta(hours=10))), "2026-11-23T12:00:00Z"),
        (NEVER, "0001-01-01T00:00:00Z"),
        (FOREVER, "9999-12-31T23:59:59.9999999Z"),
        (datetime(987, 6, 5, tzinfo=UTC), "0987-06-05T00:00:00Z"),
    ],
)
def test_a_time_is_written_in_utc_without_trailing_zeros(moment: datetime, text: str) -> None:
    assert write_moment(moment) == text


@settings(max_examples=100, deadline=None, database=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_as_it_went(moment: datetime) -> None:
    assert read_moment(write_moment(moment), 0) == moment


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False), (" true ", True)]
)
def test_a_boolean_has_two_spellings_each(text: str, value: bool) -> None:
    assert BOOLEAN.read(text) is value


@pytest.mark.parametrize("text", ["", "True", "yes", "2"])
def test_another_word_is_no_boolean(text: str) -> None:
    with pytest.raises(KeyError):
        BOOLEAN.read(text)


def test_a_boolean_is_written_as_a_word() -> None:
    assert (BOOLEAN.write(True), BOOLEAN.write(False)) == ("true", "false")


def test_an_id_is_written_in_lower_case() -> None:
    known = UUID("6c62292e-236b-46ea-bdf8-225010869881")
    assert GUID.read("6C62292E-236B-46EA-BDF8-225010869881") == known
    assert GUID.write(known) == "6c62292e-236b-46ea-bdf8-225010869881"


@pytest.mark.parametrize("form", ["{0}", "{{{0}}}", "({0})", " {{{0}}}\n"])
def test_an_id_has_more_than_one_form(form: str) -> None:
    known = UUID("6c62292e-236b-46ea-bdf8-225010869881")

    assert GUID.read(form.format(known)) == known
    assert GUID.tidied(form.format(known)) == str(known)
    assert GUID.read(known.hex) == known


@pytest.mark.parametrize(
    "text", ["", "1", "{6c62292e-236b-46ea-bdf8-225010869881)", "{6c62292e236b46eabdf8225010869881}"]
)
def test_what_is_no_id_is_refused_and_stays_as_it_is(text: str) -> None:
    with pytest.raises(ValueError, match="is not a GUID"):
        GUID.read(text)
    assert GUID.tidied(text) == text


def test_the_values_of_enumerations_carry_the_names_of_the_wire() -> None:
    assert PROVIDER_TYPE.read("GoogleVoice") is ProviderType.GOOGLE_VOICE
    assert CALLBACK_TYPE.write(GoogleVoiceCallbackType.GIZMO) == "Gizmo"
    with pytest.raises(ValueError, match="googlevoice"):
        PROVIDER_TYPE.read("googlevoice")


def test_what_stands_for_absent() -> None:
    assert [kind.absent for kind in (STRING, INT, BOOLEAN, GUID)] == [None, 0, False, ZERO_ID]
    assert (PROVIDER_TYPE.absent, CALLBACK_TYPE.absent) == (ProviderType.SIP, None)
