"""Calls to providers over TLS: only to one whose certificate proves that it is the provider."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.factories.records import sip_provider
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.legs.test_slice import asks_for_a_password, is_proven
from tests.kamailio.plans.conftest import PROVIDER_PASSWORD, PlanHouse, house, legs
from tests.kamailio.plans.test_dials import talks
from tests.kamailio.user_agent import UserAgent

from .authority import Authority
from .conftest import NAME, Servers
from .server import TLSServer

__all__ = ["house"]
Agents = Callable[..., UserAgent]


def provided(harness: KamailioHarness, server: TLSServer, host: str = NAME, **more: Any) -> None:
    """A provider of alice's at a server, by a name or an address of it."""
    port = server.at.rpartition(":")[2]
    facts = {
        "provider_server": f"sip:{host}:{port};transport=tls",
        "provider_username": "line",
        "provider_password": PROVIDER_PASSWORD,
    }
    harness.client("alice").sip_providers.add(sip_provider(server.username, **facts | more))


def dials(house: PlanHouse, agent: Agents, name: str) -> UserAgent:
    """A phone of alice's, whose plan dials the provider of a name."""
    house.lines(name, f"exten =~ .*,1,Dial(${{EXTEN}}@{name})")
    return agent("alice", f"{name}-hers", {"out_dial_plan_name": name})


@pytest.mark.parametrize(("name", "host", "said"), [("named", NAME, NAME), ("numbered", HOME, None)])
def test_a_provider_with_a_certificate_of_the_operators_authority_is_called(
    house: PlanHouse, agent: Agents, server: Servers, name: str, host: str, said: str | None
) -> None:
    blue = server(name, host)
    provided(house.harness, blue, host)
    hers = dials(house, agent, name)
    hers.starts_a_call(f"0356{name}@{DOMAIN}")
    proven = asks_for_a_password(blue, blue.hears("INVITE"))
    assert is_proven(proven, "line", PROVIDER_PASSWORD)
    assert proven.uri.partition("@")[2].startswith(host)
    talks(hers, blue, proven).hangs_up_while(hers)
    assert set(blue.called) == {said}
    assert [record.answered_status for record in house.records(f"0356{name}")] == [200]
    (execution,) = house.executions(f"0356{name}")
    assert legs(execution) == [(f"0356{name}@{name}", "answered", 0)]


def test_she_hangs_up_on_a_provider_over_tls(house: PlanHouse, agent: Agents, server: Servers) -> None:
    blue = server("bye", NAME)
    provided(house.harness, blue)
    hers = dials(house, agent, "bye")
    hers.starts_a_call(f"03560@{DOMAIN}")
    blue.answers(blue.hears("INVITE"))
    answer = hers.hears("INVITE", 200)
    her_leg = hers.leg(answer)
    her_leg.acknowledges(answer)
    assert blue.hears("ACK")
    her_leg.hangs_up_while(blue)
    assert [record.hungup_reason for record in house.records("03560")] == ["Client dialogue hungup"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("stranger", "no authority that is trusted here has signed it"),
        ("other", "it is not for sip.blueline.example"),
        ("expired", "it has expired"),
    ],
)
def test_another_certificate_is_refused_and_the_record_says_why(
    house: PlanHouse, agent: Agents, server: Servers, authority: Authority, tmp_path: Path, name: str, reason: str
) -> None:
    shown = {
        "stranger": lambda: Authority(tmp_path, "Somebody else").certificate(NAME),
        "other": lambda: authority.certificate("elsewhere.example"),
        "expired": lambda: authority.certificate(NAME, ends_in=-timedelta(days=1)),
    }[name]()
    blue = server(name, certificate=shown)
    provided(house.harness, blue)
    hers = dials(house, agent, name)
    assert hers.calls(f"0357{name}@{DOMAIN}").status == 503
    assert blue.came == []
    (record,) = house.records(f"0357{name}")
    assert record.answered_status == 503
    (execution,) = house.executions(f"0357{name}")
    words = f"The certificate of the provider's server was refused: {reason}."
    assert execution.log[-1] == f"0357{name}@{name} cannot be called: {words}"
    page = house.harness.own_browser("alice").open(f"/cdrs/{record.id}").text
    assert f"was refused: {reason}." in page
