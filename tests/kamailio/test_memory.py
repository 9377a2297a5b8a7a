"""Kamailio's memory."""

from sipsorcery_web.kamailio.memory import Memory, memory_for


def test_a_small_installation_has_what_a_burst_takes() -> None:
    assert memory_for(accounts=3, rows_to_load=0) == Memory(shared=512, private=32)


def test_it_grows_with_what_is_loaded() -> None:
    """20,000 registrations were seen not to load with 32 MB of private memory, and to load with 64."""
    assert memory_for(accounts=20_000, rows_to_load=20_000).private >= 64
    assert memory_for(accounts=20_000, rows_to_load=20_000).shared >= 650


def test_it_is_told_as_kamailio_takes_it() -> None:
    assert Memory(shared=512, private=32).options == ["-m", "512", "-M", "32"]
