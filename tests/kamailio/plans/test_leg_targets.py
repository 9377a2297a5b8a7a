"""Targets and options of the legs of dial strings: what rings, what the record says, and the page of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.factories.records import sip_provider
from tests.kamailio.legs.test_slice import asks_for_a_password, is_proven
from tests.kamailio.tcp_server import TCPServer
from tests.kamailio.user_agent import UserAgent
from tests.running import free_port

from .conftest import PROVIDER_PASSWORD, PlanHouse, legs
from .test_dials import talks

Agents = Callable[..., UserAgent]


def caller(house: PlanHouse, agent: Agents, name: str, dials: str) -> UserAgent:
    """A phone of alice's, whose plan dials this for every number."""
    house.lines(name, f"exten =~ .*,1,Dial({dials})")
    return agent("alice", f"{name}-hers", {"out_dial_plan_name": name})


@contextmanager
def another_phone(house: PlanHouse, first: UserAgent) -> Iterator[UserAgent]:
    """A second phone of an account."""
    with UserAgent(house.harness, first.username, first.password) as phone:
        phone.registers()
        yield phone


def is_told(house: PlanHouse, dialled: str, leg: str) -> None:
    """The record of a call that this leg answered, its execution and its page."""
    (record,) = house.records(dialled)
    assert (record.answered_status, record.hungup_reason) == (200, "Server dialogue hungup")
    (execution,) = house.executions(dialled)
    assert legs(execution) == [(leg, "answered", 0)]
    assert leg in house.harness.own_browser("alice").open(f"/cdrs/{record.id}").text


def test_all_phones_of_an_account_ring_and_the_second_answers(house: PlanHouse, agent: Agents) -> None:
    hers = caller(house, agent, "two", f"two-his@{DOMAIN}")
    first = agent("bobby", "two-his")
    first.registers()
    with another_phone(house, first) as second:
        hers.starts_a_call(f"035650@{DOMAIN}")
        ringing, taken = first.hears("INVITE"), second.hears("INVITE")
        first.replies(ringing, 180, "Ringing")
        leg = talks(hers, second, taken)
        first.replies(first.hears("CANCEL"), 200, "OK")
        first.replies(ringing, 487, "Request Terminated")
        leg.hangs_up_while(hers)
    is_told(house, "035650", f"two-his@{DOMAIN}")
    assert len(house.records("035650", "bobby")) == 1


def test_a_name_with_a_dot_rings_the_account_behind_it(house: PlanHouse, agent: Agents) -> None:
    hers, his = caller(house, agent, "dot", f"sales.dot-his@{DOMAIN}"), agent("bobby", "dot-his")
    his.registers()
    hers.starts_a_call(f"035651@{DOMAIN}")
    talks(hers, his, his.hears("INVITE")).hangs_up_while(hers)
    is_told(house, "035651", f"sales.dot-his@{DOMAIN}")


def test_a_leg_without_a_user_calls_the_dialled_one(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("bare-blue")
    hers = caller(house, agent, "bare", "bare-blue")
    hers.starts_a_call(f"035652@{DOMAIN}")
    invite = blue.hears("INVITE")
    assert invite.uri == f"sip:035652@{blue.at}"
    talks(hers, blue, invite).hangs_up_while(hers)
    is_told(house, "035652", "035652@bare-blue")


def test_an_outbound_proxy_gets_the_call_for_the_providers_server(house: PlanHouse, agent: Agents) -> None:
    blue = house.provider("edge-blue")
    proxied = {"provider_server": "sip:inner.example", "provider_outbound_proxy": f"sip:{blue.at}"}
    house.provider("edge-other", **proxied)
    hers = caller(house, agent, "edge", "${EXTEN}@edge-other")
    hers.starts_a_call(f"035653@{DOMAIN}")
    invite = blue.hears("INVITE")
    assert invite.uri == "sip:035653@inner.example"
    assert invite["From"].startswith("<sip:edge-other-user@inner.example>")
    talks(hers, blue, invite).hangs_up_while(hers)
    is_told(house, "035653", "035653@edge-other")


def test_another_address_is_called_without_credentials_and_with_the_callers_from(
    house: PlanHouse, agent: Agents
) -> None:
    other = house.provider("address-other")
    hers = caller(house, agent, "address", f"friend@{other.at}")
    hers.starts_a_call(f"035654@{DOMAIN}", caller=f'"Alice" <sip:address-hers@{DOMAIN}>')
    invite = other.hears("INVITE")
    assert invite.uri == f"sip:friend@{other.at}"
    assert invite["From"].startswith(f'"Alice" <sip:address-hers@{DOMAIN}>')
    other.replies(invite, 407, more='Proxy-Authenticate: Digest realm="x", nonce="n1", algorithm=MD5\r\n')
    assert other.hears("ACK")
    assert hers.hears("INVITE", *range(300, 700)).status == 503
    assert other.hears_nothing("INVITE", 0.3)
    assert [record.answered_status for record in house.records("035654")] == [503]


@pytest.mark.parametrize("option", ["swcd=x", "swdd=x", "swcid=x", "swo=x", "rcd=x"])
def test_options_of_the_old_client_are_taken(house: PlanHouse, agent: Agents, option: str) -> None:
    name = option.partition("=")[0]
    blue = house.provider(f"{name}-blue")
    hers = caller(house, agent, name, f"1@{name}-blue[{option}]")
    hers.starts_a_call(f"03566{name}@{DOMAIN}")
    talks(hers, blue, blue.hears("INVITE")).hangs_up_while(hers)
    is_told(house, f"03566{name}", f"1@{name}-blue")


def test_a_provider_is_called_over_tcp_with_the_password_that_it_asks_for(house: PlanHouse, agent: Agents) -> None:
    with TCPServer(house.harness, "stream-blue") as blue:
        facts = {"provider_username": "line", "provider_password": PROVIDER_PASSWORD}
        server = f"sip:{blue.at};transport=tcp"
        house.harness.client("alice").sip_providers.add(sip_provider("stream-blue", provider_server=server, **facts))
        hers = caller(house, agent, "stream", "${EXTEN}@stream-blue")
        hers.starts_a_call(f"035656@{DOMAIN}")
        proven = asks_for_a_password(blue, blue.hears("INVITE"))
        assert is_proven(proven, "line", PROVIDER_PASSWORD)
        assert proven["Via"].startswith("SIP/2.0/TCP ")
        talks(hers, blue, proven).hangs_up_while(hers)
    is_told(house, "035656", "035656@stream-blue")


def test_a_server_that_takes_no_connection_gives_way_to_the_next(house: PlanHouse, agent: Agents) -> None:
    red = house.provider("tcp-red")
    house.provider("tcp-blue", provider_server=f"sip:{HOME}:{free_port()};transport=tcp")
    hers = caller(house, agent, "tcp", "1@tcp-blue | 2@tcp-red")
    hers.starts_a_call(f"035655@{DOMAIN}")
    talks(hers, red, red.hears("INVITE")).hangs_up_while(hers)
    (execution,) = house.executions("035655")
    assert [state for _, state, _ in legs(execution)] == ["failed", "answered"]
