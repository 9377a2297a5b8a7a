from sipsorcery_web.contract.areas import Area
from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.portal.areas.security.scope_words import AREAS, WORDS, boxes, words_of


def test_each_scope_and_area_has_words() -> None:
    assert {*WORDS} == {*SCOPES}
    assert {*AREAS} == {*Area}


def test_each_scope_has_a_box() -> None:
    assert tuple(scope for _, scopes in boxes() for scope, _ in scopes) == SCOPES


def test_a_scope_without_words_stands_for_itself() -> None:
    assert words_of("calls:read faxes:send") == ["Read calls in progress and call records", "faxes:send"]
    assert words_of(None) == []
