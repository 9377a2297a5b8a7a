"""The turns of the peers in a run; no load is made."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.measuring.measures import Measure
from bench.measuring.requests import Request, Script, Step, WrongAnswer
from bench.peers.peer import Peer
from bench.peers.running import Processes
from bench.run import Run


class RightScript(Script):
    def check(self, port: int) -> None:
        """Every answer is the right one."""


def right_scripts(count: int) -> Sequence[Script]:
    return [RightScript([Step(Request("/"))])] * count


def wrong_scripts(_count: int) -> Sequence[Script]:
    raise WrongAnswer("404")


def test_a_peer_that_answers_wrongly_is_left_out_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("bench.run.wrk", lambda *_: Measure(100, 1, 2, 3))
    right, wrong = (
        Peer(name, 0, Processes([]), {"list": scripts})
        for name, scripts in (("right", right_scripts), ("wrong", wrong_scripts))
    )
    run = Run(tmp_path, rounds=2, connections=(4,))

    run.compare("list", [wrong, right])

    assert [(key.peer, len(rounds)) for key, rounds in run.measures.rounds.items()] == [("right", 2)]
    assert list(run.measures.left_out) == ["list, wrong, connections: 4"]
