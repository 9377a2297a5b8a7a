"""Dial plans (spec, sections 4.6 and 7.6). Scripts are kept as text and never run here."""

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.contract.rules import dial_plan_violations, refuse

from ..context import AuthedUnitOfWork
from ..store.models import SIPDialPlanRow
from .owned_resources import OwnedResource

DEFAULT_TYPE = "Ruby"


def _ready(_work: AuthedUnitOfWork, plan: SIPDialPlan, _stored: SIPDialPlan) -> SIPDialPlan:
    plan = plan.with_(
        dial_plan_name=(plan.dial_plan_name or "").strip(),
        script_type_description=plan.script_type_description or DEFAULT_TYPE,
    )
    refuse(dial_plan_violations(plan))
    return plan


DIAL_PLANS = OwnedResource(
    record=SIPDialPlan,
    row=SIPDialPlanRow,
    prepare=_ready,
)
