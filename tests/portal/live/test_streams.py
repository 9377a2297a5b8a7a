"""How many streams there may be."""

from contextlib import ExitStack

import pytest

from sipsorcery_web.portal.live.streams import Streams


def test_there_are_as_many_places_as_the_server_allows_and_each_is_given_back() -> None:
    streams = Streams(3.0, most=2)
    with ExitStack() as stack:
        assert [stack.enter_context(streams.place()) for _ in range(3)] == [True, True, False]
    assert streams.count == 0
    with streams.place() as has_place:
        assert has_place


def test_a_place_is_given_back_after_an_error() -> None:
    streams = Streams(3.0, most=1)
    with pytest.raises(RuntimeError), streams.place():
        raise RuntimeError
    assert streams.count == 0


def test_without_a_word_from_the_server_there_is_none() -> None:
    with Streams(3.0).place() as has_place:
        assert not has_place
