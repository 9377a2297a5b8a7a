"""What a live list is told, as text, and the name of a list as it is."""

from sipsorcery_web.portal.http.csrf import masked
from sipsorcery_web.portal.live.messages import ENDED, Message, digest


def test_a_message_is_one_line_whatever_stands_in_it() -> None:
    message = str(Message("on", 1.0, "14:02:11", "abc", "<p>\r\n\ndata: {}\r\r\u2028event: ended</p>"))
    assert message.startswith("data: {")
    assert message.endswith("}\n\n")
    assert len(message.splitlines()) == 2


def test_what_is_not_known_is_not_told() -> None:
    assert str(ENDED) == 'data: {"state": "ended"}\n\n'


def form_with(token: str, words: str = "End call") -> str:
    return f'<form><input type="hidden" name="csrf_token" value="{masked(token)}"><button>{words}</button></form>'


def test_lists_that_differ_in_the_masks_of_their_tokens_have_one_name() -> None:
    assert digest(form_with("secret")) == digest(f"\n{form_with('secret')} \n")


def test_lists_that_differ_in_anything_else_have_two() -> None:
    assert digest(form_with("secret")) != digest(form_with("secret", "End both calls"))
