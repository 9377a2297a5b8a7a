import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g, render_template_string
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from sipsorcery_web.contract.time_zones import DEFAULT_TIME_ZONE, TIME_ZONE_NAMES, zone_of
from sipsorcery_web.contract.wire_types import FOREVER, NEVER
from sipsorcery_web.portal.ui import formats
from sipsorcery_web.portal.ui.formats import (
    breakable,
    clock,
    clock_told_apart,
    date,
    duration,
    iso,
    minute,
    seconds_until_it_reads_otherwise,
    zone_label,
)

EASTERN = "(GMT-05:00) Eastern Time (US & Canada)"
INDIA = "(GMT+05:30) Chennai, Kolkata, Mumbai, New Delhi"
ALICES_CALL = datetime(2024, 2, 2, 9, 12, 44, 987654, tzinfo=UTC)


def zone(name: str) -> ZoneInfo:
    found = zone_of(name)
    assert found is not None
    return found


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask(__name__)
    formats.init_app(app)
    with app.app_context():
        yield app


def test_a_moment_is_a_day_a_time_and_a_machines_text() -> None:
    assert date(ALICES_CALL, UTC) == "02 Feb 2024"
    assert clock(ALICES_CALL, UTC) == "09:12:44"
    assert iso(ALICES_CALL, UTC) == "2024-02-02T09:12:44+00:00"


def test_a_moment_can_be_on_another_day_elsewhere() -> None:
    late = datetime(2023, 12, 31, 20, 0, tzinfo=UTC)
    assert (date(late, zone(INDIA)), clock(late, zone(INDIA))) == ("01 Jan 2024", "01:30:00")
    assert iso(late, zone(INDIA)) == "2024-01-01T01:30:00+05:30"


def test_months_are_english_and_three_letters_long() -> None:
    months = [date(datetime(2024, month, 1, tzinfo=UTC), UTC)[3:6] for month in range(1, 13)]
    assert months == ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.mark.parametrize(
    ("name", "moment", "shown"),
    [
        (DEFAULT_TIME_ZONE, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "2026-03-29T00:59:59+00:00"),
        (DEFAULT_TIME_ZONE, datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), "2026-03-29T02:00:00+01:00"),
        (DEFAULT_TIME_ZONE, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T01:30:00+01:00"),
        (DEFAULT_TIME_ZONE, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T01:30:00+00:00"),
        (EASTERN, datetime(2024, 1, 15, 12, 0, tzinfo=UTC), "2024-01-15T07:00:00-05:00"),
        (EASTERN, datetime(2024, 7, 15, 12, 0, tzinfo=UTC), "2024-07-15T08:00:00-04:00"),
    ],
)
def test_the_offset_is_the_one_valid_at_that_moment(name: str, moment: datetime, shown: str) -> None:
    assert iso(moment, zone(name)) == shown
    assert clock(moment, zone(name)) == shown[11:19]


@pytest.mark.parametrize(
    ("name", "moment", "shown"),
    [
        (DEFAULT_TIME_ZONE, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "01:30:00 IST"),
        (DEFAULT_TIME_ZONE, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "01:30:00 GMT"),
        (DEFAULT_TIME_ZONE, datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC), "00:59:59"),
        (DEFAULT_TIME_ZONE, datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "02:00:00"),
        (DEFAULT_TIME_ZONE, datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "02:30:00"),
        (EASTERN, datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "01:30:00 EDT"),
        (EASTERN, datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "01:30:00 EST"),
    ],
)
def test_the_two_hours_that_read_the_same_are_told_apart(name: str, moment: datetime, shown: str) -> None:
    assert clock_told_apart(moment, zone(name)) == shown
    assert minute(moment, zone(name)) == shown.replace(":00", "", 1).replace(":59:59", ":59")


def test_a_zone_without_letters_tells_them_apart_by_their_offsets() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert clock_told_apart(datetime(2026, 4, 4, 14, 45, tzinfo=UTC), lord_howe) == "01:45:00 UTC+11:00"
    assert clock_told_apart(datetime(2026, 4, 4, 15, 15, tzinfo=UTC), lord_howe) == "01:45:00 UTC+10:30"


@pytest.mark.parametrize("name", [DEFAULT_TIME_ZONE, EASTERN, "(GMT+13:00) Nuku'alofa"])
@pytest.mark.parametrize(
    "moment",
    [
        None,
        NEVER,
        FOREVER,
        datetime.min,  # noqa: DTZ901
        datetime.max.replace(microsecond=0, tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_the_least_and_the_greatest_moment_are_never_in_every_zone(name: str, moment: datetime | None) -> None:
    assert date(moment, zone(name)) == "never"
    assert clock(moment, zone(name)) == ""
    assert iso(moment, zone(name)) == ""


def test_the_years_beside_them_are_shown() -> None:
    assert date(datetime(2, 1, 1, tzinfo=UTC), zone(EASTERN)) == "31 Dec 0001"
    assert date(datetime(9998, 12, 31, 20, tzinfo=UTC), zone(INDIA)) == "01 Jan 9999"


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        date(datetime(2024, 2, 2), UTC)  # noqa: DTZ001


@given(
    moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    name=st.sampled_from(TIME_ZONE_NAMES),
)
def test_the_machines_text_is_rfc_3339_and_the_same_moment(moment: datetime, name: str) -> None:
    text = iso(moment, zone(name))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text)
    assert datetime.fromisoformat(text) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (38.9, "38 s"),
        (59.99, "59 s"),
        (60, "1 min"),
        (48 * 60 + 59, "48 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (2 * 3600 + 5 * 60 + 1, "2 h 5 min"),
        (24 * 3600 - 1, "23 h 59 min"),
        (24 * 3600, "1 day"),
        (3 * 86400 + 5, "3 days"),
    ],
)
def test_a_span_says_what_a_reader_needs(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize("seconds", [-3.5, -0.25, 0, 0.75, 59, 59.5, 60, 119, 3599.5, 86_399, 86_400, 150_000.25])
def test_it_is_known_how_long_a_duration_reads_the_same(seconds: float) -> None:
    rest = seconds_until_it_reads_otherwise(seconds)
    assert rest > 0
    assert duration(seconds + rest - 0.125) == duration(seconds) != duration(seconds + rest)


@pytest.mark.parametrize(
    ("address", "broken"),
    [
        ("desk-1@sip.example.org", "desk-<wbr>1<wbr>@sip.<wbr>example.<wbr>org"),
        ("@a", "@a"),
        ("a.@b", "a.<wbr>@b"),
        ("ends.", "ends."),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_may_break_before_the_at_sign_and_after_hyphens_and_dots(address: str | None, broken: str) -> None:
    assert breakable(address) == Markup(broken)


@pytest.mark.parametrize(
    "hostile", ['<script>alert("x.y-z")</script>', "\"><img src=x onerror='a.b'>", "<wbr>", "&lt;b.c&gt;"]
)
def test_hostile_text_in_an_address_stays_text(hostile: str) -> None:
    shown = str(breakable(hostile)).replace("<wbr>", "")
    assert not re.search("[<>\"']", shown)
    assert html.unescape(shown) == hostile
    assert str(breakable(Markup(hostile))) == str(breakable(hostile))


@given(st.text(alphabet="ab@.-<>&\"'\n"))
def test_an_address_loses_nothing_to_its_breaks(address: str) -> None:
    assert html.unescape(str(breakable(address)).replace("<wbr>", "")) == address


@pytest.mark.parametrize(
    ("name", "at", "label"),
    [
        (DEFAULT_TIME_ZONE, datetime(2024, 2, 2, tzinfo=UTC), "Dublin time (GMT)"),
        (DEFAULT_TIME_ZONE, datetime(2024, 7, 2, tzinfo=UTC), "Dublin time (IST)"),
        (EASTERN, datetime(2024, 2, 2, tzinfo=UTC), "Eastern time (EST)"),
        (EASTERN.replace("GMT", "UTC"), datetime(2024, 7, 2, tzinfo=UTC), "Eastern time (EDT)"),
        ("(GMT+04:30) Kabul", datetime(2024, 2, 2, tzinfo=UTC), "Kabul time (UTC+04:30)"),
        ("(GMT-04:30) Caracas", datetime(2011, 2, 2, tzinfo=UTC), "Caracas time (UTC-04:30)"),
        ("Europe/Berlin", datetime(2024, 2, 2, tzinfo=UTC), "Berlin time (CET)"),
        ("Etc/GMT-3", datetime(2024, 2, 2, tzinfo=UTC), "UTC+03:00"),
        ("UTC", datetime(2024, 2, 2, tzinfo=UTC), "UTC"),
        (None, datetime(2024, 2, 2, tzinfo=UTC), "UTC"),
        (" ", datetime(2024, 2, 2, tzinfo=UTC), "UTC"),
        ("xyz", datetime(2024, 2, 2, tzinfo=UTC), "UTC (your zone “xyz” is not known here)"),
    ],
)
def test_a_zone_is_called_by_its_place_and_the_letters_of_the_moment(
    name: str | None, at: datetime, label: str
) -> None:
    assert zone_label(name, at) == label


@pytest.mark.usefixtures("app")
def test_templates_show_moments_in_the_visitors_zone() -> None:
    g.zone = zone(EASTERN)
    shown = render_template_string("{{ at | date }} {{ at | clock }} {{ at | iso }}", at=ALICES_CALL)
    assert shown == "02 Feb 2024 04:12:44 2024-02-02T04:12:44-05:00"


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("known", [True, False])
def test_templates_show_moments_in_utc_before_a_zone_is_known(known: bool) -> None:
    if known:
        no_zone: tzinfo | None = None
        g.zone = no_zone
    assert render_template_string("{{ at | clock }}", at=ALICES_CALL) == "09:12:44"


@pytest.mark.usefixtures("app")
def test_templates_show_spans_and_addresses() -> None:
    shown = render_template_string("{{ 125 | duration }} {{ '<b>.c' | breakable }}")
    assert shown == '2 min <span translate="no">&lt;b&gt;.<wbr>c</span>'


@pytest.mark.usefixtures("app")
def test_names_and_code_are_marked_as_not_to_be_translated() -> None:
    shown = render_template_string(
        "{{ 'Delete <b>?' | naming('<b>') }} {{ '&' | verbatim }} {{ none | verbatim }}|<code>x</code>"
    )
    assert shown == (
        'Delete <span translate="no">&lt;b&gt;</span>? <span translate="no">&amp;</span> |<code translate="no">x</code>'
    )
