"""Values that are kept for whoever asks for the same again: how many, and how long."""

from datetime import UTC, datetime, timedelta

from sipsorcery_web.last_used import UNUSED_FOR, LastUsed

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_was_asked_for_last_stays() -> None:
    kept = LastUsed[str](most_bytes=10_000)
    for name in "abc":
        kept.keep(name, name, 3_000, NOON)
    kept.find("a", NOON)
    kept.keep("d", "d", 3_000, NOON)
    assert [kept.find(name, NOON) for name in "abcd"] == ["a", None, "c", "d"]
    assert kept.bytes == 9_000


def test_what_is_too_large_is_not_kept() -> None:
    kept = LastUsed[str](most_bytes=10_000)
    kept.keep("a", "small", 3_000, NOON)
    kept.keep("b", "large", 10_001, NOON)
    assert (kept.find("a", NOON), kept.find("b", NOON)) == ("small", None)


def test_what_takes_the_place_of_another_counts_once() -> None:
    kept = LastUsed[str](most_bytes=10_000)
    for size in (3_000, 2_000):
        kept.keep("a", str(size), size, NOON)
    assert (kept.values(), kept.bytes) == (["2000"], 2_000)


def test_what_nobody_asks_for_goes() -> None:
    kept = LastUsed[str](most_bytes=10_000)
    kept.keep("a", "a", 10, NOON)
    kept.keep("b", "b", 10, NOON + UNUSED_FOR + timedelta(seconds=1))
    assert (kept.find("a", NOON), kept.find("b", NOON)) == (None, "b")


def test_all_of_it_can_be_forgotten() -> None:
    kept = LastUsed[str](most_bytes=10_000)
    kept.keep("a", "a", 10, NOON)
    kept.clear()
    assert (kept.values(), kept.bytes) == ([], 0)
