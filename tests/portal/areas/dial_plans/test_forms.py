from sipsorcery_web.portal.areas.dial_plans.form import copy_name
from sipsorcery_web.portal.areas.dial_plans.scripts import type_value, type_words


def test_a_copy_takes_the_first_name_that_is_free() -> None:
    assert copy_name("night", set()) == "night Copy"
    assert copy_name("night", {"night Copy", "night Copy 2", "night Copy 4"}) == "night Copy 3"
    assert copy_name("n" * 64, {"n" * 59 + " Copy"}) == "n" * 57 + " Copy 2"


def test_types_are_known_in_any_case() -> None:
    assert (type_value("ASTERISK"), type_words("ASTERISK")) == ("Asterisk", "Extension lines")
    assert (type_value("Wizard"), type_words("Wizard")) == ("Wizard", "Wizard")
    assert type_words(None) == "not set"
