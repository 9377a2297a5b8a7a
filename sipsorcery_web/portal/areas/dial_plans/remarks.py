"""The remarks about a script on its page: from Ruby itself where it can be asked, else from the portal's reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.dial_plans.outcomes import Checked
from sipsorcery_web.dial_plans.service.client import PlanService, PlanServiceNotReady, PlanServiceUnavailable
from sipsorcery_web.portal.crud.dial_plan_names import dial_plan_names
from sipsorcery_web.portal.http.parts import part

from . import names, ruby
from .checks import MOST_REMARKS, lines_take_dial_strings, script_warnings
from .form import DialPlanForm
from .owners_records import OwnersRecords
from .references import references
from .scripts import MOST_CHARACTERS, RUBY, type_value
from .warnings import ScriptWarning

BY_RUBY = "Ruby has read the script."
PREPARING = "Ruby is being prepared. Until it has read the script, remarks are guesses."
NOT_THERE = "Ruby has not read the script: remarks are guesses."


@dataclass(frozen=True)
class Remarks:
    """Remarks about a script, and their source; "" where nobody but the portal reads such scripts."""

    warnings: Sequence[ScriptWarning]
    reader: str = ""
    old_syntax: str = ""
    """Why a script of an older Ruby cannot run here, with its line and what to write instead."""
    is_mended: bool = False
    """Whether it is old syntax, which is rewritten each time before it runs."""


def remarks_about(form: DialPlanForm) -> Remarks:
    """Return the remarks about the script in a form; the lines that a new plan begins with need none."""
    if form.remarks is None:
        is_new = form.stored is None and not form.source and request.method == "GET"
        script_type = form.script_type_description.data or ""
        form.remarks = Remarks(()) if is_new else remarks_on(script_type, form.script, form.owner)
    remarks: Remarks = form.remarks
    return remarks


def refuses_nothing(form: DialPlanForm) -> bool:
    """Return True unless a text that was typed is of an older Ruby and can be neither run nor rewritten."""
    if form.stored is not None and form.script == form.source:
        return True
    if old := remarks_about(form).old_syntax:
        form.add_error("dial_plan_script", old)
    return not old


def remarks_on(script_type: str, script: str, owner: str) -> Remarks:
    """Return the remarks about a script. One that is sent starts the plan service, so that Ruby is there next time."""
    checked, reader = _asked(script_type, script, owner, request.method == "POST")
    found = script_warnings(script_type, script, lines_take_dial_strings(), checked)
    unknown = _unknown_names(script_type, script, owner)
    old = f"Line {checked.line}: {ruby.refusal(checked)}" if checked and checked.line and checked.advice else ""
    warnings = sorted([*found, *unknown])[:MOST_REMARKS]
    return Remarks(warnings, reader, old, bool(checked and checked.is_mended))


def _asked(script_type: str, script: str, owner: str, starts: bool) -> tuple[Checked | None, str]:
    if type_value(script_type) != RUBY or not lines_take_dial_strings() or not 0 < len(script) <= MOST_CHARACTERS:
        return None, ""
    try:
        return part(PlanService).check_now(script, owner, starts), BY_RUBY
    except PlanServiceNotReady:
        return None, PREPARING
    except PlanServiceUnavailable:
        return None, NOT_THERE


def _unknown_names(script_type: str, script: str, owner: str) -> Sequence[ScriptWarning]:
    if len(script) > MOST_CHARACTERS or not any(references(script_type, script)):
        return ()
    try:
        return list(names.unknown_names(script_type, script, known_names(owner)))
    except ProvisioningError:
        return ()


def known_names(owner: str) -> names.Known:
    """The names that an owner's scripts can use. Raises ProvisioningError."""
    records = OwnersRecords(owner)
    return names.Known(
        accounts={name.lower() for name in records.usernames},
        providers={name.lower() for name in records.provider_names},
        domains=records.own_domains,
        plans={name.strip().lower() for name in dial_plan_names(owner)},
    )
