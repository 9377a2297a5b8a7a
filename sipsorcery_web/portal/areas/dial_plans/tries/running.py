"""Runs a try for a visitor, within the limits of this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from time import monotonic

from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan
from sipsorcery_web.dial_plans.calls import Call, Direction, Plan
from sipsorcery_web.dial_plans.service.client import (
    PlanService,
    PlanServiceNotReady,
    PlanServiceTooSlow,
    PlanServiceUnavailable,
    WorldFailed,
)
from sipsorcery_web.dial_plans.tries.trial import Run, TooMuchAtOnce, Trial, try_plan
from sipsorcery_web.dial_plans.tries.tried_world import TypedAnswers
from sipsorcery_web.portal.http.backend import current_login
from sipsorcery_web.portal.http.clock import current_zone
from sipsorcery_web.portal.http.parts import part
from sipsorcery_web.portal.http.visitor_slots import VisitorSlots
from sipsorcery_web.portal.ui.sip_parties import Party, party_of

from ..owners_records import OwnersRecords, plan_name_of
from ..scripts import RUBY, type_value
from .form import TryForm

PREPARING = (
    "Ruby is being prepared for its first plan here. That takes a minute or two, once. "
    "Try again then: what you typed stays."
)
DOWN = "The plan service does not answer at the moment. Try again in a minute: what you typed stays."
LONGEST_TRY = 60.0
"""Seconds that a person waits for a try."""
SLOW = (
    "The plan service has so much to do that this try did not come to its end within a minute. "
    "Try again later: what you typed stays."
)
BUSY = "Too many plans run at the moment. Try again in a few seconds."
ANOTHER = "Another try of yours is still running. Try again when it has ended."


class NotTried(Exception):
    """No try was possible; the message is a sentence for people."""


class TrySlots(VisitorSlots):
    """Slots for tries, each of which takes up to some seconds."""


def try_form(form: TryForm, answers: TypedAnswers) -> Trial:
    """Try what a form says. Raises NotTried, and ProvisioningError where the service does not answer."""
    records = OwnersRecords(form.stored.owner or "")
    call = call_of(form.number.data or "", form.caller.data or "", form.direction.data or "out", form.stored, records)
    plan = plan_of(form.stored, form.type, form.text)
    with turn():
        return run(plan, call, form.moment, answers, form.seed.data or "", records)


@contextmanager
def turn() -> Iterator[None]:
    """Let the visitor try plans while this lasts. Raises NotTried where another try of the same visitor is running."""
    with part(TrySlots).slot(current_login().username) as mine:
        if mine is None:
            raise NotTried(ANOTHER)
        yield


def run(plan: Plan, call: Call, moment: datetime, answers: TypedAnswers, seed: str, records: OwnersRecords) -> Trial:
    """Try a plan in the visitor's turn. Raises NotTried, and ProvisioningError where the service does not answer."""
    try:
        return try_plan(plan, call, moment.timestamp(), records, answers, _patient_run(), seed)
    except PlanServiceNotReady as error:
        raise NotTried(PREPARING) from error
    except PlanServiceTooSlow as error:
        raise NotTried(SLOW) from error
    except PlanServiceUnavailable as error:
        raise NotTried(DOWN) from error
    except TooMuchAtOnce as error:
        raise NotTried(BUSY) from error
    except WorldFailed as error:
        raise error.__cause__ or error from None


def _patient_run() -> Run:
    """Return what runs a plan again and again, for a minute in all."""
    service, deadline = part(PlanService), monotonic() + LONGEST_TRY
    return lambda execution, world: service.run(execution, world, max(0.0, deadline - monotonic()))


def plan_of(record: SIPDialPlan, script_type: str, script: str) -> Plan:
    """A plan with this text, as the plan service takes it."""
    return Plan(
        owner=record.owner or "",
        name=record.dial_plan_name or "",
        script=script,
        is_ruby=type_value(script_type) == RUBY,
        time_zone=zone_name(current_zone()),
        authorised_apps=record.authorised_apps or "",
        trace_email_address=record.trace_email_address or "",
    )


def zone_name(zone: tzinfo) -> str:
    """The IANA name of a zone."""
    return str(getattr(zone, "key", "UTC"))


def call_of(number: str, caller: str, direction: str, plan: SIPDialPlan, records: OwnersRecords) -> Call:
    """The call that is tried: from an account of the owner, or to one."""
    party = party_of(caller)
    is_in = direction == "in"
    own = (number if is_in else party.user or party.host).partition("@")[0]
    account = next(iter(records.accounts_called(own) or _accounts_of(plan, is_in, records)), None)
    domain = (account.sip_domain if account else None) or next(iter(records.domains), "")
    own_name = account.sip_username if account else plan.owner
    user, host = _address(party, domain if not is_in else "anonymous.invalid")
    return Call(
        user=number,
        host=domain,
        direction=_direction(direction),
        from_name=party.name,
        from_user=user,
        from_host=host,
        to_uri=f"sip:{number}@{domain}",
        account=f"{own_name}@{domain}",
    )


def _direction(text: str) -> Direction:
    return "in" if text == "in" else "out"


def _address(party: Party, host: str) -> tuple[str, str]:
    """User and host of a caller; a word without @ is a user, and not a host."""
    return (party.user, party.host) if party.user else (party.host or "anonymous", host)


def _accounts_of(plan: SIPDialPlan, is_in: bool, records: OwnersRecords) -> list[SIPAccount]:
    """The accounts that use the plan for this direction; all where none does."""
    using = [account for account in records.accounts if plan_name_of(account, is_in) == plan.dial_plan_name]
    return using or records.accounts
