"""The engine's own look at certificates, whatever call control has seen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sipsorcery_web.calls.messages import CallAsked, DialFailed, LegFailed
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.legs.call_control import ScriptedCallControl
from tests.kamailio.legs.test_slice import OUT
from tests.kamailio.user_agent import UserAgent

from .authority import Authority
from .conftest import NAME, Servers

Agents = Callable[..., UserAgent]


@pytest.fixture
def control(harness: KamailioHarness) -> Iterator[ScriptedCallControl]:
    with ScriptedCallControl(harness).at_work() as control:
        yield control


def test_the_engine_sends_nothing_to_a_server_of_an_unknown_authority(
    harness: KamailioHarness, agent: Agents, control: ScriptedCallControl, server: Servers, tmp_path: Path
) -> None:
    """The certificate may be another one by the time that the leg goes out."""
    blue = server("own-blue", certificate=Authority(tmp_path, "Somebody else").certificate(NAME))
    hers = agent("alice", "own-hers", OUT)
    hers.starts_a_call(f"03580@{DOMAIN}")
    asked = control.hears(CallAsked, user="03580")
    leg = {"uri": f"sip:03580@{NAME};transport=tls", "next_hop": f"sip:{blue.at};transport=tls;lr", "is_outside": True}
    (token,) = control.dials(asked, {**leg, "server_name": NAME})
    assert control.hears(LegFailed, token=token).code in (408, 480)
    control.replies(control.hears(DialFailed), 480, "Not there")
    assert hers.hears("INVITE", 480)
    assert blue.came == []
