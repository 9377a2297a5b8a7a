"""Time zones as customer records store them: 88 Windows display names, each with its IANA zone.

The number in a name is only part of the name. Offsets follow the IANA rules of the installed tzdata package,
so they hold for places whose rules have changed since the names were written (Caracas, Minsk, Greenland).
"""

import re
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

# A name stands for the zone of the first place in it, save where the places have parted (see _PLACES). "US & Canada" is
# the United States: British Columbia, Alberta and Manitoba went their own ways in 2026.
_ZONES = {
    "(GMT-12:00) International Date Line West": "Etc/GMT+12",
    "(GMT-11:00) Midway Island, Samoa": "Pacific/Midway",
    "(GMT-10:00) Hawaii": "Pacific/Honolulu",
    "(GMT-09:00) Alaska": "America/Anchorage",
    "(GMT-08:00) Pacific Time (US & Canada)": "America/Los_Angeles",
    "(GMT-08:00) Tijuana, Baja California": "America/Tijuana",
    "(GMT-07:00) Arizona": "America/Phoenix",
    "(GMT-07:00) Chihuahua, La Paz, Mazatlan": "America/Mazatlan",
    "(GMT-07:00) Mountain Time (US & Canada)": "America/Denver",
    "(GMT-06:00) Central America": "America/Guatemala",
    "(GMT-06:00) Central Time (US & Canada)": "America/Chicago",
    "(GMT-06:00) Guadalajara, Mexico City, Monterrey": "America/Mexico_City",
    "(GMT-06:00) Saskatchewan": "America/Regina",
    "(GMT-05:00) Bogota, Lima, Quito, Rio Branco": "America/Bogota",
    "(GMT-05:00) Eastern Time (US & Canada)": "America/New_York",
    "(GMT-05:00) Indiana (East)": "America/Indiana/Indianapolis",
    "(GMT-04:30) Caracas": "America/Caracas",
    "(GMT-04:00) Atlantic Time (Canada)": "America/Halifax",
    "(GMT-04:00) La Paz": "America/La_Paz",
    "(GMT-04:00) Manaus": "America/Manaus",
    "(GMT-04:00) Santiago": "America/Santiago",
    "(GMT-03:30) Newfoundland": "America/St_Johns",
    "(GMT-03:00) Brasilia": "America/Sao_Paulo",
    "(GMT-03:00) Buenos Aires": "America/Argentina/Buenos_Aires",
    "(GMT-03:00) Georgetown": "America/Guyana",
    "(GMT-03:00) Greenland": "America/Nuuk",
    "(GMT-03:00) Montevideo": "America/Montevideo",
    "(GMT-02:00) Mid-Atlantic": "Atlantic/South_Georgia",
    "(GMT-01:00) Azores": "Atlantic/Azores",
    "(GMT-01:00) Cape Verde Is.": "Atlantic/Cape_Verde",
    "(GMT) Casablanca": "Africa/Casablanca",
    "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London": "Europe/Dublin",
    "(GMT) Monrovia, Reykjavik": "Africa/Monrovia",
    "(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Amsterdam",
    "(GMT+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague": "Europe/Belgrade",
    "(GMT+01:00) Brussels, Copenhagen, Madrid, Paris": "Europe/Brussels",
    "(GMT+01:00) Sarajevo, Skopje, Warsaw, Zagreb": "Europe/Sarajevo",
    "(GMT+01:00) West Central Africa": "Africa/Lagos",
    "(GMT+02:00) Amman": "Asia/Amman",
    "(GMT+02:00) Athens, Bucharest, Istanbul": "Europe/Athens",
    "(GMT+02:00) Beirut": "Asia/Beirut",
    "(GMT+02:00) Cairo": "Africa/Cairo",
    "(GMT+02:00) Harare, Pretoria": "Africa/Harare",
    "(GMT+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius": "Europe/Helsinki",
    "(GMT+02:00) Jerusalem": "Asia/Jerusalem",
    "(GMT+02:00) Minsk": "Europe/Minsk",
    "(GMT+02:00) Windhoek": "Africa/Windhoek",
    "(GMT+03:00) Baghdad": "Asia/Baghdad",
    "(GMT+03:00) Kuwait, Riyadh": "Asia/Kuwait",
    "(GMT+03:00) Moscow, St. Petersburg, Volgograd": "Europe/Moscow",
    "(GMT+03:00) Nairobi": "Africa/Nairobi",
    "(GMT+03:00) Tbilisi": "Asia/Tbilisi",
    "(GMT+03:30) Tehran": "Asia/Tehran",
    "(GMT+04:00) Abu Dhabi, Muscat": "Asia/Dubai",
    "(GMT+04:00) Baku": "Asia/Baku",
    "(GMT+04:00) Port Louis": "Indian/Mauritius",
    "(GMT+04:00) Yerevan": "Asia/Yerevan",
    "(GMT+04:30) Kabul": "Asia/Kabul",
    "(GMT+05:00) Ekaterinburg": "Asia/Yekaterinburg",
    "(GMT+05:00) Islamabad, Karachi": "Asia/Karachi",
    "(GMT+05:00) Tashkent": "Asia/Tashkent",
    "(GMT+05:30) Chennai, Kolkata, Mumbai, New Delhi": "Asia/Kolkata",
    "(GMT+05:30) Sri Jayawardenepura": "Asia/Colombo",
    "(GMT+05:45) Kathmandu": "Asia/Kathmandu",
    "(GMT+06:00) Almaty, Novosibirsk": "Asia/Novosibirsk",
    "(GMT+06:00) Astana, Dhaka": "Asia/Dhaka",
    "(GMT+06:30) Yangon (Rangoon)": "Asia/Yangon",
    "(GMT+07:00) Bangkok, Hanoi, Jakarta": "Asia/Bangkok",
    "(GMT+07:00) Krasnoyarsk": "Asia/Krasnoyarsk",
    "(GMT+08:00) Beijing, Chongqing, Hong Kong, Urumqi": "Asia/Shanghai",
    "(GMT+08:00) Irkutsk, Ulaan Bataar": "Asia/Irkutsk",
    "(GMT+08:00) Kuala Lumpur, Singapore": "Asia/Kuala_Lumpur",
    "(GMT+08:00) Perth": "Australia/Perth",
    "(GMT+08:00) Taipei": "Asia/Taipei",
    "(GMT+09:00) Osaka, Sapporo, Tokyo": "Asia/Tokyo",
    "(GMT+09:00) Seoul": "Asia/Seoul",
    "(GMT+09:00) Yakutsk": "Asia/Yakutsk",
    "(GMT+09:30) Adelaide": "Australia/Adelaide",
    "(GMT+09:30) Darwin": "Australia/Darwin",
    "(GMT+10:00) Brisbane": "Australia/Brisbane",
    "(GMT+10:00) Canberra, Melbourne, Sydney": "Australia/Sydney",
    "(GMT+10:00) Guam, Port Moresby": "Pacific/Guam",
    "(GMT+10:00) Hobart": "Australia/Hobart",
    "(GMT+10:00) Vladivostok": "Asia/Vladivostok",
    "(GMT+11:00) Magadan, Solomon Is., New Caledonia": "Pacific/Guadalcanal",
    "(GMT+12:00) Auckland, Wellington": "Pacific/Auckland",
    "(GMT+12:00) Fiji, Kamchatka, Marshall Is.": "Pacific/Fiji",
    "(GMT+13:00) Nuku'alofa": "Pacific/Tongatapu",
}

# What to call a zone where the first place in its name will not do.
_PLACES = {
    "(GMT-07:00) Chihuahua, La Paz, Mazatlan": "Mazatlan",  # Chihuahua left in 2022, the others kept the offset
    "(GMT-05:00) Indiana (East)": "East Indiana",
    "(GMT-01:00) Cape Verde Is.": "Cape Verde",
    "(GMT+06:00) Almaty, Novosibirsk": "Novosibirsk",  # both have left +06:00; Windows went with Novosibirsk
    "(GMT+06:00) Astana, Dhaka": "Dhaka",  # Astana left in 2024, Dhaka kept the offset
    "(GMT+11:00) Magadan, Solomon Is., New Caledonia": "Solomon Islands",  # Magadan was elsewhere until 2016
}

TIME_ZONE_NAMES: tuple[str, ...] = tuple(_ZONES)
DEFAULT_TIME_ZONE = "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London"

_IANA_NAMES = frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone that a stored name stands for: a display name in its GMT or UTC spelling, or an IANA name; else None."""
    key = _ZONES.get(_stored_spelling(name), name) if name else None
    return _load(key) if key in _IANA_NAMES else None


def offset_minutes(name: str | None, at: datetime) -> int:
    """Return the minutes that a zone is ahead of UTC at an aware moment, daylight saving included; 0 if unknown."""
    zone = zone_of(name)
    offset = at.astimezone(zone).utcoffset() if zone else None
    return offset // timedelta(minutes=1) if offset else 0


def places_of(name: str) -> str:
    """The places in a name: "Dublin, Edinburgh, Lisbon, London"; of an IANA name its city, if it has one."""
    if name.startswith("("):
        return name.partition(") ")[2].rpartition(" : ")[2]
    region, _, city = name.rpartition("/")
    return "" if region in ("", "Etc") else city.replace("_", " ")


def place_of(name: str) -> str:
    """The one place to call a zone by: "Dublin", or "Eastern" for "Eastern Time (US & Canada)"; "" if there is none."""
    return _PLACES.get(_stored_spelling(name)) or re.split(r",| \(| Time\b", places_of(name))[0]


def _stored_spelling(name: str) -> str:
    # Windows 7 and later write UTC where these names have GMT.
    return name.replace("(UTC", "(GMT", 1)


@cache
def _load(key: str) -> ZoneInfo:
    # ZoneInfo(key) would ask the system's files first, and those can be years behind the package.
    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=key)
