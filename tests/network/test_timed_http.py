"""The limit on the time of a whole exchange."""

from sipsorcery_web.network.timed_http import over_within, seconds_left


def test_a_block_within_another_one_ends_with_that() -> None:
    with over_within(5.0):
        with over_within(1.0):
            assert seconds_left() <= 1.0
        with over_within(60.0):
            assert seconds_left() <= 5.0
        assert 1.0 < seconds_left() <= 5.0
