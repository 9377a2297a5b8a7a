"""Dial plans of the service, one at a time."""

from uuid import UUID

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.backend import service


def the_plan(plan_id: UUID) -> SIPDialPlan:
    """The plan with this id; NotFound when there is none, or it is not the visitor's to see."""
    return get_or_404(service().dial_plans, plan_id, "dial plan")
