"""Messages of one call leave the engine in the order in which they came, on a busy machine too."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.factories import DOMAIN

from .harness import KamailioHarness
from .user_agent import UserAgent

Agents = Callable[..., UserAgent]
CALLS = 25


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Other programs want the processors too."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.usefixtures("busy_machine")
def test_an_ack_and_the_bye_behind_it_reach_the_other_telephone_in_order(
    harness: KamailioHarness, agent: Agents
) -> None:
    trusting = {"ip_address_acl": r"^127\.0\.0\.1:\d+"}
    hers, his = agent("alice", "orders-hers", trusting, is_trusted=True), agent("bobby", "orders-his")
    his.registers()
    reached = []
    for _ in range(CALLS):
        hers.starts_a_call(f"orders-his@{DOMAIN}")
        his.answers(his.hears("INVITE"))
        answer = hers.hears("INVITE", 200)
        leg = hers.leg(answer)

        leg.acknowledges(answer)
        leg.says("BYE")

        first, second = his.hears_requests(2)
        reached.append((first.method, second.method))
        his.replies(first if first.method == "BYE" else second, 200, "OK")
        assert hers.hears("BYE", 200)

    assert set(reached) == {("ACK", "BYE")}
