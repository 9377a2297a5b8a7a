"""Netstrings, however they are cut on their way."""

import pytest

from sipsorcery_web.kamailio.call_channel.netstrings import NetstringReader, NotANetstring, netstring


def test_a_netstring_says_how_long_it_is() -> None:
    assert netstring("Grüße".encode()) == "7:Grüße,".encode()


def test_what_comes_in_pieces_is_read_when_it_is_whole() -> None:
    reader = NetstringReader()

    assert [reader.feed(bytes([byte])) for byte in b"3:abc,"] == [[], [], [], [], [], [b"abc"]]


def test_what_comes_together_is_read_in_order() -> None:
    assert NetstringReader().feed(b"1:a,0:,2:b,,1:") == [b"a", b"", b"b,"]


@pytest.mark.parametrize("data", [b"x", b"3:abc;", b":abc,", b"-1:a,", b"999999999"])
def test_what_is_no_netstring_ends_the_reading(data: bytes) -> None:
    with pytest.raises(NotANetstring):
        NetstringReader().feed(data)
