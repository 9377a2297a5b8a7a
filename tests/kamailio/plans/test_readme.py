"""Calls out through a provider as the README tells it: the first plan, its line for a provider, a second Kamailio."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.factories.records import sip_provider
from tests.kamailio.harness import KamailioHarness, eventually
from tests.kamailio.user_agent import UserAgent
from tests.running import free_port

from .conftest import PlanHouse, legs

Agents = Callable[..., UserAgent]
TOP = Path(__file__).parents[3]
README = (TOP / "README.md").read_text("utf-8").partition("### Call out through a provider")[2].partition("\n## ")[0]
NUMBER = "0871550142"


@pytest.fixture
def provider(harness: KamailioHarness) -> Iterator[str]:
    """The second Kamailio, at a port of its own; its address."""
    port, folder = free_port(), harness.folder / "second"
    folder.mkdir()
    config = folder / "provider.cfg"
    config.write_text((TOP / "docs/provider.cfg").read_text("utf-8").replace(":5080", f":{port}"))
    command = ["/usr/sbin/kamailio", "-DD", "-E", "-f", str(config), "-Y", str(folder), "-P", str(folder / "pid")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    eventually(lambda: str(port) in (folder / "log").read_text("utf-8", "replace"))
    yield f"sip:{HOME}:{port}"
    process.terminate()
    process.wait(10)
    assert f"A call to {NUMBER}" in (folder / "log").read_text("utf-8", "replace")


def told(pattern: str) -> str:
    """Words that the README tells to type."""
    found = re.search(pattern, README)
    assert found is not None, pattern
    return found[1]


def test_the_readme_leads_to_a_call_through_a_provider(house: PlanHouse, agent: Agents, provider: str) -> None:
    alice = house.harness.client("alice")
    alice.sip_providers.add(
        sip_provider(
            told("name `(blueline)`"),
            provider_server=provider,
            provider_username=told("username `(.*?)`"),
            provider_password=told("password `(.*?)`"),
        )
    )
    plan = next(each for each in alice.dial_plans.page() if each.dial_plan_name == "default")
    line = told("in front of `(.*?)`")
    assert f";{line}\n" in (plan.dial_plan_script or "")
    alice.dial_plans.update(plan.with_(dial_plan_script=(plan.dial_plan_script or "").replace(f";{line}", line)))
    hers = agent("alice", "readme-hers", {"out_dial_plan_name": "default"})
    hers.starts_a_call(f"{told('Dial `([0-9]+)`')}@{DOMAIN}")

    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    leg.hangs_up()
    (record,) = house.records(NUMBER)
    assert (record.answered_status, record.call_direction) == (200, "Out")
    (execution,) = house.executions(NUMBER)
    assert legs(execution) == [(f"{NUMBER}@blueline", "answered", 0)]
    assert execution.lines == (5,)
    page = house.harness.own_browser("alice").open(f"/cdrs/{record.id}").text
    assert f"The caller talked to {NUMBER}@blueline." in page
    assert "Try it again now" in page
    assert "Dial plan default" not in house.harness.page("alice", f"/cdrs/{record.id}").text  # another one's portal
