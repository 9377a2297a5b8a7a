import hashlib
import re
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from sipsorcery_web.contract import time_zones
from sipsorcery_web.contract.time_zones import (
    DEFAULT_TIME_ZONE,
    TIME_ZONE_NAMES,
    offset_minutes,
    place_of,
    places_of,
    zone_of,
)

EASTERN = "(GMT-05:00) Eastern Time (US & Canada)"

# Names whose number is no longer, or never was, the standard offset of the place: minutes in 2025, and why.
OTHER_OFFSETS_IN_2025 = {
    "(GMT-04:30) Caracas": -240,  # back to -04:00 in 2016
    "(GMT-03:00) Georgetown": -240,  # Guyana has had -04:00 since 1992; Windows moved it later
    "(GMT-03:00) Greenland": -120,  # since 2023
    "(GMT) Casablanca": 60,  # summer time all year from 2018 to 2026, save in Ramadan
    "(GMT+02:00) Amman": 180,  # summer time all year since 2022
    "(GMT+02:00) Minsk": 180,  # since 2011
    "(GMT+03:00) Tbilisi": 240,  # since 2005
    "(GMT+06:00) Almaty, Novosibirsk": 420,  # Novosibirsk since 2016
}


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def offset_in(name: str) -> int:
    parts = re.fullmatch(r"\(GMT(?:([+-])(\d\d):(\d\d))?\) .+", name)
    assert parts is not None
    sign, hours, minutes = parts.groups("0")
    return (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1)


@pytest.fixture
def wrong_system_files(tmp_path: Path) -> Iterator[None]:
    """A machine whose own zone files say that Dublin keeps the time of Tokyo."""
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Dublin").write_bytes((files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes())
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    time_zones._load.cache_clear()
    yield
    zoneinfo.reset_tzpath()


def test_there_are_88_names_and_not_a_letter_of_them_changes() -> None:
    assert len(TIME_ZONE_NAMES) == 88
    # Stored records hold these very strings.
    digest = hashlib.sha256("\n".join(TIME_ZONE_NAMES).encode()).hexdigest()
    assert digest == "63c0db12623197d72d887f6c0d43a95d6bff80c309c2cb237a980dd4fa8c9caf"


def test_the_default_is_entry_31_as_in_the_original_client() -> None:
    assert TIME_ZONE_NAMES.index(DEFAULT_TIME_ZONE) == 31


@pytest.mark.parametrize("name", TIME_ZONE_NAMES)
def test_a_name_means_the_same_zone_in_both_spellings(name: str) -> None:
    zone = zone_of(name)
    assert zone is not None
    assert zone_of(name.replace("GMT", "UTC", 1)) is zone
    assert zone_of(zone.key) is zone


@pytest.mark.parametrize("name", TIME_ZONE_NAMES)
def test_the_standard_offset_is_the_one_in_the_name_save_for_listed_places(name: str) -> None:
    standard = min(offset_minutes(name, utc(2025, 1, 15)), offset_minutes(name, utc(2025, 7, 15)))
    assert standard == OTHER_OFFSETS_IN_2025.get(name, offset_in(name))


def test_every_listed_exception_differs_from_its_name() -> None:
    assert all(offset != offset_in(name) for name, offset in OTHER_OFFSETS_IN_2025.items())


@pytest.mark.parametrize(
    ("name", "at", "minutes"),
    [
        (DEFAULT_TIME_ZONE, utc(2011, 3, 27, 0, 59, 59), 0),
        (DEFAULT_TIME_ZONE, utc(2011, 3, 27, 1), 60),
        (DEFAULT_TIME_ZONE, utc(2026, 10, 25, 0, 59, 59), 60),
        (DEFAULT_TIME_ZONE, utc(2026, 10, 25, 1), 0),
        (EASTERN, utc(2011, 3, 13, 6, 59, 59), -300),
        (EASTERN, utc(2011, 3, 13, 7), -240),
        ("(GMT+10:00) Hobart", utc(2011, 7, 1), 600),
        ("(GMT+10:00) Hobart", utc(2026, 1, 1), 660),
        ("(GMT+10:00) Brisbane", utc(2026, 1, 1), 600),
        ("(GMT-03:30) Newfoundland", utc(2026, 7, 1), -150),
        ("(GMT+05:45) Kathmandu", utc(2026, 7, 1), 345),
        ("(GMT-04:30) Caracas", utc(2011, 7, 1), -270),
        ("(GMT-04:30) Caracas", utc(2026, 7, 1), -240),
        ("(GMT+03:00) Moscow, St. Petersburg, Volgograd", utc(2011, 1, 15), 180),
        ("(GMT+03:00) Moscow, St. Petersburg, Volgograd", utc(2011, 7, 15), 240),
        ("(GMT+03:00) Moscow, St. Petersburg, Volgograd", utc(2026, 7, 15), 180),
        ("(GMT-03:00) Brasilia", utc(2011, 1, 15), -120),
        ("(GMT-03:00) Brasilia", utc(2026, 1, 15), -180),
    ],
)
def test_offsets_follow_the_rules_of_their_day(name: str, at: datetime, minutes: int) -> None:
    assert offset_minutes(name, at) == minutes


@pytest.mark.parametrize("iana", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT-3", "UTC"])
def test_an_iana_name_is_a_zone(iana: str) -> None:
    zone = zone_of(iana)
    assert zone is not None
    assert zone.key == iana


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        " ",
        "xyz",
        "(GMT+01:00) Atlantis",
        "Eastern Time (US & Canada)",
        "Europe",
        "Europe/",
        "europe/berlin",
        "../zones",
        "/etc/localtime",
        "Europe/Berlin\0",
        "\ud800",
        "x" * 5000,
    ],
)
def test_an_unknown_name_is_no_zone_and_has_no_offset(name: str | None) -> None:
    assert zone_of(name) is None
    assert offset_minutes(name, utc(2026, 7, 1)) == 0


@pytest.mark.usefixtures("wrong_system_files")
def test_the_machines_own_zone_files_are_not_asked() -> None:
    system = zoneinfo.ZoneInfo.no_cache("Europe/Dublin")
    assert utc(2026, 7, 1).astimezone(system).utcoffset() == timedelta(hours=9)
    assert offset_minutes(DEFAULT_TIME_ZONE, utc(2026, 7, 1)) == 60


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (DEFAULT_TIME_ZONE, "Dublin"),
        ("(UTC) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Dublin"),
        (EASTERN, "Eastern"),
        ("(GMT-04:00) Atlantic Time (Canada)", "Atlantic"),
        ("(GMT-12:00) International Date Line West", "International Date Line West"),
        ("(GMT-11:00) Midway Island, Samoa", "Midway Island"),
        ("(GMT+06:30) Yangon (Rangoon)", "Yangon"),
        ("(GMT+13:00) Nuku'alofa", "Nuku'alofa"),
        ("(GMT-01:00) Cape Verde Is.", "Cape Verde"),
        ("(UTC+06:00) Astana, Dhaka", "Dhaka"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Etc/GMT-3", ""),
        ("UTC", ""),
    ],
)
def test_a_zone_is_called_by_one_place(name: str, place: str) -> None:
    assert place_of(name) == place


@pytest.mark.parametrize("name", TIME_ZONE_NAMES)
def test_every_name_has_a_place_without_marks_of_the_list(name: str) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z' -]+", place_of(name))


def test_a_place_of_its_own_is_kept_only_for_names_in_the_table() -> None:
    assert set(time_zones._PLACES) <= set(TIME_ZONE_NAMES)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        (DEFAULT_TIME_ZONE, "Dublin, Edinburgh, Lisbon, London"),
        (EASTERN, "Eastern Time (US & Canada)"),
        ("Europe/Berlin", "Berlin"),
    ],
)
def test_places_are_what_stands_behind_the_bracket(name: str, places: str) -> None:
    assert places_of(name) == places
