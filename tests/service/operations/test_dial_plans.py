from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sipsorcery_web.contract.errors import Conflict, NotFound, Refused
from sipsorcery_web.contract.records import SIPDialPlan
from tests.conftest import Clock, ServiceFixture
from tests.factories.records import dial_plan

SCRIPT = 'sys.Log("night")\r\nif req.From\t<> "x" then end\n'


def plan(name: str = "night", **more: Any) -> SIPDialPlan:
    return dial_plan(name, **({"dial_plan_script": SCRIPT} | more))


def test_an_added_plan_is_answered_and_listed_as_stored(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.dial_plans.add(plan(trace_email_address="alice@example.org"))

    assert (added.dial_plan_name, added.dial_plan_script, added.owner) == ("night", SCRIPT, "alice")
    assert added in service_fixture.alice.dial_plans.page()


def test_a_plan_is_in_ruby_unless_it_says_otherwise(service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice.dial_plans.add(plan()).script_type_description == "Ruby"
    assert (
        service_fixture.alice.dial_plans.add(plan("lines", script_type_description="Asterisk")).script_type_description
        == "Asterisk"
    )


def test_times_are_the_services(service_fixture: ServiceFixture, clock: Clock) -> None:
    noon, long_ago = clock.now, datetime(2001, 1, 1, tzinfo=UTC)
    added = service_fixture.alice.dial_plans.add(plan(inserted=long_ago, last_update=long_ago))
    clock.pass_(minutes=5)
    changed = service_fixture.alice.dial_plans.update(replace(added, inserted=long_ago, last_update=long_ago))

    assert (added.inserted, added.last_update) == (noon, noon)
    assert (changed.inserted, changed.last_update) == (noon, clock.now)


def test_a_customer_does_not_set_what_is_the_administrators(service_fixture: ServiceFixture) -> None:
    greedy: dict[str, Any] = {"max_execution_count": 99, "execution_count": 7, "authorised_apps": "*"}
    added = service_fixture.alice.dial_plans.add(plan(**greedy))
    changed = service_fixture.alice.dial_plans.update(replace(added, **greedy))

    for stored in (added, changed):
        assert (stored.max_execution_count, stored.execution_count, stored.authorised_apps) == (3, 0, None)


def test_the_administrator_sets_it_and_the_customer_keeps_it(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.dial_plans.add(plan())
    service_fixture.administrator.dial_plans.update(replace(added, max_execution_count=9, authorised_apps="*"))
    changed = service_fixture.alice.dial_plans.update(replace(added, dial_plan_script="# empty"))

    assert (changed.max_execution_count, changed.authorised_apps) == (9, "*")
    assert (changed.owner, changed.dial_plan_script) == ("alice", "# empty")


def test_a_name_is_taken_once_by_an_owner(service_fixture: ServiceFixture) -> None:
    service_fixture.alice.dial_plans.add(plan())

    with pytest.raises(Conflict, match=r"^A dial plan with this name already exists\.$"):
        service_fixture.alice.dial_plans.add(plan(" night "))
    assert service_fixture.bob.dial_plans.add(plan()).owner == "bobby"


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_plan_needs_a_name(service_fixture: ServiceFixture, name: Any) -> None:
    with pytest.raises(Refused, match="needs a name"):
        service_fixture.alice.dial_plans.add(plan(name))


def test_bob_cannot_change_or_delete_alices_plan(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.dial_plans.add(plan())

    for act in (service_fixture.bob.dial_plans.update, service_fixture.bob.dial_plans.delete):
        with pytest.raises(NotFound, match=r"^The dial plan was not found\.$"):
            act(replace(added, owner="bobby", dial_plan_script="stolen"))
    assert added in service_fixture.alice.dial_plans.page()


def test_a_deleted_plan_is_gone(service_fixture: ServiceFixture) -> None:
    added = service_fixture.alice.dial_plans.add(plan())

    assert service_fixture.alice.dial_plans.delete(added) == added
    assert service_fixture.alice.dial_plans.count() == 1
