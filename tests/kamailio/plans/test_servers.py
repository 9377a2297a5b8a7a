"""Providers by name: which of their servers gets a call, and which one when that does not take it (RFC 3263)."""

from collections.abc import Callable

from sipsorcery_web.kamailio.rpc import Rpc
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import UserAgent

from .conftest import PlanHouse, legs
from .test_dials import talks

Agents = Callable[..., UserAgent]
LASTS = 600


def knows_servers(harness: KamailioHarness, name: str, *agents: UserAgent) -> None:
    """Have SRV records of a name in the engine's cache of the DNS, the first agent's with the best priority."""
    rpc = Rpc(harness.settings.sip.rpc_port, harness.settings.engine_secret)
    for priority, agent in enumerate(agents, 1):
        host = f"host{priority}.{name}"
        rpc.call("dns.add_srv", f"_sip._udp.{name}", LASTS, priority, 10, int(agent.at.rpartition(":")[2]), host, 0)
        rpc.call("dns.add_a", host, LASTS, HOME, 0)


def test_the_second_server_of_a_provider_takes_what_the_first_cannot(
    house: PlanHouse, harness: KamailioHarness, agent: Agents
) -> None:
    first = house.provider("srv-first", provider_server="sip:srv.blueline.example")
    second = house.provider("srv-second")
    knows_servers(harness, "srv.blueline.example", first, second)
    house.lines("srv", "exten =~ .*,1,Dial(${EXTEN}@srv-first)")
    hers = agent("alice", "srv-hers", {"out_dial_plan_name": "srv"})
    hers.starts_a_call(f"035630@{DOMAIN}")
    first.replies(first.hears("INVITE"), 503, "Service Unavailable")
    invite = second.hears("INVITE")
    assert invite.uri == "sip:035630@srv.blueline.example"
    talks(hers, second, invite).hangs_up_while(hers)
    (execution,) = house.executions("035630")
    assert legs(execution) == [("035630@srv-first", "answered", 0)]
