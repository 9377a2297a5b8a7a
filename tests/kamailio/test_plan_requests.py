"""Requests of plans without an engine: where none is sent, and what is made of the answer."""

from typing import Any

import pytest

from sipsorcery_web.ip_addresses import ContactPolicy
from sipsorcery_web.kamailio.plan_requests import PlanRequests
from sipsorcery_web.kamailio.provider_registrations.servers import Resolver
from sipsorcery_web.kamailio.rpc import KamailioAbsent

ACCOUNT = "alice@sip.example.org"


class FakeRpc:
    """Kamailio's control channel, which gives one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, list[tuple[object, ...]]()

    def call(self, *parameters: object, server_name: str = "") -> Any:
        assert not server_name
        self.asked.append(parameters)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def requests(rpc: FakeRpc) -> PlanRequests:
    names = {"public.example": ["198.41.0.4"], "inner.example": ["10.0.0.1"]}
    resolver = Resolver(
        4,
        frozenset({"udp"}),
        ContactPolicy(),
        lambda name: names.get(name, []),
        lambda name: [],
        lambda name, seconds: [],
    )
    return PlanRequests(lambda seconds: rpc, resolver, {"udp": "udp:192.0.2.1:5060"})  # type: ignore[arg-type, return-value]


def test_a_request_goes_to_the_address_that_was_looked_at() -> None:
    rpc = FakeRpc([202, "Accepted", "SIP/2.0 202 Accepted"])
    found = requests(rpc).send(ACCOUNT, "MESSAGE", "bob@public.example", "a b\r\nX: y", "hi", 5)
    assert found == "202 Accepted"
    ((_, method, uri, hop, socket, headers, body),) = rpc.asked
    assert (method, uri, hop) == ("MESSAGE", "sip:bob@public.example", "sip:198.41.0.4:5060;transport=udp")
    assert (socket, body) == ("udp:192.0.2.1:5060", "hi")
    assert headers == (
        "To: <sip:bob@public.example>\r\nFrom: <sip:alice@sip.example.org>\r\nContent-Type: text/plain\r\n"
    )


@pytest.mark.parametrize(
    "to", ["bob@inner.example", "sip:127.0.0.1:5069", "sip:nobody.example", "sips:bob@public.example", "::"]
)
def test_where_no_request_may_go_none_is_sent(to: str) -> None:
    rpc = FakeRpc([200, "OK", "SIP/2.0 200 OK"])
    assert requests(rpc).send(ACCOUNT, "OPTIONS", to, "", "", 5) is None
    assert rpc.asked == []


@pytest.mark.parametrize("answer", [KamailioAbsent("gone"), [408, "Request Timeout", ""]])
def test_no_answer_is_none(answer: Any) -> None:
    assert requests(FakeRpc(answer)).send(ACCOUNT, "OPTIONS", "sip:public.example", "", "", 5) is None
