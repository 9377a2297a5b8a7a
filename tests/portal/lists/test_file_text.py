"""Files on their way: in large pieces, compressed for who takes them so, the next rows asked for ahead."""

import gzip
import zlib
from collections.abc import Iterator
from threading import Event, get_ident

import pytest

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.portal.http.capabilities import OF_ANOTHER, OF_BUILT_IN
from sipsorcery_web.portal.http.parts import add_part
from sipsorcery_web.portal.lists.exports import INCOMPLETE
from sipsorcery_web.portal.lists.file_text import FIRST_PIECE, PIECE, compressed, in_pieces

from ..app_harness import AppHarness
from ..browser import Browser
from .test_exports import at_call, fails

CSV = "/sip-accounts.csv"
PATIENCE = 10
"""Seconds."""


@pytest.fixture
def afar(harness: AppHarness) -> Iterator[AppHarness]:
    """A portal that takes its service for one that is elsewhere."""
    add_part(harness.app, OF_ANOTHER)
    yield harness
    add_part(harness.app, OF_BUILT_IN)


# Pieces


@pytest.mark.parametrize("line", ["a\r\n", "é" * 100, "x" * PIECE, "x" * (3 * PIECE)])
def test_every_piece_but_the_first_and_the_last_is_large(line: str) -> None:
    lines = [line] * 20_000 if len(line) < 200 else [line] * 5
    pieces = list(in_pieces(lines))

    assert b"".join(pieces) == "".join(lines).encode()
    assert len(pieces[0]) >= FIRST_PIECE
    assert all(len(piece) >= PIECE for piece in pieces[1:-1])
    assert all(len(piece) <= 2 * PIECE + 4 * len(line) for piece in pieces)


def test_an_empty_file_has_no_piece() -> None:
    assert list(in_pieces([])) == []


def test_what_is_compressed_is_a_file_of_gzip() -> None:
    pieces = [b"alice,bobby\r\n" * 3_000] * 7

    assert gzip.decompress(b"".join(compressed(pieces))) == b"".join(pieces)
    assert gzip.decompress(b"".join(compressed([]))) == b""


def test_the_first_piece_can_be_read_before_there_is_a_second() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"alice\r\n"
        pytest.fail("nobody has asked for more")

    assert zlib.decompressobj(31).decompress(next(compressed(pieces()))) == b"alice\r\n"


def test_a_list_goes_out_in_few_pieces(harness: AppHarness, alice: Browser) -> None:
    harness.accounts("alice", 1_000)
    pieces = list(alice.client.get(CSV, buffered=False).iter_encoded())

    assert [len(piece) >= PIECE for piece in pieces] == [False] + [True] * (len(pieces) - 2) + [False]
    assert len(pieces) > 2


# Compression


@pytest.mark.parametrize("path", [CSV, "/sip-accounts.json"])
@pytest.mark.parametrize("accepted", ["gzip", "br, gzip", "deflate, gzip;q=0.1", "*"])
def test_a_file_is_compressed_for_who_takes_it_so(
    harness: AppHarness, alice: Browser, path: str, accepted: str
) -> None:
    harness.accounts("alice", 700)
    packed = alice.client.get(path, headers={"Accept-Encoding": accepted})

    assert (packed.status_code, packed.headers["Content-Encoding"]) == (200, "gzip")
    assert "Accept-Encoding" in packed.vary
    assert "Content-Length" not in packed.headers
    assert gzip.decompress(packed.data) == alice.client.get(path).data
    assert len(packed.data) < len(alice.client.get(path).data) / 3


@pytest.mark.parametrize("accepted", [None, "", "identity", "br", "gzip;q=0", "*;q=0"])
def test_anybody_else_gets_it_as_it_is(alice: Browser, accepted: str | None) -> None:
    plain = alice.client.get(CSV, headers={} if accepted is None else {"Accept-Encoding": accepted})

    assert plain.data.startswith(b"\xef\xbb\xbfUsername,")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.vary


# Asking ahead


def test_a_service_elsewhere_is_asked_for_the_next_rows_while_some_are_written(
    afar: AppHarness, alice: Browser
) -> None:
    afar.accounts("alice", 1_200)
    asked, threads = Event(), set[int]()

    def second() -> None:
        threads.add(get_ident())
        asked.set()

    at_call(afar, "GetSIPAccounts", 2, second)
    afar.forget_calls()
    answer = alice.client.get(CSV, buffered=False)
    pieces = answer.iter_encoded()
    text = next(pieces)

    assert asked.wait(PATIENCE)
    assert threads != {get_ident()}
    assert afar.calls == ["GetSIPAccounts"] * 2
    assert (text + b"".join(pieces)).count(b"\r\n") == 1_201
    assert afar.calls == ["GetSIPAccounts"] * 3


def test_what_fails_ahead_is_told_where_its_rows_would_stand(afar: AppHarness, alice: Browser) -> None:
    afar.accounts("alice", 700)
    at_call(afar, "GetSIPAccounts", 2, fails(Unavailable("no answer")))
    lines = alice.client.get(CSV).text.splitlines()

    assert len(lines) == 1 + 100 + 1
    assert lines[-1] == f'"{INCOMPLETE}"'


def test_a_reader_who_goes_away_ends_the_asking(afar: AppHarness, alice: Browser) -> None:
    afar.accounts("alice", 2_000)
    asked = Event()
    at_call(afar, "GetSIPAccounts", 2, asked.set)
    afar.forget_calls()
    answer = alice.client.get(CSV, buffered=False)
    next(answer.iter_encoded())
    assert asked.wait(PATIENCE)
    answer.close()

    assert afar.calls == ["GetSIPAccounts"] * 2
    assert alice.client.get(CSV).status_code == 200
