"""Ways of legs: what is left to Kamailio, and what is looked at before anything is sent."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Event

import pytest

from sipsorcery_web.calls.sent_legs import ServerRefused, Way
from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.kamailio import leg_ways as module
from sipsorcery_web.kamailio.leg_ways import FOUND_WITHIN, LegWays
from sipsorcery_web.kamailio.provider_registrations.servers import Address, Resolver, Unreachable
from sipsorcery_web.network.naptr import Rule
from sipsorcery_web.network.timed_http import seconds_left

FIRST, SECOND, NAME = "198.41.0.4", "199.9.14.201", "sip.northline.example"
PATIENCE = 10.0
TLS = Rule(10, 10, "s", "SIPS+D2T", "", f"_sips._tcp.{NAME}")
UDP = Rule(20, 10, "s", "SIP+D2U", "", "_sip._udp.pool.example")


def ways(*rules: Rule, refused: Sequence[str] = (), transports: Sequence[str] = ("udp", "tcp", "tls")) -> LegWays:
    def prove(address: Address) -> None:
        if str(address.ip) in refused:
            raise Unreachable(f"{address.ip} is not {address.name}.")

    known = Resolver(
        4,
        frozenset(transports),
        ContactPolicy(),
        lambda name: [FIRST, SECOND],
        lambda name: [],
        lambda name, seconds: rules,
        prove,
    )
    return LegWays(known)


@pytest.mark.parametrize(
    "target", [f"sip:1@{NAME}", f"sip:1@{NAME}:5070", f"sip:1@{NAME};transport=tcp", "sip:1@[::1]"]
)
def test_kamailio_finds_what_is_reached_over_udp_and_tcp(target: str) -> None:
    assert ways().find(target) == Way()


def test_the_services_that_a_name_lists_are_kamailios_to_find() -> None:
    assert ways(UDP).find(f"sip:1@{NAME}") == Way("sip:pool.example;transport=udp;lr")
    assert ways(TLS, UDP, transports=("udp",)).find(f"sip:1@{NAME}") == Way("sip:pool.example;transport=udp;lr")


@pytest.mark.parametrize("target", [f"sips:1@{NAME}", f"sip:1@{NAME};transport=tls", f"sip:1@{NAME}"])
def test_the_first_server_that_proves_whose_it_is_gets_the_call(target: str) -> None:
    assert ways(TLS, UDP).find(target) == Way(f"sip:{FIRST}:5061;transport=tls;lr", NAME)
    assert ways(TLS, UDP, refused=[FIRST]).find(target) == Way(f"sip:{SECOND}:5061;transport=tls;lr", NAME)
    with pytest.raises(ServerRefused, match=f"{SECOND} is not {NAME}"):
        ways(TLS, UDP, refused=[FIRST, SECOND]).find(target)


def test_an_address_is_no_name_to_say() -> None:
    assert ways().find(f"sip:1@{FIRST};transport=tls") == Way(f"sip:{FIRST}:5061;transport=tls;lr", "")


@pytest.mark.parametrize("target", [f"sip:1@{NAME};transport=tls", "sips:1@10.0.0.1"])
def test_where_nothing_may_go_the_reason_is_told(target: str) -> None:
    with pytest.raises(ServerRefused, match=r"does not speak TLS|private network"):
        ways(transports=("udp", "tls") if "10.0" in target else ("udp",)).find(target)


def test_all_servers_of_a_name_have_one_deadline_together() -> None:
    given: list[float] = []

    def prove(_address: Address) -> None:
        given.append(seconds_left())
        raise Unreachable("silent")

    with pytest.raises(ServerRefused, match="silent"):
        LegWays(replace(ways().resolver, prove=prove)).find(f"sips:1@{NAME}")
    first, second = given
    assert first <= FOUND_WITHIN / 2 < second <= FOUND_WITHIN


def test_no_name_server_has_more_time_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOUND_WITHIN", 0.05)
    is_over = Event()

    def addresses(_name: str) -> Sequence[str]:
        is_over.wait(PATIENCE)
        return [FIRST]

    with pytest.raises(ServerRefused, match="did not answer"):
        LegWays(replace(ways().resolver, addresses=addresses)).find(f"sips:1@{NAME}")
    is_over.set()


def test_a_name_server_that_takes_all_the_time_leaves_none_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOUND_WITHIN", 0.0)
    with pytest.raises(ServerRefused, match="takes too long"):
        ways().find(f"sip:1@{NAME}")
