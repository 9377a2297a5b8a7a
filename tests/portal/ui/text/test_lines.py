from sipsorcery_web.portal.ui.text.lines import as_stored, lines_of


def test_line_ends_follow_what_is_stored() -> None:
    assert as_stored("a\r\nb", "a\nb") == "a\nb"
    assert as_stored("a\r\nb", "a\rb") == "a\rb"
    assert as_stored("a\r\nb\r\nc", "x\r\ny\n") == "a\r\nb\r\nc"
    assert as_stored("a\r\nb", "") == "a\nb"


def test_a_last_line_end_begins_no_line() -> None:
    assert lines_of("a\r\nb\rc\n") == ["a", "b", "c"]
    assert lines_of("") == []
