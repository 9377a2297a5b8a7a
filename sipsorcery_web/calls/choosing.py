"""Chooses the plan of a call, or why it is refused (facts of dial plans, section 1)."""

from dataclasses import dataclass, replace

from sipsorcery_web.dial_plans.calls import Call, Plan
from sipsorcery_web.dial_plans.outcomes import NO_ANSWER

from .invites import call_of
from .messages import CallAsked
from .records import CustomersRecords, KeptPlan, PlannedAccount

UNLIMITED = 1 << 30
LINE_OF_SWITCH = 2
"""Commas from which the data of a line's Dial are those of Switch."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The final answer to a call that no plan runs for."""

    code: int
    reason: str


DISABLED = Refusal(code=403, reason="SIP account disabled")
INCOMING_ONLY = Refusal(code=403, reason="SIP account not permitted to make outgoing calls")
SUSPENDED = Refusal(code=604, reason="User account is suspended")
NO_PLAN = Refusal(code=480, reason="SIP account missing dialplan setting")
PLAN_MISSING = Refusal(code=500, reason="Error loading dial plan")
NOT_FOUND = Refusal(code=404, reason="Not found")
TOO_MANY_AT_ONCE = Refusal(code=480, reason="Dial plan execution exceeded maximum allowed")
TOO_MANY_A_DAY = Refusal(code=480, reason="Daily call limit reached")
LOOP = Refusal(code=482, reason="Loop detected")
NOBODY_THERE = Refusal(code=NO_ANSWER.code, reason=NO_ANSWER.reason)
"""To a question about a call or a leg that nobody goes on with."""
UNAVAILABLE = Refusal(code=503, reason="Service unavailable")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The plan that runs for a call, and how many executions there may be with it."""

    call: Call
    kept: KeptPlan
    customers_most: int
    is_from_outside: bool = False
    """Whether the caller is no phone of the plan's owner."""
    left_today: int = UNLIMITED
    """Calls that the owner may still have in these 24 hours, with those under way that have no record yet."""


@dataclass(frozen=True)
class Chooser:
    """Chooses by the records as they are now."""

    records: CustomersRecords
    daily_calls: int = 0
    """Calls that a customer may have in 24 hours; 0 for any number."""

    def for_caller(self, asked: CallAsked) -> Chosen | Refusal:
        """The plan for a call that the engine asks about."""
        call = call_of(asked)
        if asked.direction == "out":
            return self._out(call, asked.dials)
        chosen = self.for_called(call)
        if isinstance(chosen, Refusal):
            return chosen
        return replace(chosen, is_from_outside=not self._is_of(asked.caller, chosen.kept.plan.owner))

    def for_called(self, call: Call) -> Chosen | Refusal:
        """The plan for a call to an account, from anybody, other plans among them."""
        account = self.records.account_in(call.account)
        if account is None:
            return NOT_FOUND
        if account.is_disabled:
            return DISABLED
        if not account.plan_name:
            return self._within_the_day(replace(call, account=account.name), account, _that_rings(account))
        return self._with_plan(call, account)

    def _out(self, call: Call, dials: str) -> Chosen | Refusal:
        account = self.records.account_out(call.account)
        if account is None:
            return NOT_FOUND
        if account.is_disabled:
            return DISABLED
        if account.is_incoming_only:
            return INCOMING_ONLY
        if account.is_suspended:
            return SUSPENDED
        if dials:
            return self._within_the_day(replace(call, account=account.name), account, _that_dials(account, dials))
        return self._with_plan(call, account) if account.plan_name else NO_PLAN

    def _with_plan(self, call: Call, account: PlannedAccount) -> Chosen | Refusal:
        if account.plan is None:
            return PLAN_MISSING
        return self._within_the_day(replace(call, account=account.name), account, account.plan)

    def _within_the_day(self, call: Call, account: PlannedAccount, kept: KeptPlan) -> Chosen | Refusal:
        most, left = self.daily_calls, UNLIMITED
        if most:
            left = most - self.records.calls_in_a_day(account.owner, most)
        if left <= 0:
            return TOO_MANY_A_DAY
        return Chosen(call=call, kept=kept, customers_most=account.most, left_today=left)

    def _is_of(self, caller: str, owner: str) -> bool:
        """Return whether a caller, `username@domain` or nobody known, is an account of an owner."""
        user, _, domain = caller.partition("@")
        found = self.records.account(user, domain, owner) if caller else None
        return found is not None and found.is_own


def _that_rings(account: PlannedAccount) -> KeptPlan:
    """The plan of an account that has none: one line, which dials the account itself."""
    plan = Plan(owner=account.owner, name="", script=f"exten =~ .*,1,Dial({account.name})", is_ruby=False)
    return KeptPlan(id=account.id, plan=plan, most=UNLIMITED)


def _that_dials(account: PlannedAccount, dial_string: str) -> KeptPlan:
    """The plan of a leg of a Callback: nothing but the dial string. Its owner's limit of executions counts.

    A line where it can stand in one; else as text of Ruby's that nothing is put into.
    """
    fits_a_line = ")" not in dial_string and dial_string.count(",") < LINE_OF_SWITCH
    text = "".join(f"\\{character}" if character in "\\'" else character for character in dial_string)
    script = f"exten =~ .*,1,Dial({dial_string})" if fits_a_line else f"sys.Dial('{text}')"
    plan = Plan(owner=account.owner, name="Callback", script=script, is_ruby=not fits_a_line)
    return KeptPlan(id=account.id, plan=plan, most=account.most)
