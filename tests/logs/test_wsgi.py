"""Requests with ids."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from sipsorcery_web.in_thread import begun
from sipsorcery_web.logs.request_ids import HEADER, request_id
from sipsorcery_web.logs.wsgi import RequestIds


def in_pieces(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """Answer with the id that is known at the beginning, in a thread, and while the answer is sent."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    first = request_id()

    def pieces() -> Iterator[bytes]:
        yield first.encode()
        yield b" " + begun(request_id).result().encode()
        yield b" " + request_id().encode()

    return pieces()


def test_an_id_belongs_to_all_that_is_done_for_a_request() -> None:
    answer = Client(RequestIds(in_pieces)).get("/")

    given = answer.headers[HEADER]
    assert re.fullmatch("[0-9a-f]{16}", given)
    assert answer.text == f"{given} {given} {given}"
    answer.close()
    assert request_id() == ""


def test_each_request_has_its_own() -> None:
    client = Client(RequestIds(in_pieces))

    assert len({client.get("/").headers[HEADER] for _ in range(50)}) == 50


def test_one_that_a_visitor_sends_is_not_taken() -> None:
    answer = Client(RequestIds(in_pieces)).get("/", headers={HEADER: "0123456789abcdef"})

    assert answer.headers.getlist(HEADER) != ["0123456789abcdef"]
    assert "0123456789abcdef" not in answer.text


def test_where_the_application_fails_the_server_can_still_say_for_which_request() -> None:
    def fails(environ: dict[str, Any], start_response: Any) -> Any:
        raise ValueError(request_id())

    seen: list[str] = []

    def asks() -> None:
        with pytest.raises(ValueError, match=r"^[0-9a-f]{16}$") as failed:
            Client(RequestIds(fails)).get("/")
        seen.extend((str(failed.value), request_id()))

    thread = threading.Thread(target=asks)
    thread.start()
    thread.join()

    assert seen[0] == seen[1]
