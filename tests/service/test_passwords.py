import threading
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from sipsorcery_web.contract.errors import Busy
from sipsorcery_web.service import passwords as passwords_module
from sipsorcery_web.service.passwords import Passwords, hash_of_no_password


def test_a_password_matches_its_hash_and_no_other_does(passwords: Passwords) -> None:
    stored = passwords.hash("opensesame7")

    assert passwords.match(stored, "opensesame7")
    assert not passwords.match(stored, "opensesame8")
    assert not passwords.match(stored, "Opensesame7")
    assert not passwords.match(stored, "opensesame7 ")
    assert not passwords.match(stored, "")


def test_a_hash_is_salted_and_holds_no_password(passwords: Passwords) -> None:
    first, second = passwords.hash("opensesame7"), passwords.hash("opensesame7")

    assert first != second
    assert first.startswith("$argon2id$")
    assert "opensesame7" not in first


def test_what_is_no_hash_matches_nothing(passwords: Passwords) -> None:
    assert not passwords.match("opensesame7", "opensesame7")
    assert not passwords.match("", "")


class CountingHasher(PasswordHasher):
    """Says what it compared with."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.compared: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        self.compared.append(str(hash))
        return super().verify(hash, password)


def test_an_unknown_name_costs_a_comparison_too() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)

    assert not passwords.match(None, "opensesame7")
    assert len(hasher.compared) == 1
    assert hasher.compared[0].startswith("$argon2id$")


def test_the_hash_of_nobody_costs_as_much_as_that_of_anybody() -> None:
    hasher = CountingHasher()

    assert extract_parameters(hash_of_no_password(hasher)) == extract_parameters(hasher.hash("opensesame7"))
    assert hash_of_no_password(hasher) != hash_of_no_password(hasher)


class SlowHasher(CountingHasher):
    """Holds every hash until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.at_work = 0
        self.most = 0
        self.full = threading.Event()
        self.go = threading.Event()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self.lock:
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        if self.at_work == 2:
            self.full.set()
        assert self.go.wait(5)
        with self.lock:
            self.at_work -= 1
        return "hash"


def test_at_most_as_many_hashes_are_at_work_as_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    hasher = SlowHasher()
    passwords = Passwords(hasher)
    people = [threading.Thread(target=passwords.hash, args=["opensesame7"]) for _ in range(6)]

    for someone in people:
        someone.start()
    assert hasher.full.wait(5)
    hasher.go.set()
    for someone in people:
        someone.join()

    assert hasher.most == 2


def test_who_waits_too_long_for_a_turn_is_told_that_too_many_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords_module, "WAITS_FOR_TURN", 0.01)
    hasher = SlowHasher()
    passwords = Passwords(hasher, turns=1)
    first = threading.Thread(target=passwords.hash, args=["opensesame7"])
    first.start()
    while not hasher.at_work:
        first.join(0.01)

    with pytest.raises(Busy):
        passwords.match(None, "opensesame7")

    hasher.go.set()
    first.join()
    assert not passwords.match(None, "opensesame7")


def test_the_cost_is_that_of_the_library_unless_it_is_told() -> None:
    stored = Passwords().hash("opensesame7")

    assert extract_parameters(stored).memory_cost >= 19 * 1024
