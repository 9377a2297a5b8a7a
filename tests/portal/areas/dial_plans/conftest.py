"""Dial plans of the cast."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.service.store.models import SIPDialPlanRow
from sipsorcery_web.service.store.rows import to_record
from tests.factories.records import dial_plan
from tests.portal.app_harness import AppHarness

SCRIPT = '# night\nsys.Log("night")\nif sys.In then\n  sys.Dial "desk@local"\nend\n'

Plan = Callable[..., SIPDialPlan]
Stored = Callable[[UUID], SIPDialPlan | None]


@pytest.fixture
def plan(harness: AppHarness) -> Plan:
    """Stores a plan; of alice, unless it says otherwise."""

    def plan(name: str = "night", owner: str = "alice", **more: Any) -> SIPDialPlan:
        client = harness.service_fixture.someone(owner, administrator=owner == "root-admin")
        return client.dial_plans.add(dial_plan(name, **({"dial_plan_script": SCRIPT} | more)))

    return plan


@pytest.fixture
def stored(harness: AppHarness) -> Stored:
    """A plan as it lies in the store."""

    def stored(plan_id: UUID) -> SIPDialPlan | None:
        with harness.database.read() as session:
            row = session.get(SIPDialPlanRow, plan_id)
            return None if row is None else to_record(SIPDialPlan, row, harness.keyring)

    return stored
