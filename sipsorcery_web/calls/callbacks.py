"""`sys.Callback`: two dial strings of a plan, rung one after the other and joined."""

from dataclasses import dataclass

from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable
from sipsorcery_web.contract.third_party_calls import (
    LONGEST_DELAY,
    LONGEST_RING,
    RINGS_FOR,
    CallMaker,
    CallOrder,
    CallRefused,
)
from sipsorcery_web.dial_plans.dial_strings import DialStringError, parse
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.sip_text import user_part
from sipsorcery_web.dial_plans.substitutions import substitute

LONGEST = 512


@dataclass(frozen=True)
class Callbacks:
    """Asks for the calls that plans want, in the name of the account that an execution runs for."""

    maker: CallMaker

    def ring(
        self, execution: Execution, first: str, second: str, delay: int, first_ring: int, second_ring: int
    ) -> str:  # fmt: skip
        """Ring two dial strings and join them; why that is not done, or ""."""
        account = execution.call.account
        first, second = (substitute(text, execution.call) for text in (first, second))
        try:
            order = CallOrder(
                owner=execution.plan.owner,
                account=account,
                first=_uri(first, execution),
                second=_uri(second, execution),
                first_name=first,
                second_name=second,
                first_dial=first,
                second_dial=second,
                delay=min(delay, LONGEST_DELAY),
                ring_first=_ring(first_ring),
                ring_second=_ring(second_ring),
            )
            self.maker.place(order)
        except (DialStringError, CallRefused, SIPEngineUnavailable) as error:
            return f"Callback to {first} and {second}: {error}"
        return ""


def _uri(dial_string: str, execution: Execution) -> str:
    """Return the URI that a leg with a dial string is addressed to and recorded as: its first destination."""
    if len(dial_string) > LONGEST:
        raise DialStringError("The dial string is too long.")
    groups = parse(dial_string, execution.call).groups
    if not groups:
        raise DialStringError("There is nobody in the dial string.")
    host = execution.call.account.rpartition("@")[2]
    return f"sip:{user_part(groups[0][0].user)}@{host}"


def _ring(seconds: int) -> float:
    return min(seconds, LONGEST_RING) if seconds else RINGS_FOR
