"""The figures that load.lua prints, and the requests that it is given."""

import pytest

from bench.measuring.requests import HOST, Request, form_request
from bench.measuring.wrk import WrkFailed, quoted, read

PRINTED = """Running 2s test @ http://127.0.0.1:8080/
  4 threads and 4 connections

{"requests": 400, "microseconds": 2000000, "bytes": 800000, "p50": 2500, "p95": 8000, "p99": 12500, "failed": 1, \
"wrong": 2, "first": "303 /login "}
"""


def test_what_is_printed_at_the_end_becomes_a_measure() -> None:
    measure = read(PRINTED, cpu_seconds=0.8)

    assert (measure.per_second, measure.p50, measure.p95, measure.p99) == (200, 2.5, 8, 12.5)
    assert (measure.cpu_ms, measure.bytes_each) == (2, 2000)
    assert (measure.errors, measure.first_error) == (3, "303 /login")


def test_a_run_without_an_answer_is_no_measure() -> None:
    nothing = PRINTED.replace('"requests": 400', '"requests": 0')

    with pytest.raises(WrkFailed):
        read(nothing, cpu_seconds=0.1)


@pytest.mark.parametrize(
    ("text", "in_lua"),
    [(b"abc9", b'"abc9"'), (b'a"b\\', b'"a\\034b\\092"'), (b"\r\n", b'"\\013\\010"'), ("é".encode(), b'"\\195\\169"')],
)
def test_a_string_of_lua_has_every_byte(text: bytes, in_lua: bytes) -> None:
    assert quoted(text) == in_lua


def test_a_request_is_written_as_a_browser_writes_it() -> None:
    head, _, body = Request("/sip-accounts?q=a", headers={"Cookie": "a=b"}).raw(8080).partition(b"\r\n\r\n")

    assert head.startswith(f"GET /sip-accounts?q=a HTTP/1.1\r\nHost: {HOST}:8080\r\n".encode())
    assert b"\r\nCookie: a=b" in head
    assert body == b""


def test_a_form_says_how_long_it_is() -> None:
    raw = form_request("/login", {"username": "zoë"}, {}).raw(8080)

    assert raw.startswith(b"POST /login HTTP/1.1\r\n")
    assert raw.endswith(b"Content-Length: 17\r\n\r\nusername=zo%C3%AB")
