"""Lines of the log, as people and programs read them."""

import json
import logging
import sys

import pytest

from sipsorcery_web.contract.access_token_text import new_token
from sipsorcery_web.logs.lines import FORMATS, JSONLines, TextLines
from sipsorcery_web.logs.request_ids import go_on_with
from sipsorcery_web.settings import values

AUTHID = "0123456789abcdef" * 6


def record(message: str, *arguments: object, error: Exception | None = None) -> logging.LogRecord:
    """Return a line as the portal says it, perhaps with an error that was just met."""
    info = None
    if error is not None:
        try:
            raise error
        except Exception:
            info = sys.exc_info()
    return logging.LogRecord("portal", logging.WARNING, "", 0, message, arguments, info)


def test_a_line_for_people_says_when_what_and_for_which_request(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on_with("0123456789abcdef")
    first = TextLines().format(record("alice is %s", "here"))
    go_on_with("")
    second = TextLines().format(record("nobody asks"))

    assert first[:10].replace("-", "").isdigit()
    assert first.endswith(" WARNING portal [0123456789abcdef]: alice is here")
    assert second.endswith(" WARNING portal [-]: nobody asks")


def test_a_line_for_programs_has_the_same_as_json() -> None:
    go_on_with("0123456789abcdef")
    line = JSONLines().format(record('alice says "%s"', "Zoë"))
    go_on_with("")

    told = json.loads(line)
    assert list(told) == ["time", "level", "logger", "request", "message"]
    assert told["time"].endswith("+00:00")
    assert (told["level"], told["logger"], told["request"]) == ("WARNING", "portal", "0123456789abcdef")
    assert told["message"] == 'alice says "Zoë"'


FORGED = "bob\n2026-11-30 12:00:00,000 WARNING sipsorcery_web.logs.sign_ins [-]: Failed sign-in from 192.0.2.7"


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("format_", FORMATS.values())
def test_a_name_with_a_line_break_is_no_line_of_its_own(format_: type[logging.Formatter], break_: str) -> None:
    lines = format_().format(record("no action %r or %s", "x", FORGED.replace("\n", break_))).splitlines()

    assert len(lines) == 1
    assert "no action" in lines[0]


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_nor_is_what_an_error_says(break_: str) -> None:
    error = ValueError(FORGED.replace("\n", break_))
    begins, *following = TextLines().format(record("it broke", error=error)).splitlines()

    assert begins.endswith("it broke")
    assert following[0].strip() == "Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in following)
    assert len(JSONLines().format(record("it broke", error=error)).splitlines()) == 1


@pytest.mark.parametrize("format_", FORMATS.values())
def test_what_is_invisible_is_shown(format_: type[logging.Formatter]) -> None:
    assert "x[U+202E]gnp[U+001B][2J" in format_().format(record("No action %s", "x\u202egnp\x1b[2J"))


@pytest.mark.parametrize("page", ["/setup/", "/login/reset/", "/login/confirm/", "/shared/"])
@pytest.mark.parametrize("format_", FORMATS.values())
def test_secrets_of_links_and_authids_are_hidden_in_tracebacks_too(format_: type[logging.Formatter], page: str) -> None:
    secret = "s3cret-_" * 5 + "abc"
    line = format_().format(record(f"{page}%s [POST] %s", secret, AUTHID, error=ValueError(f"token {AUTHID}")))

    assert page in line
    assert "ValueError: token" in line
    assert secret not in line
    assert AUTHID not in line


@pytest.mark.parametrize("around", ["{}", "SIPSORCERY_TOKEN={}&x=1", "token_{}", "{}and more"])
@pytest.mark.parametrize("format_", FORMATS.values())
@pytest.mark.parametrize(
    "token", [new_token(), f"sipr_{'a-Z_9' * 8}abc", f"sipc_{'a-Z_9' * 8}abc"], ids=["s", "r", "c"]
)
def test_tokens_for_programs_are_hidden_wherever_they_stand(
    format_: type[logging.Formatter], around: str, token: str
) -> None:
    line = format_().format(record("GET /%s", around.format(token), error=ValueError(f"{token} is over")))

    assert "GET /" in line
    assert "is over" in line
    assert token not in line


def test_the_stack_is_told_where_it_is_asked_for() -> None:
    line = record("here")
    line.stack_info = "Stack (most recent call last):\n  File"

    assert TextLines().format(line).endswith("here\n    Stack (most recent call last):\n      File")
    assert json.loads(JSONLines().format(line))["following"] == line.stack_info


def test_every_format_can_be_set() -> None:
    assert [values.log_format(name.upper()) for name in FORMATS] == [*FORMATS]
    with pytest.raises(ValueError, match="text or json"):
        values.log_format("xml")
