"""Signs of life of children, and which of them their parent takes for stuck."""

from sipsorcery_web.serving.heartbeat import LOOKS_IN_VAIN, Heartbeat


def heartbeat() -> Heartbeat:
    return Heartbeat(memoryview(bytearray(8)).cast("Q"))


def test_who_gives_signs_is_never_stuck() -> None:
    alive = heartbeat()
    for _ in range(3 * LOOKS_IN_VAIN):
        alive.beat()
        assert not alive.is_stuck()


def test_who_stops_is_stuck_after_so_many_looks() -> None:
    stopped = heartbeat()
    stopped.beat()

    assert [stopped.is_stuck() for _ in range(LOOKS_IN_VAIN + 2)] == [False] * LOOKS_IN_VAIN + [True, True]


def test_a_sign_comes_in_time_before_the_last_look() -> None:
    slow = heartbeat()
    for _ in range(3):
        slow.beat()
        assert not any(slow.is_stuck() for _ in range(LOOKS_IN_VAIN))


def test_who_still_begins_is_not_stuck_however_long_it_takes() -> None:
    beginning = heartbeat()
    assert not any(beginning.is_stuck() for _ in range(10 * LOOKS_IN_VAIN))


def test_one_that_follows_a_stuck_one_begins_anew() -> None:
    stopped = heartbeat()
    stopped.beat()
    assert any(stopped.is_stuck() for _ in range(2 * LOOKS_IN_VAIN))

    stopped.begin_anew()

    assert not any(stopped.is_stuck() for _ in range(2 * LOOKS_IN_VAIN))
