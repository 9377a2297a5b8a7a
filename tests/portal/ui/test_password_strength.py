"""The judgement of new passwords."""

from time import process_time

import pytest

from sipsorcery_web.portal.ui import password_strength
from sipsorcery_web.portal.ui.password_strength import guesses_for, is_among_first_guesses

NAMES = ("front-desk", "sip.example.org", "alice", None)


@pytest.mark.parametrize(
    "password",
    [
        "password", "Password1", "P@ssw0rd", "123456", "12345678", "qwertyuiop", "abcdefghij", "aaaaaaaaaa", "letmein1",
        "front-desk", "Front-Desk", "front-desk1", "ksed-tnorf", "alicealice", "sip.example.org",
        "a" * 64,
    ],
)  # fmt: skip
def test_what_strangers_try_first_is_known(password: str) -> None:
    assert is_among_first_guesses(password, NAMES)


@pytest.mark.parametrize(
    "password", ["bl4ckbird!", "opensesame7", "Vq7mZ2xKp9Rt4Lw", "aK7#pV2q", "a" * 40 + "Vq7mZ2xKp9Rt4Lw"]
)
def test_what_is_harder_is_taken(password: str) -> None:
    assert not is_among_first_guesses(password, NAMES)


def test_no_password_keeps_the_portal_busy() -> None:
    is_among_first_guesses("x", NAMES)  # reads the lists
    began = process_time()
    is_among_first_guesses("4@8({[<369]+|1!70$5%2" * 3, NAMES)

    assert process_time() - began < 1  # of 0.1 seconds; all of it at once takes 7


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are looked at, none of which was before."""
    looked_at: list[str] = []

    def look(password: str, names: tuple[str | None, ...]) -> int:
        looked_at.append(password)
        return guesses_for(password, names)

    monkeypatch.setattr(password_strength, "_verdicts", {})
    monkeypatch.setattr(password_strength, "guesses_for", look)
    return looked_at


def test_a_password_is_looked_at_once_for_each_account(judged: list[str]) -> None:
    others = ("back-desk", *NAMES[1:])
    assert [is_among_first_guesses("front-desk", NAMES) for _ in range(3)] == [True] * 3
    assert is_among_first_guesses("back-desk", others)
    assert not is_among_first_guesses("back-desk7", NAMES)
    assert judged == ["front-desk", "back-desk", "back-desk7"]


def test_of_what_was_looked_at_a_keyed_digest_is_kept(judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    is_among_first_guesses("front-desk", NAMES)
    monkeypatch.setattr(password_strength, "_key_of_verdicts", b"of another process")
    is_among_first_guesses("front-desk", NAMES)
    kept = list(password_strength._verdicts)
    assert len(set(kept)) == 2
    assert {len(digest) for digest in kept} == {16}


def test_only_so_many_verdicts_are_kept(judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_strength, "MOST_VERDICTS", 2)
    for password in ("one-1", "two-2", "three-3"):
        is_among_first_guesses(password, NAMES)
    assert len(password_strength._verdicts) == 1
