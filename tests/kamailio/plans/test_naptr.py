"""Providers by a name that lists its services: over what they are called (RFC 3263, section 4.1)."""

from collections.abc import Callable

from tests.factories import DOMAIN
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.user_agent import UserAgent
from tests.name_server import NameServer, name_server

from .conftest import PlanHouse, legs
from .test_dials import talks
from .test_servers import knows_servers

__all__ = ["name_server"]
Agents = Callable[..., UserAgent]


def test_a_name_lists_another_name_of_whose_servers_the_second_takes_what_the_first_cannot(
    house: PlanHouse, harness: KamailioHarness, agent: Agents, name_server: NameServer
) -> None:
    name_server.knows(
        "greenline.example",
        "NAPTR",
        '20 10 "s" "SIP+D2T" "" _sip._tcp.other.example.',
        '10 10 "s" "SIP+D2S" "" _sip._sctp.pool.example.',
        '10 20 "s" "SIP+D2U" "" _sip._udp.pool.example.',
    )
    first = house.provider("naptr-first", provider_server="sip:greenline.example")
    second = house.provider("naptr-second")
    knows_servers(harness, "pool.example", first, second)
    house.lines("naptr", "exten =~ .*,1,Dial(${EXTEN}@naptr-first)")
    hers = agent("alice", "naptr-hers", {"out_dial_plan_name": "naptr"})
    hers.starts_a_call(f"035640@{DOMAIN}")
    first.replies(first.hears("INVITE"), 503, "Service Unavailable")
    invite = second.hears("INVITE")
    assert invite.uri == "sip:035640@greenline.example"
    assert not invite["Route"]
    talks(hers, second, invite).hangs_up_while(hers)
    (execution,) = house.executions("035640")
    assert legs(execution) == [("035640@naptr-first", "answered", 0)]
    assert name_server.asked == ["greenline.example"]
