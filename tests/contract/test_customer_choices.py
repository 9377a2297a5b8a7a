import pytest

from sipsorcery_web.contract.customer_choices import COUNTRIES, DEFAULT_COUNTRY, SECURITY_QUESTIONS, country_label

# Stored by the original client in a way of its own; a changed one would no longer be found in the list.
SPELLINGS_OF_THE_ORIGINAL_CLIENT = (
    "Antartica",
    "Burma",
    "Cocos Keeling Islands",
    "Congo",
    "Cote divoire",
    "Guinea Bissau",
    "Macau",
    "Macedonia",
    "Micronesia",
    "Netherlands Antilles",
    "Pitcairn Islands",
    "Saint Vincent and The Grenadines",
    "Sanmarino",
    "Seychelle",
    "Sierraleone",
    "Swaziland",
    "Vatican",
    "Virgin Islands",
)

TERRITORIES_OF_THE_ORIGINAL_CLIENT = (
    "Ashmore and Cartier Islands",
    "Atlantic Ocean",
    "Baker Island",
    "Bassas da India",
    "Bouvet Island",
    "Clipperton Island",
    "Coral Sea Islands",
    "Europa Island",
    "Glorioso Islands",
    "Howland Island",
    "Jan Mayen",
    "Jarvis Island",
    "Johnston Atoll",
    "Juan de Nova Island",
    "Kingman Reef",
    "Midway Islands",
    "Navassa Island",
    "Palmyra Atoll",
    "Paracel Islands",
    "Spratly Islands",
    "Tromelin Island",
    "Wake Island",
    "Gaza",
    "West Bank",
)

MISSING_FROM_THE_ORIGINAL_CLIENT = ("East Timor", "Isle of Man", "Kosovo", "Montenegro", "Serbia", "South Sudan")


def test_the_five_questions_are_spelled_as_stored_records_spell_them() -> None:
    assert SECURITY_QUESTIONS == (
        "What is your mother's maiden name?",
        "What is your favourite colour?",
        "Which city were you born in?",
        "What was the name of your high school?",
        "Who is your favourite philosopher?",
    )


@pytest.mark.parametrize("country", SPELLINGS_OF_THE_ORIGINAL_CLIENT + TERRITORIES_OF_THE_ORIGINAL_CLIENT)
def test_a_spelling_of_the_original_client_is_still_a_choice(country: str) -> None:
    assert country in COUNTRIES


@pytest.mark.parametrize("country", MISSING_FROM_THE_ORIGINAL_CLIENT)
def test_a_country_that_the_original_client_lacked_is_a_choice(country: str) -> None:
    assert country in COUNTRIES


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Antartica", "Antarctica"),
        ("Burma", "Myanmar (Burma)"),
        ("Sierraleone", "Sierra Leone"),
        ("Swaziland", "Eswatini (Swaziland)"),
        ("Ireland", "Ireland"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_an_old_spelling_is_shown_in_todays(stored: str, shown: str) -> None:
    assert country_label(stored) == shown


def test_no_country_is_stored_or_shown_twice() -> None:
    shown = [country_label(country) for country in COUNTRIES]
    assert len(set(COUNTRIES)) == len(set(shown)) == len(COUNTRIES) == 273


def test_countries_stand_in_the_order_of_the_names_shown() -> None:
    shown = [country_label(country) for country in COUNTRIES]
    assert shown[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert shown.index("Myanmar (Burma)") == shown.index("Mozambique") + 1
    assert shown.index("Costa Rica") + 1 == shown.index("Côte d'Ivoire") == shown.index("Croatia") - 1


def test_a_stored_country_is_one_line_of_plain_text_that_fits_its_column() -> None:
    for country in COUNTRIES:
        assert country.isascii(), country
        assert country.isprintable(), country
        assert country == " ".join(country.split()), country
        assert 0 < len(country) <= 64


def test_the_default_country_is_a_choice() -> None:
    assert DEFAULT_COUNTRY == "Australia"
    assert DEFAULT_COUNTRY in COUNTRIES
