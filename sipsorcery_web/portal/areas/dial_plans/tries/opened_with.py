"""Tries that begin with a call that is known: a test case, or a call record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import NotFound
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import SIPCDRAsset, SIPDialPlan
from sipsorcery_web.dial_plans.call_executions import CallExecution
from sipsorcery_web.portal.crud.records import get_or_404
from sipsorcery_web.portal.http.backend import service
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.lists.search import search
from sipsorcery_web.portal.ui.sip_parties import party_at, party_of

from ..executions import the_execution
from ..owners_records import OwnersRecords, plan_name_of
from .answers_then import answers_then
from .cases import the_case
from .form import MINUTE

MOST_PLANS = 500


@dataclass(frozen=True)
class KnownCall:
    """The call that a try begins with: values of the form, answers, and in words what it is."""

    values: Mapping[str, str] = field(default_factory=dict)
    answers: MultiDict[str, str] = field(default_factory=MultiDict)
    case_name: str = ""
    cdr: SIPCDRAsset | None = None
    execution: CallExecution | None = None


def known_call(plan: SIPDialPlan) -> KnownCall:
    """The call that the address names. NotFound where it is not the visitor's, and StorageUnavailable."""
    if given := request.args.get("case"):
        case = the_case(plan, _id(given))
        return KnownCall(dict(case.call), MultiDict(case.answers), case_name=case.name)
    if given := request.args.get("call"):
        cdr = get_or_404(service().cdrs, _id(given), "call record")
        if ran := request.args.get("execution"):
            execution = the_execution(cdr, _id(ran))
            answers = MultiDict(answers_then(execution))
            return KnownCall(values_of_execution(execution), answers, cdr=cdr, execution=execution)
        return KnownCall(values_of_record(cdr), cdr=cdr)
    return KnownCall()


def values_of_record(cdr: SIPCDRAsset) -> Mapping[str, str]:
    """The values of the form of a try that repeats a call record."""
    caller, called = party_of(cdr.from_header), party_at(cdr.dst_uri)
    is_in = (cdr.call_direction or "").lower() == "in"
    return {
        "direction": "in" if is_in else "out",
        "number": cdr.dst or called.user,
        "caller": _caller(cdr.from_name or caller.name, cdr.from_user or caller.user, caller.host),
        "time": cdr.created.astimezone(current_zone()).strftime(MINUTE),
    }


def values_of_execution(ran: CallExecution) -> Mapping[str, str]:
    """The values of the form of a try that repeats an execution of a call, with its random numbers."""
    call = ran.execution.call
    return {
        "direction": "out" if call.direction == "out" else "in",
        "number": call.user,
        "caller": _caller(call.from_name, call.from_user, call.from_host),
        "time": ran.began.astimezone(current_zone()).strftime(MINUTE),
        "seed": ran.execution.seed,
    }


def plans_for(cdr: SIPCDRAsset) -> Sequence[SIPDialPlan]:
    """The plan that would take the call of a record now; all of its owner where no account of the call names one."""
    owner = cdr.owner or ""
    plans = search(service().dial_plans, prop("Owner").equals(owner), MOST_PLANS)
    values = values_of_record(cdr)
    is_in = values["direction"] == "in"
    user = values["number"] if is_in else party_of(values["caller"]).user or values["caller"]
    named = {plan_name_of(account, is_in) for account in OwnersRecords(owner).accounts_called(user)}
    return [plan for plan in plans if plan.dial_plan_name in named] or plans


def _caller(name: str, user: str, host: str) -> str:
    address = f"{user}@{host}" if user and host else user
    plain = name.replace('"', "")
    return f'"{plain}" <sip:{address}>' if plain and address else address


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("The call was not found.") from None
