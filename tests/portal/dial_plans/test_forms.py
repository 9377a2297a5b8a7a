from sipsorcery_web.portal.dial_plans.form import copy_name
from sipsorcery_web.portal.dial_plans.scripts import as_stored, lines_of, type_value, type_words


def test_a_copy_takes_the_first_name_that_is_free() -> None:
    assert copy_name("night", set()) == "night Copy"
    assert copy_name("night", {"night Copy", "night Copy 2", "night Copy 4"}) == "night Copy 3"
    assert copy_name("n" * 64, {"n" * 59 + " Copy"}) == "n" * 57 + " Copy 2"


def test_line_ends_follow_what_is_stored() -> None:
    assert as_stored("a\r\nb", "a\nb") == "a\nb"
    assert as_stored("a\r\nb", "a\rb") == "a\rb"
    assert as_stored("a\r\nb\r\nc", "x\r\ny\n") == "a\r\nb\r\nc"
    assert as_stored("a\r\nb", "") == "a\nb"


def test_a_last_line_end_begins_no_line() -> None:
    assert lines_of("a\r\nb\rc\n") == ["a", "b", "c"]
    assert lines_of("") == []


def test_types_are_known_in_any_case() -> None:
    assert (type_value("ASTERISK"), type_words("ASTERISK")) == ("Asterisk", "Extension lines")
    assert (type_value("Wizard"), type_words("Wizard")) == ("Wizard", "Wizard")
    assert type_words(None) == "not set"
