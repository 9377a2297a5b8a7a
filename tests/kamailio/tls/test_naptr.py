"""Providers whose name lists TLS first."""

from collections.abc import Callable

from tests.factories import DOMAIN
from tests.factories.records import sip_provider
from tests.kamailio.harness import eventually
from tests.kamailio.plans.conftest import PlanHouse, house
from tests.kamailio.plans.test_dials import talks
from tests.kamailio.test_providers import binding, is_registered
from tests.kamailio.user_agent import UserAgent
from tests.name_server import NameServer, name_server

from .conftest import NAME, Servers

__all__ = ["house", "name_server"]
Agents = Callable[..., UserAgent]


def test_a_name_that_lists_tls_first_is_registered_with_and_called_over_tls(
    house: PlanHouse, agent: Agents, server: Servers, name_server: NameServer
) -> None:
    blue = server("naptr-blue", "greenline.example")
    name_server.knows("greenline.example", "NAPTR", '10 10 "s" "SIPS+D2T" "" _sips._tcp.pool.example.')
    name_server.knows("_sips._tcp.pool.example", "SRV", f"10 10 {blue.at.rpartition(':')[2]} {NAME}.")
    facts = {"provider_server": "sip:greenline.example", "provider_username": "line", "provider_password": "pw"}
    registered = {"register_contact": f"sip:alice@{DOMAIN}", "register_enabled": True, "register_expiry": 60}
    house.harness.client("alice").sip_providers.add(sip_provider("naptr-blue", **facts, **registered))
    asked = blue.hears("REGISTER")
    assert asked.contact.endswith(f":{house.harness.settings.sip_tls_port};transport=tls")
    blue.replies(asked, 200, "OK", more="Expires: 60\r\n")
    assert eventually(lambda: binding(house.harness, "naptr-blue"), is_registered)

    house.lines("naptr", "exten =~ .*,1,Dial(${EXTEN}@naptr-blue)")
    hers = agent("alice", "naptr-hers", {"out_dial_plan_name": "naptr"})
    hers.starts_a_call(f"035641@{DOMAIN}")
    invite = blue.hears("INVITE")
    assert invite.uri == "sip:035641@greenline.example"
    talks(hers, blue, invite).hangs_up_while(hers)
    assert set(blue.called) == {"greenline.example"}
