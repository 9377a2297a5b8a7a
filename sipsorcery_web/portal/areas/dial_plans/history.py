"""The history of a dial plan: what was saved through this portal, and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions, PlanText, Saving, Version
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from sipsorcery_web.portal.ui.text.differences import counts

BEFORE = "as it was before it was saved here"
SHOWN = 4
"""The versions that are shown beside the plan."""


@dataclass(frozen=True)
class History:
    """The last versions of a plan, the newest first, and how many there are in all."""

    versions: Sequence[Version]
    total: int


def text_of(plan: SIPDialPlan) -> PlanText:
    """Return the text of a plan that a version keeps."""
    return PlanText(plan.dial_plan_name or "", plan.script_type_description or "", plan.dial_plan_script or "")


def is_in_use(version: Version, plan: SIPDialPlan) -> bool:
    """Return True when the plan is the same as this version."""
    return version.text == text_of(plan)


def keep(before: SIPDialPlan | None, saved: SIPDialPlan, note: str) -> bool:
    """Keep what was saved, if it changed anything; False when it could not be kept."""
    new = text_of(saved)
    old = text_of(before) if before else None
    if old == new:
        return True
    added, removed = counts(old.script if old else "", new.script)
    saving = Saving(new, current_login().username, now(), note, added, removed)
    stood = Saving(old, "", before.last_update, BEFORE) if before and old else None
    try:
        _storage().keep(saved.id, saved.owner or "", stood, saving)
    except StorageUnavailable:
        return False
    return True


def history_of(plan: SIPDialPlan) -> History | None:
    """Return the versions of a plan and their number; None where the storage does not answer."""
    try:
        versions = _storage().newest(plan.id, plan.owner or "", SHOWN)
        return History(versions, _storage().count(plan.id, plan.owner or "") if versions else 0)
    except StorageUnavailable:
        return None


def versions_of(plan: SIPDialPlan) -> Sequence[Version]:
    """All versions, the newest first. Raises StorageUnavailable."""
    return _storage().newest(plan.id, plan.owner or "")


def the_version(plan: SIPDialPlan, number: int) -> Version:
    """One version of a plan; NotFound when there is none that can be read. Raises StorageUnavailable."""
    is_possible = 0 < number < 2**31
    version = _storage().version(plan.id, plan.owner or "", number) if is_possible else None
    if version is None or version.is_unreadable:
        raise NotFound("The version was not found.")
    return version


def version_that_ran(plan: SIPDialPlan, execution: CallExecution) -> Version | None:
    """Return the version of a plan with the text that an execution ran; None where the history does not have it."""
    try:
        version = _storage().live_at(plan.id, plan.owner or "", execution.began)
    except StorageUnavailable:
        return None
    return version if version is not None and version.text.script == execution.execution.plan.script else None


def _storage() -> DialPlanVersions:
    return part(DialPlanVersions)
