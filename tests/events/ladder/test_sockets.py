"""The ends of messages."""

import pytest

from sipsorcery_web.events.ladder.sockets import read_socket, written


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("192.0.2.1:5070", "192.0.2.1:5070"),
        ("192.0.2.1", "192.0.2.1:5060"),
        ("[2001:db8::1]:5070", "[2001:db8::1]:5070"),
        ("[2001:db8::1]", "[2001:db8::1]:5060"),
        ("2001:db8::1", "[2001:db8::1]:5060"),
        ("192.0.2.1:99999", "192.0.2.1:5060"),
    ],
)
def test_a_socket_is_read_with_and_without_its_port(text: str, again: str) -> None:
    found = read_socket(text)

    assert found is not None
    assert written(found.address, found.port) == again


@pytest.mark.parametrize("text", ["", "somewhere", "somewhere:5060", ":5060", "1:2:3", "[]:5060"])
def test_what_is_none_is_no_socket(text: str) -> None:
    assert read_socket(text) is None
